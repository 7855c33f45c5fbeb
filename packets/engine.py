"""The kernel at work on one capture: its tables, and the two ways in which it runs.

``Compiled`` calls machine code over arrays; the table of connections lies in a scratch file, so that memory
does not grow with it. ``Interpreted`` runs the same functions in Python over lists, which is quicker than
arrays there. Both give the same numbers; tests hold them together.
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from packets import compiled
from packets.formats.batch import Batch
from packets.kernel import connection, fields, hosts, nodes, run, table, tallies
from packets.scratch import Scratch

Ints = NDArray[np.int64]
CHUNK = 4096  # packets a call: their rows (2 MB) stay in the processor's cache
SMALL_CHUNK = 512  # the same, interpreted: a table row is prepared for each packet
_FEWEST_SLOTS = 1 << 12
_MOST_NODES = 1 << 20  # of all connections together: 32 MB
_IN_MEMORY = 160 * 1024 * 1024  # bytes of connections: a hundred thousand
# One packet may have to remember a gap on its own side, itself, and a gap on the other side.
_NODES_A_PACKET = 3
_HOSTS_IN_MEMORY = 64 * 1024 * 1024  # bytes of hosts: a hundred thousand
_NOTE = 1 + tallies.KEPT
_BATCH = ("offset", "captured", "original", "time_ns", "link_type", "interface", "fcs")


class Engine(Protocol):
    """What the reader of a capture asks for."""

    chunk: int

    @property
    def tallies(self) -> Ints:
        """Numbers of the whole capture (kernel/tallies.py)."""
        ...

    def run(self, batch: Batch, first: int, count: int) -> Ints:
        """Let frames pass: their rows (kernel/fields.py), valid until the next call."""
        ...

    def connections(self, first: int, stop: int) -> Ints:
        """Rows of the table of connections (kernel/connection.py)."""
        ...

    def hosts(self) -> Ints:
        """Rows of the table of hosts (kernel/hosts.py)."""
        ...

    def notes(self) -> Ints:
        """Counts and first frames (kernel/tallies.py)."""
        ...


def _most(chunk: int) -> int:
    return chunk * 3 // 2


def chunks(count: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut so many packets into equal parts of about ``chunk``: the first of each, and how many they are.

    None is half as large again: a call for a few packets that are left over costs as much as one for many.
    """
    parts = max(round(count / chunk), 1)
    size = -(-count // parts)
    for first in range(0, count, max(size, 1)):
        yield first, min(size, count - first)


def engine(believed: Ints) -> Engine:
    """The quickest one there is. ``believed``: flows whose copies are believed (see kernel/run.py)."""
    entries = compiled.entries()
    return Compiled(entries, believed) if entries else Interpreted(believed)


class Compiled:
    """The kernel as machine code."""

    chunk = CHUNK

    def __init__(self, entries: dict[str, compiled.Entry], believed: Ints) -> None:
        self._run, self._move = entries["replaybook_run"], entries["replaybook_move"]
        self._out = np.empty((_most(CHUNK) + 1, fields.WIDTH), np.int64)
        self._connections = Scratch(np.int64, connection.WIDTH, _IN_MEMORY)
        self._hosts = Scratch(np.int64, hosts.WIDTH, _HOSTS_IN_MEMORY)
        self._slots, self._host_slots = _slots(_FEWEST_SLOTS), _slots(_FEWEST_SLOTS)
        self._pool = np.zeros(_NODES_A_PACKET * CHUNK * nodes.NODE, np.int64)
        self._fragments = np.zeros(run.FIRST_FRAGMENTS, np.int64)
        self._believed = np.ascontiguousarray(believed)
        self._notes, self._words = np.zeros((tallies.NOTES, _NOTE), np.int64), np.zeros(6, np.int64)
        self._tallies = np.zeros(tallies.WIDTH, np.int64)

    @property
    def tallies(self) -> Ints:
        """Numbers of the whole capture (kernel/tallies.py)."""
        return self._tallies

    def run(self, batch: Batch, first: int, count: int) -> Ints:
        """Let frames pass."""
        self._make_room(count)
        columns = [_address(getattr(batch, name)) for name in _BATCH]
        rows, frame = (len(batch), first, count), batch.first_frame + first
        tables = (self._connections.view, self._slots, self._hosts.view, self._host_slots, self._pool)
        with_lengths = [word for table_ in tables for word in (_address(table_), len(table_))]
        self._run(
            *(_address(batch.data), len(batch.data), *columns, *rows, frame),
            *(_address(self._out), _address(self._words), *with_lengths, _address(self._fragments)),
            *(_address(self._believed), len(self._believed), _address(self._notes), _address(self.tallies)),
        )
        return self._out[:count]

    def _make_room(self, count: int) -> None:
        """For all that so many packets can bring: a connection each, two hosts, and two more quoted ones."""
        known, seen = int(self.tallies[tallies.CONNECTIONS]), int(self.tallies[tallies.HOSTS])
        self._connections.reserve(known + count)
        self._slots = self._grown(self._slots, int(self.tallies[tallies.FLOWS]) + count)
        self._host_slots = self._grown(self._host_slots, seen + 4 * count)
        self._hosts.reserve(seen + 4 * count)
        wanted = _pool_size(int(self.tallies[tallies.NODES]), count)
        if wanted > len(self._pool):
            self._pool.resize(min(len(self._pool) * 2, _MOST_NODES * nodes.NODE), refcheck=False)

    def _grown(self, slots: Ints, entries: int) -> Ints:
        """The same table, at most half full."""
        if entries * 2 * table.SLOT <= len(slots):
            return slots
        size = len(slots)
        while size < entries * 2 * table.SLOT:
            size *= 2
        larger = np.zeros(size, np.int64)
        self._move(_address(slots), len(slots), _address(larger), len(larger))
        return larger

    def connections(self, first: int, stop: int) -> Ints:
        """Rows of the table of connections, as they lie in the scratch file."""
        for looked_at in (self._connections, self._hosts):  # whoever names connections looks at their hosts
            looked_at.forget()
        rows: Ints = self._connections.view[first:stop]
        return rows

    def hosts(self) -> Ints:
        """Rows of the table of hosts."""
        rows: Ints = self._hosts.view[: int(self.tallies[tallies.HOSTS])]
        return rows

    def notes(self) -> Ints:
        """Counts and first frames."""
        return self._notes


def _pool_size(used: int, count: int) -> int:
    """Numbers of the pool that so many packets can need.

    Where the pool ends decides what is forgotten, so both engines have the same room.
    """
    return min(used + _NODES_A_PACKET * count, _MOST_NODES) * nodes.NODE


def _slots(count: int) -> Ints:
    return np.zeros(count * table.SLOT, np.int64)


def _address(array: NDArray[Any]) -> int:
    """Where the numbers of an array lie; 0 for one without any."""
    address: int = array.__array_interface__["data"][0] if array.size else 0
    return address


class Interpreted:
    """The kernel in Python."""

    chunk = SMALL_CHUNK

    def __init__(self, believed: Ints) -> None:
        self._out = [[0] * fields.WIDTH for _ in range(_most(SMALL_CHUNK) + 1)]
        self._connections: list[list[int]] = []
        self._hosts: list[list[int]] = []
        self._slots, self._host_slots = [0] * 4096, [0] * 4096
        self._pool: list[int] = []
        self._fragments, self._words = [0] * run.FIRST_FRAGMENTS, [0] * 6
        self._believed: list[int] = believed.tolist()
        self._notes = [[0] * _NOTE for _ in range(tallies.NOTES)]
        self._tallies = [0] * tallies.WIDTH

    @property
    def tallies(self) -> Ints:
        """Numbers of the whole capture (kernel/tallies.py)."""
        return np.array(self._tallies, np.int64)

    def run(self, batch: Batch, first: int, count: int) -> Ints:
        """Let frames pass."""
        self._make_room(count)
        some = slice(first, first + count)
        data: Any = memoryview(batch.data.data)
        columns: list[Any] = [getattr(batch, name)[some].tolist() for name in _BATCH]
        tables = (self._connections, self._slots, self._hosts, self._host_slots, self._pool, self._fragments)
        frame = batch.first_frame + first
        arguments = (data, *columns, 0, count, frame, self._out, self._words, *tables, self._believed)
        everything: list[Any] = [*arguments, self._notes, self._tallies]
        run.run(*everything)
        return np.array(self._out[:count], np.int64)

    def _make_room(self, count: int) -> None:
        counts = self._tallies
        _extend(self._connections, counts[tallies.CONNECTIONS] + count, connection.WIDTH)
        _extend(self._hosts, counts[tallies.HOSTS] + 4 * count, hosts.WIDTH)
        self._slots = _grown(self._slots, counts[tallies.FLOWS] + count)
        self._host_slots = _grown(self._host_slots, counts[tallies.HOSTS] + 4 * count)
        self._pool += [0] * max(_pool_size(counts[tallies.NODES], count) - len(self._pool), 0)

    def connections(self, first: int, stop: int) -> Ints:
        """Rows of the table of connections."""
        return np.array(self._connections[first:stop], np.int64).reshape(-1, connection.WIDTH)

    def hosts(self) -> Ints:
        """Rows of the table of hosts."""
        rows = self._hosts[: self._tallies[tallies.HOSTS]]
        return np.array(rows, np.int64).reshape(-1, hosts.WIDTH)

    def notes(self) -> Ints:
        """Counts and first frames."""
        return np.array(self._notes, np.int64)


def _extend(rows: list[list[int]], wanted: int, width: int) -> None:
    rows += [[0] * width for _ in range(max(wanted - len(rows), 0))]


def _grown(slots: list[int], entries: int) -> list[int]:
    if entries * 2 * table.SLOT <= len(slots):
        return slots
    larger = [0] * (len(slots) * 2)
    while entries * 2 * table.SLOT > len(larger):
        larger += larger
    table.move(slots, larger)
    return larger


def in_order(owner: NDArray[np.int32], first: Ints, loose: int) -> NDArray[np.int32]:
    """Packet numbers in the order of their connections (kernel/sort.py), those of no connection first."""
    entries = compiled.entries()
    if entries is None:
        return np.argsort(owner, kind="stable").astype(np.int32)
    order = np.empty(len(owner), np.int32)
    at, owner = first.copy(), np.ascontiguousarray(owner)
    sorts: Callable[..., int] = entries["replaybook_sort"]
    sorts(_address(owner), len(owner), _address(at), len(at), _address(order), loose)
    return order


__all__ = ["Compiled", "Engine", "Interpreted", "engine", "in_order"]
