"""One direction of a TLS stream, record by record (RFC 8446 section 5.1, RFC 5246 section 6.2.1)."""

import struct
from collections import Counter
from typing import Any

from packets.applications.cursor import Unreadable
from packets.applications.reader import NOT_MINE, joined
from packets.applications.tables import Span, Table
from packets.applications.tls_certificates import certificates
from packets.applications.tls_hellos import client_hello, server_hello

HEADER = struct.Struct(">BHH")  # content type, version, length
CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
MOST_RECORD = (1 << 14) + 2048  # RFC 5246 section 6.2.3: what encryption may add included
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE = 1, 2, 11
_HELLO_REQUEST, _HELLO_DONE = 0, 14  # both empty
# HelloRequest, hellos, HelloVerifyRequest, NewSessionTicket, Certificate, ServerKeyExchange,
# CertificateRequest, ServerHelloDone, CertificateVerify, ClientKeyExchange, CertificateStatus. A Finished is
# always encrypted.
_KNOWN = frozenset((0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 22))
_BODIES = {_CLIENT_HELLO: client_hello, _SERVER_HELLO: server_hello}


def is_record(content_type: int, version: int, length: int) -> bool:
    """Whether a record can begin with this header."""
    return 20 <= content_type <= 24 and 0x300 <= version <= 0x304 and length <= MOST_RECORD


class TlsReader:
    """Reads handshakes in clear text and alerts, and passes over everything else by its length."""

    __slots__ = (
        "_after_ccs", "_deaf", "_most", "_notes", "_pending", "_place", "_record", "_seen_data", "_span",
        "_table", "between", "kept", "wanted",
    )  # fmt: skip

    def __init__(self, place: tuple[int, int], table: Table, most: int, notes: Counter[str]) -> None:
        self._place, self._table, self._most, self._notes = place, table, most, notes
        self._pending = bytearray()  # handshake messages that are not complete
        self._span: Span | None = None  # of what is pending
        self._record = (0, 0, 0)  # header of the record that is read
        self._after_ccs = self._deaf = self._seen_data = False
        self.between, self.wanted, self.kept = False, HEADER.size, 0

    def take(self, data: bytearray, span: Span) -> int:
        """See Reader: one record. The row of application data is written when its header is there."""
        self._record = kind, version, length = HEADER.unpack_from(data)
        if not is_record(kind, version, length):
            self._notes["tls_bad_record"] += 1
            self._half(b"", None)
            return NOT_MINE
        end = HEADER.size + length
        if kind in (HANDSHAKE, ALERT):
            self.wanted = end
            if len(data) < end:
                return 0
            self.wanted = HEADER.size
            self._open(kind, bytes(data[HEADER.size : end]), span)
        elif kind == APPLICATION_DATA:
            self._data(span)
        elif kind == CHANGE_CIPHER_SPEC:
            self._after_ccs = True
        return end

    def _open(self, kind: int, fragment: bytes, span: Span) -> None:
        if kind == ALERT:
            self._alert(fragment, span, whole=True)
        elif not self._after_ccs and not self._deaf:
            self._handshake(fragment, span)
        elif _is_hello(fragment):  # after a HelloRetryRequest both sides may have sent a ChangeCipherSpec
            self._message(fragment, span, whole=True)

    def _data(self, span: Span) -> None:
        if not self._seen_data:
            self._seen_data = True
            self._add(span, {"whole": True})

    def _alert(self, fragment: bytes, span: Span, whole: bool) -> None:
        fields: dict[str, Any] = {"whole": whole, "encrypted": self._record[2] > 2}
        if not fields["encrypted"] and len(fragment) == 2:
            fields["alert_level"], fields["alert_description"] = fragment
        self._add(span, fields)

    def _handshake(self, fragment: bytes, span: Span) -> None:
        pending = self._pending
        pending += fragment
        self._span = joined(self._span, span)
        while len(pending) >= 4 and self._is_known(pending):
            end = 4 + int.from_bytes(pending[1:4], "big")
            if len(pending) < end:
                break
            self._message(bytes(pending[:end]), self._span, whole=True)
            del pending[:end]
            self._span = span
        if not pending:
            self._span = None
        self.kept = len(pending)

    def _is_known(self, pending: bytearray) -> bool:
        """Whether a message begins here. If not, the direction is encrypted, or no reader could follow it."""
        kind, length = pending[0], int.from_bytes(pending[1:4], "big")
        note = ""
        # A HelloRequest stands alone. Encrypted bytes often begin with a nonce of zeros and look like some.
        alone = kind == _HELLO_REQUEST and len(pending) > 4
        if kind not in _KNOWN or alone or (length and kind in (_HELLO_REQUEST, _HELLO_DONE)):
            note = "tls_unknown_handshake"
        elif length > self._most:
            note = "tls_long_handshake"
        if note:
            self._notes[note] += 1
            self._deaf = True
            pending.clear()
        return not note

    def _message(self, message: bytes, span: Span, whole: bool) -> None:
        kind, body = message[0], message[4:]
        fields: dict[str, Any] = {"whole": whole, "handshake": kind}
        fields["length"] = int.from_bytes(message[1:4], "big")
        try:
            if kind == _CERTIFICATE:
                certificates(body, fields, self._notes)
            elif kind in _BODIES:
                _BODIES[kind](body, fields)
        except Unreadable:
            fields["whole"] = False
            self._notes["tls_malformed"] += whole
        self._add(span, fields)

    def _add(self, span: Span, fields: dict[str, Any]) -> None:
        kind, version, length = self._record
        fields |= {"content_type": kind, "record_version": version, "record_length": length}
        self._table.add(*self._place, span, fields)

    def cut(self, data: bytearray, span: Span | None) -> int:
        """See Reader."""
        kind, end = HANDSHAKE, 0
        if len(data) >= HEADER.size:
            self._record = kind, _, length = HEADER.unpack_from(data)
            end = HEADER.size + length
        fragment = bytes(data[HEADER.size :])
        if kind == ALERT and span:
            self._alert(fragment, span, whole=False)
        elif kind == HANDSHAKE:
            self._half(fragment, span)
        self.wanted = HEADER.size
        return end

    def _half(self, fragment: bytes, span: Span | None) -> None:
        """A handshake message of which the end is missing, and perhaps some whole ones before it."""
        if fragment and span and not self._after_ccs and not self._deaf:
            self._handshake(fragment, span)
        if self._span and len(self._pending) >= 4 and self._is_known(self._pending):
            self._message(bytes(self._pending), self._span, whole=False)
        self._pending.clear()
        self._span, self.kept = None, 0


def _is_hello(fragment: bytes) -> bool:
    """A hello that fills its record. What is encrypted looks like one once in 2^38 times."""
    return (
        len(fragment) > 6
        and fragment[0] in _BODIES
        and int.from_bytes(fragment[1:4], "big") == len(fragment) - 4
        and fragment[4:6] == b"\x03\x03"
    )
