"""Read a capture file whole: packets, connections, hosts, and what the file itself has to say."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packets import columns, doubling, links, odd, ttl
from packets.addresses import Addresses
from packets.engine import Engine, chunks, engine
from packets.errors import CaptureError, Note
from packets.kernel import tallies
from packets.payloads import Payloads
from packets.recording import Recording
from packets.source import Limits, Source, open_source
from packets.store import Packets
from packets.table import Record, Table
from packets.ttl import Track

if TYPE_CHECKING:
    from packets.applications import ApplicationFacts

Ints = NDArray[np.int64]
STRETCH = 16_384  # connections looked at together: 20 MB
Progress = Callable[[str, "Capture"], None]


class Capture:
    """All facts of one capture file; while it is read, those of what was read so far."""

    def __init__(self, source: Source, believed: Ints) -> None:
        self._source = source
        self._engine: Engine = engine(believed)
        self._types: dict[int, None] = {}
        self._packets, self._payloads = Packets(), Payloads()
        self.recording = Recording()
        self.size, self.bytes_read = source.size, 0
        self.complete = False

    def _read(self, progress: Progress | None) -> None:
        for batch in self._source.batches():
            self._types.update(dict.fromkeys(np.unique(batch.link_type).tolist()))
            for first, count in chunks(len(batch), self._engine.chunk):
                rows = self._engine.run(batch, first, count)
                self.recording.see(rows)
                self._packets.append(rows)
                self._payloads.see(rows, batch.data)
            self.bytes_read = self._source.bytes_read
            if progress:
                self._count()
                progress("read", self)
        self.bytes_read = self.size

    def _end(self) -> None:
        count, client = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for table in self._tables():
            count.append(table["rows"])
            client.append(table.client_side)
        self._packets.end(np.concatenate(count), np.concatenate(client))
        self._count()
        self._addresses = Addresses(self._engine.hosts())
        self.complete = True

    def _count(self) -> None:
        self.recording.count(self._engine.notes(), self._engine.tallies)

    def _believed(self) -> Ints:
        """The flows whose packets that look like copies are believed to be copies."""
        if not self._engine.tallies[tallies.TWINS]:
            return doubling.NOBODY
        tables = [(t["flow"], t["twins"], t["rows"]) for t in self._tables()]
        return doubling.believed(*(np.concatenate(column) for column in zip(*tables, strict=True)))

    def _tables(self) -> Iterator[Table]:
        """The table of connections, a stretch at a time, without the places of their packets."""
        for first in range(0, self.connections, STRETCH):
            rows = self._engine.connections(first, min(first + STRETCH, self.connections))
            yield Table(rows, np.full(len(rows), -1), first)

    @property
    def packet_count(self) -> int:
        """Frames of the file."""
        return len(self._packets)

    @property
    def connections(self) -> int:
        """Connections of the capture."""
        return int(self._engine.tallies[tallies.CONNECTIONS])

    def stretches(self) -> Iterator[Table]:
        """The table of connections, ordered by first frame; only the first stretch while the file is read."""
        stop = self.connections if self.complete else min(self.connections, STRETCH)
        for first in range(0, stop, STRETCH):
            yield self._stretch(first, min(first + STRETCH, stop))

    def _stretch(self, first: int, stop: int) -> Table:
        rows, some = self._engine.connections(first, stop), slice(first, stop)
        if not self.complete:
            return Table(rows, self._packets.first_row[some], first)
        client_side = self._packets.client_side[some]
        return Table(rows, self._packets.first_row[some], first, client_side, self._messages)

    def _messages(self, application: str, first: int, stop: int) -> Ints:
        return self.applications.count(application, first, stop)

    def record(self, connection: int) -> Record:
        """The facts of one connection."""
        return self._stretch(connection, connection + 1).record(0)

    @property
    def table(self) -> Table:
        """All connections at once: for captures that are known to be small."""
        return self._stretch(0, self.connections)

    @property
    def packets(self) -> NDArray[np.void]:
        """All packets (PACKET_DTYPE) ordered by (connection, frame): for captures that are known to be
        small.
        """
        return self.packet_rows(0, len(self._packets))

    def packet_rows(self, first: int, stop: int) -> NDArray[np.void]:
        """Some packets in the order of (connection, frame); those of no connection come first."""
        return self._packets.rows(first, stop)

    def frame(self, number: int) -> np.void:
        """The packet with a frame number."""
        return self._packets.frame(number)

    def packets_of(self, connection: int) -> NDArray[np.void]:
        """The packets of a connection (see store.Packets.of)."""
        return self._packets.of(connection)

    @property
    def hosts(self) -> Ints:
        """The table of hosts (kernel/hosts.py)."""
        return self._addresses.rows if self.complete else self._engine.hosts()

    @property
    def addresses(self) -> Addresses:
        """Address of each host number."""
        return self._addresses if self.complete else Addresses(self._engine.hosts())

    @cached_property
    def applications(self) -> "ApplicationFacts":
        """DNS, TLS and HTTP; to be asked for when the capture is read. Side 0 is the client."""
        return self._payloads.end(self._packets.client_side)

    def track(self, host: int) -> Track:
        """TTL track of a host."""
        return ttl.track(self.hosts[host])

    @property
    def link_types(self) -> list[str]:
        """Names of the LINKTYPE registry, in order of appearance."""
        return [links.name(kind) for kind in self._types if kind != columns.NO_LINK]

    @property
    def notes(self) -> list[Note]:
        """What must be known about how the file was read, and what in it was not understood."""
        return [*self._source.notes, *odd.notes(self.recording.not_understood)]

    @property
    def truncated(self) -> bool:
        """The file is cut off."""
        return self._source.truncated

    @property
    def first_ns(self) -> int | None:
        """Time of the first packet of the file, None without packets."""
        return self._time(tallies.FIRST_TIME) if len(self._packets) else None

    @property
    def last_ns(self) -> int:
        """Time of the latest packet; 0 without packets."""
        return self._time(tallies.LATEST)

    @property
    def duration_ns(self) -> int:
        """From the earliest to the latest packet."""
        return self._time(tallies.LATEST) - self._time(tallies.EARLIEST)

    def _time(self, which: int) -> int:
        return int(self._engine.tallies[which])


def read(path: Path | str, progress: Progress | None = None, limits: Limits | None = None) -> Capture:
    """Read a capture. Raises CaptureError, with one sentence, when the file is none; nothing else.

    Packets that look recorded twice are believed to be copies where they are the rule. Only the whole file
    tells, so such a file is read a second time.
    """
    bounds = limits or Limits(known_links=links.KNOWN_LINK_TYPES)
    capture = _pass(path, doubling.NOBODY, progress, bounds)
    believed = capture._believed()
    if believed is not doubling.NOBODY:
        capture = _pass(path, believed, progress, bounds)
    if progress:
        progress("connect", capture)
    capture._end()
    return capture


def _pass(path: Path | str, believed: Ints, progress: Progress | None, limits: Limits) -> Capture:
    with open_source(path, limits) as source:
        capture = Capture(source, believed)
        capture._read(progress)
        return capture


__all__ = ["Capture", "CaptureError", "read"]
