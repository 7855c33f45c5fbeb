"""The tables in which the facts of applications travel, and what was counted instead of understood.

Names and other text are printable ASCII, everything else escaped as ``\\xNN``; a text that ends in ``\\~``
was cut. Numbers that can be absent use -1, text that can be absent is empty.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

# First frame with bytes of a message, frame and time (ns since the epoch) in which all of it had arrived.
Span = tuple[int, int, int]

_PLACE = [
    ("connection", "i4"),  # id in CONNECTION_DTYPE
    ("side", "u1"),  # 0 or 1, as it was given
    ("frame", "u4"),  # 1-based; in it the message (of HTTP: its head) was complete
    ("first_frame", "u4"),  # the first with bytes of the message
    ("time_ns", "i8"),  # of ``frame``
    ("whole", "?"),  # False: cut by the snaplen, a hole or damage; what could be read of it is there
]

# One row a message (RFC 1035 section 4.1; mDNS and LLMNR have the same form).
DNS_DTYPE = np.dtype(
    [
        *_PLACE,
        ("transport", "u1"),  # 0: UDP, 1: TCP
        ("length", "u4"),  # bytes of the message; over UDP those that were captured
        ("id", "u2"),
        ("response", "?"),
        ("opcode", "u1"),
        ("rcode", "i2"),  # with the upper eight bits of EDNS (RFC 6891 section 6.1.3)
        ("aa", "?"),
        ("tc", "?"),
        ("rd", "?"),
        ("ra", "?"),
        ("ad", "?"),
        ("cd", "?"),
        ("questions", "u2"),  # the four counts as the header claims them
        ("answers", "u2"),
        ("authorities", "u2"),
        ("additionals", "u2"),
        ("qname", "S253"),  # of the first question; "." is the root; a dot inside a label is \x2e
        ("qtype", "i4"),
        ("qclass", "i4"),
        ("edns_size", "i4"),  # bytes of UDP payload that the sender takes (RFC 6891 section 6.2.3)
        ("edns_do", "?"),
        ("addresses", "S160"),  # the first four of A and AAAA in the answer section, joined by commas
        ("cname", "S253"),  # the target of the first CNAME in the answer section
        ("smallest_ttl", "i8"),  # seconds; over the answer section
    ]
)

# One row a handshake message in clear text, an alert, and the first application data of a direction. Frames
# of a message are those of its records; of application data, which is not waited for, those of its header.
# In TLS 1.3 also what is encrypted of the handshake travels as application data.
TLS_DTYPE = np.dtype(
    [
        *_PLACE,
        ("content_type", "u1"),  # 21 alert, 22 handshake, 23 application data (RFC 8446 section 5.1)
        ("record_version", "u2"),  # 0x0301: TLS 1.0, …, as in the record's header
        ("record_length", "u2"),  # bytes of the record, in which the message ended, without its header
        ("handshake", "i2"),  # type: 1 ClientHello, 2 ServerHello, 11 Certificate, …
        ("length", "i4"),  # bytes of the handshake message, without its header, as claimed
        ("retry", "?"),  # a ServerHello that is a HelloRetryRequest (by its random, RFC 8446 section 4.1.3)
        ("legacy_version", "i4"),  # the version field of a hello
        ("version", "i4"),  # the highest offered, or the chosen one; supported_versions counts first
        ("ciphers", "i4"),  # how many cipher suites a ClientHello lists
        ("cipher", "i4"),  # the one that a ServerHello chose
        ("sni", "S253"),
        ("alpn", "S64"),  # the first offered, or the chosen one
        ("alert_level", "i2"),  # 1 warning, 2 fatal; -1 also when encrypted
        ("alert_description", "i2"),
        ("encrypted", "?"),  # an alert that cannot be read
        ("certificates", "i4"),  # how many a Certificate message holds; the rest is about the first of them
        ("subject", "S128"),  # common name
        ("issuer", "S128"),  # common name
        ("sans", "S253"),  # the first alternative names (DNS and IP), joined by commas
        ("not_before", "i8"),  # seconds since the Unix epoch
        ("not_after", "i8"),
    ]
)

# One row a request or a response: its first line, and what its header fields say about framing and place.
HTTP_DTYPE = np.dtype(
    [
        *_PLACE,
        ("request", "?"),
        ("method", "S16"),
        ("target", "S256"),
        ("version", "S8"),  # "1.1"; empty: HTTP/0.9, or cut before it
        ("status", "i2"),
        ("reason", "S64"),
        ("host", "S253"),
        ("content_length", "i8"),  # bytes
        ("chunked", "?"),
        ("expect_continue", "?"),
        ("close", "?"),  # "Connection: close"
        ("upgrade", "S32"),
        ("location", "S256"),
    ]
)

# What was not understood, or left out to stay within bounds. Each is counted under its name.
NOTES = {
    "dns_short": "datagrams too short for the header of a DNS message",
    "dns_cut": "DNS messages of which the capture has only a part",
    "dns_malformed": "DNS messages whose names, counts or lengths contradict themselves",
    "dns_records_left_out": "DNS messages with more records than are looked at",
    "dns_rows_left_out": "DNS messages behind the last row of the table",
    "tls_rows_left_out": "TLS messages behind the last row of the table",
    "http_rows_left_out": "HTTP requests and responses behind the last row of the table",
    "tls_malformed": "handshake messages in clear text whose lengths contradict themselves",
    "tls_bad_record": "TLS streams in which something else than a record followed",
    "tls_long_handshake": "handshake messages that claim more bytes than are kept",
    "tls_unknown_handshake": "directions whose handshake records hold no type that is known: encrypted ones",
    "certificate_unreadable": "certificates whose DER is damaged or cut",
    "http_long_head": "HTTP heads that are longer than what is kept",
    "http_malformed": "HTTP heads or chunks that break the grammar of RFC 9112",
    "http_2": "directions that began to speak HTTP/2 in clear text",
    "not_recognised": "directions in which neither TLS nor HTTP/1 nor DNS followed",
    "cut": "messages in TCP streams that the snaplen cut",
    "hole": "holes in TCP streams, where a message was, that were never filled",
    "unfinished": "messages in TCP streams that were not complete when the capture ended",
    "memory": "directions given up because too much of unfinished messages was kept",
    "forgotten": "directions given up because too many were open",
}


class Table:
    """Rows of one dtype, at most ``most``; those behind are counted as ``note``."""

    def __init__(self, dtype: np.dtype[np.void], most: int, notes: Counter[str], note: str) -> None:
        names = dtype.names or ()
        self._index = {name: place for place, name in enumerate(names)}
        self._blank = [b"" if dtype[name].kind == "S" else _absent(dtype[name]) for name in names]
        self._most, self._notes, self._note = most, notes, note
        self._rows, self._count = np.zeros(min(most, 64), dtype), 0

    def add(self, connection: int, side: int, span: Span, fields: dict[str, Any]) -> None:
        """One more row. Fields that are not named are absent."""
        if self._count == self._most:
            self._notes[self._note] += 1
            return
        if self._count == len(self._rows):
            self._rows.resize(min(2 * self._count, self._most), refcheck=False)
        row, index = self._blank.copy(), self._index
        row[:5] = connection, side, span[1], span[0], span[2]
        for name, value in fields.items():
            row[index[name]] = value
        self._rows[self._count] = tuple(row)
        self._count += 1

    def finish(self) -> NDArray[np.void]:
        """All rows, by frame; rows of one frame as they were found."""
        rows = self._rows[: self._count]
        return rows[np.argsort(rows["frame"], kind="stable")]


def _absent(dtype: np.dtype[np.void]) -> int | bool:
    return False if dtype.kind in "bu" else -1
