"""Which protocol a message is of, by its first bytes."""

import struct
from enum import Enum

from packets.applications.dns import HEADER as DNS_HEADER
from packets.applications.http_lines import STARTS
from packets.applications.tls import APPLICATION_DATA, CHANGE_CIPHER_SPEC, is_record
from packets.applications.tls import HEADER as TLS_HEADER

Kind = Enum("Kind", ["UNSURE", "NONE", "TLS", "HTTP", "DNS"])  # UNSURE: more bytes are needed
LOOKED_AT = 18  # bytes; the longest that is needed: length and header of DNS, or empty lines and a method
_LENGTH = struct.Struct(">H")
_MOST_START = max(map(len, STARTS))
_OPCODES = frozenset((0, 1, 2, 4, 5, 6))  # of DNS, as IANA has them
_QUESTION, _RECORD = 5, 11  # the least bytes of each


def recognised(data: bytes) -> Kind:
    """The protocol of a message that begins with ``data``; LOOKED_AT bytes settle it."""
    tls = _tls(data) if data else Kind.UNSURE
    if tls is not Kind.NONE:
        return tls
    http = _http(data.lstrip(b"\r\n"))
    return _dns(data) if http is Kind.NONE else http


def _tls(data: bytes) -> Kind:
    if not CHANGE_CIPHER_SPEC <= data[0] <= APPLICATION_DATA or data[1:2] not in (b"", b"\x03"):
        return Kind.NONE
    if len(data) < TLS_HEADER.size:
        return Kind.UNSURE
    content_type, version, length = TLS_HEADER.unpack_from(data)
    return Kind.TLS if length and is_record(content_type, version, length) else Kind.NONE


def _http(data: bytes) -> Kind:
    if data.startswith(STARTS):
        return Kind.HTTP
    short = len(data) < _MOST_START and any(start.startswith(data) for start in STARTS)
    return Kind.UNSURE if short else Kind.NONE


def _dns(data: bytes) -> Kind:
    """A message of DNS over TCP (RFC 1035 section 4.2.2) whose counts fit its length."""
    if len(data) < 2:
        return Kind.UNSURE
    length = _LENGTH.unpack_from(data)[0] - DNS_HEADER.size
    if length < 0:
        return Kind.NONE
    if len(data) < 2 + DNS_HEADER.size:
        return Kind.UNSURE
    _, flags, questions, *records = DNS_HEADER.unpack_from(data, 2)
    fits = questions * _QUESTION + sum(records) * _RECORD <= length
    return Kind.DNS if fits and flags >> 11 & 15 in _OPCODES else Kind.NONE
