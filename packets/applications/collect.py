"""Collects what connections say above TCP and UDP while a capture is read."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from packets.applications.dns import decode
from packets.applications.dns_stream import DnsReader
from packets.applications.http import HttpReader
from packets.applications.limits import ApplicationLimits
from packets.applications.reader import Reader
from packets.applications.recognise import Kind
from packets.applications.streams import Piece, Stream
from packets.applications.tables import DNS_DTYPE, HTTP_DTYPE, TLS_DTYPE, Table
from packets.applications.tls import TlsReader

Ints = NDArray[np.int64]
TABLES = ("dns", "tls", "http")
_USUAL = ApplicationLimits()


@dataclass(frozen=True)
class ApplicationFacts:
    """What was found, each table by frame."""

    dns: NDArray[np.void]  # DNS_DTYPE, one row a message
    tls: NDArray[np.void]  # TLS_DTYPE, one row a handshake message in clear text, alert, first data
    http: NDArray[np.void]  # HTTP_DTYPE, one row a request or response
    notes: dict[str, int]  # by name, see NOTES: what was not understood, or left out to stay within bounds

    @cached_property
    def _by_connection(self) -> dict[str, tuple[Ints, Ints]]:
        """For each table: its rows' places in the order of connections, and those connections."""
        found = {}
        for name in TABLES:
            connections = getattr(self, name)["connection"].astype(np.int64)
            order = np.argsort(connections, kind="stable")
            found[name] = (order, connections[order])
        return found

    def of(self, name: str, connection: int) -> NDArray[np.void]:
        """The rows of one connection in a table (dns, tls, http), by frame."""
        order, connections = self._by_connection[name]
        first, stop = np.searchsorted(connections, (connection, connection + 1)).tolist()
        rows: NDArray[np.void] = getattr(self, name)[order[first:stop]]
        return rows

    def count(self, name: str, first: int, stop: int) -> Ints:
        """How many rows each of the connections [first, stop) has in a table."""
        _, connections = self._by_connection[name]
        edges = np.searchsorted(connections, np.arange(first, stop + 1))
        return np.diff(edges).astype(np.int64)


class Applications:
    """Collects what connections say above TCP and UDP, in bounded memory.

    ``connection``: its id. ``side``: 0 or 1, the direction. ``frame``: 1-based. ``time_ns``: since the epoch.
    Nothing here raises, whatever the bytes are.
    """

    def __init__(self, limits: ApplicationLimits = _USUAL) -> None:
        self._limits = limits
        self._notes: Counter[str] = Counter()
        most = limits.most_rows
        self._dns = Table(DNS_DTYPE, most, self._notes, "dns_rows_left_out")
        self._tls = Table(TLS_DTYPE, most, self._notes, "tls_rows_left_out")
        self._http = Table(HTTP_DTYPE, most, self._notes, "http_rows_left_out")
        # Two generations: a stream that is used moves to the recent one; when that is full, those left in
        # the older one are given up. So the quietest go first, and nothing needs to be sorted.
        self._recent: dict[int, Stream] = {}
        self._older: dict[int, Stream] = {}
        self._kept = 0  # bytes of memory in all streams

    def datagram(
        self, connection: int, side: int, frame: int, time_ns: int, data: bytes, whole: bool
    ) -> None:
        """A DNS, mDNS or LLMNR message over UDP. ``whole``: False when the snaplen cut it."""
        fields = decode(data, whole, self._limits.most_records, self._notes)
        if fields:
            self._dns.add(connection, side, (frame, frame, time_ns), fields)

    def segment(
        self, connection: int, side: int, frame: int, time_ns: int, seq: int, data: bytes, length: int
    ) -> None:
        """A TCP segment of a direction that began to look like TLS, HTTP/1 or DNS, in the order of capture.

        ``seq``: relative and unwrapped, the first byte of the stream has 1. ``length``: bytes on the wire,
        of which ``data`` are the first. Repeated, overlapping, early and missing segments are normal.
        """
        key = 2 * connection + side
        stream = self._recent.get(key) or self._moved(key)
        if seq + length > stream.next and length > 0:
            before = stream.kept
            stream.segment(Piece(seq, length, (frame, frame, time_ns), data[:length]))
            self._kept += stream.kept - before
            if self._kept > self._limits.most_kept:
                self._give_up(stream, "memory")

    def _moved(self, key: int) -> Stream:
        """The stream of ``key`` among the recent ones, new where there is none."""
        if len(self._recent) >= max(self._limits.most_streams // 2, 1):
            for stream in self._older.values():
                self._notes["forgotten"] += 1
                self._give_up(stream, "unfinished")
            self._older, self._recent = self._recent, {}
        found = self._older.get(key)
        if found:
            del self._older[key]
        stream = found or Stream(self._limits, self._notes, partial(self._open, key))
        self._recent[key] = stream
        return stream

    def _open(self, key: int, kind: Kind) -> Reader:
        place, limits, notes = (key // 2, key % 2), self._limits, self._notes
        if kind is Kind.TLS:
            return TlsReader(place, self._tls, limits.most_handshake, notes)
        if kind is Kind.HTTP:
            return HttpReader(place, self._http, limits, notes)
        return DnsReader(place, self._dns, limits.most_records, notes)

    def _give_up(self, stream: Stream, note: str) -> None:
        before = stream.kept
        stream.give_up(note)
        self._kept += stream.kept - before

    def finish(self) -> ApplicationFacts:
        """All that was found. Nothing can be added afterwards."""
        for streams in (self._older, self._recent):
            for stream in streams.values():
                self._give_up(stream, "unfinished")
            streams.clear()
        notes = {name: count for name, count in self._notes.items() if count}
        return ApplicationFacts(self._dns.finish(), self._tls.finish(), self._http.finish(), notes)
