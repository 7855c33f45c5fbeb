"""What one capture shows of packets that another one may show too: the columns that tell them apart."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packets.capture import Capture
from packets.columns import COPY, NOT_IP, PACKET_DTYPE
from packets.kernel import connection as k
from packets.kernel import hosts
from packets.kernel.network import ARP
from packets.table import Table

Ints = NDArray[np.int64]
Rows = NDArray[np.void]
Mask = NDArray[np.bool_]

_NAMES = (
    "frame", "time_ns", "connection", "from_client", "protocol", "flags", "seq", "ack", "length",
    "window_raw", "ttl", "ip_id", "tsval", "tsecr", "icmp_type", "icmp_code", "source", "marks",
)  # fmt: skip
SIGHT_DTYPE = np.dtype([(name, PACKET_DTYPE[name]) for name in _NAMES])
# Facts of a side of each connection, the client's in column 0, the server's in column 1.
_SIDE = {
    "base": k.BASE, "syn": k.SYN, "syn_ack": k.SYN_ACK, "max_ack": k.MAX_ACK, "mss": k.MSS,
    "wscale": k.WSCALE, "sack_ok": k.SACK_OK, "options": k.OPTIONS, "acked_missing": k.ACKED_MISSING,
    "gaps": k.GAPS, "acked_unseen": k.ACKED_UNSEEN, "rtt_least": k.RTT_LEAST,
}  # fmt: skip
_PIECE = 131_072  # rows looked at together: 20 MB


class Picked:
    """Some of a table's rows, a column at a time: what is not asked for is not copied."""

    def __init__(self, rows: Rows, places: Ints) -> None:
        self._rows, self._places = rows, places
        self._columns: dict[str, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._columns:
            self._columns[name] = self._rows[name][self._places]
        return self._columns[name]

    def at(self, places: Ints) -> "Picked":
        """Some of these."""
        return Picked(self._rows, self._places[places])


class Sight:
    """One capture, as pairing looks at it.

    ``rows``: SIGHT_DTYPE, packets of connections, copies left out, ordered by (connection, frame). ``ends``:
    client and server of each connection, shape (n, 2), host << 16 | port with host numbers that both
    captures share. ``sides``: facts of each side by name, shape (n, 2).
    """

    def __init__(self, capture: Capture, shared: Ints) -> None:
        self.capture, self._shared = capture, shared
        self.rows = np.concatenate([np.zeros(0, SIGHT_DTYPE), *_pieces(capture)])
        tables = list(_connections(capture))
        self.protocol: Ints = np.concatenate([np.zeros(0, np.int64), *(t[0] for t in tables)])
        ends = np.concatenate([np.zeros((0, 2), np.int64), *(t[1] for t in tables)])
        self.ends: Ints = (shared[ends >> 16] << 16 | ends & 0xFFFF) if len(ends) else ends
        self.sides: dict[str, Ints] = {
            name: np.concatenate([np.zeros((0, 2), np.int64), *(t[2][name] for t in tables)])
            for name in _SIDE
        }

    def address(self, shared: int) -> str:
        """The address of a host by the number that both captures share."""
        return self.capture.addresses[int(np.flatnonzero(self._shared == shared)[0])]

    @property
    def span(self) -> tuple[int, int]:
        """Times of the earliest and of the latest packet, of any kind."""
        return self.capture.last_ns - self.capture.duration_ns, self.capture.last_ns

    @property
    def kinds(self) -> int:
        """How many kinds of traffic it holds, a protocol with a server's port each: a capture filter leaves
        few.
        """
        kinds = np.unique(self.protocol << 16 | self.ends[:, 1] & 0xFFFF)
        return len(kinds[kinds >> 16 != ARP]) + (ARP in self.capture.recording.protocols)

    @property
    def dropped(self) -> int:
        """Bytes that were acknowledged and that it never recorded, though it saw both directions."""
        missing, holes = self.sides["acked_missing"], self.sides["gaps"] + self.sides["acked_unseen"]
        return int(missing[(missing > 0) & (holes.sum(axis=1, keepdims=True) > 0)].sum())


def _pieces(capture: Capture) -> Iterator[Rows]:
    for first in range(0, capture.packet_count, _PIECE):
        rows = capture.packet_rows(first, min(first + _PIECE, capture.packet_count))
        wanted = (rows["connection"] >= 0) & ((rows["marks"] & COPY) == 0) & (rows["protocol"] != NOT_IP)
        out = np.zeros(int(wanted.sum()), SIGHT_DTYPE)
        for name in _NAMES:
            out[name] = rows[name][wanted]
        yield out


def _connections(capture: Capture) -> Iterator[tuple[Ints, Ints, dict[str, Ints]]]:
    for table in capture.stretches():
        ends = np.stack([table["client"], table["server"]], axis=1)
        yield table["protocol"], ends, {name: _both(table, at) for name, at in _SIDE.items()}


def _both(table: Table, at: int) -> Ints:
    """A fact of both sides, the client's first."""
    low, high = (table.rows[:, k.SIDES + side * k.SIDE_WIDTH + at] for side in (0, 1))
    first = table.client_side == 0
    return np.stack([np.where(first, low, high), np.where(first, high, low)], axis=1)


def shared_hosts(here: Capture, there: Capture) -> tuple[Ints, Ints]:
    """For the hosts of each capture, by their numbers, the numbers that both captures share."""
    rows = [capture.hosts[:, hosts.VERSION : hosts.VERSION + 4] for capture in (here, there)]
    _, numbers = np.unique(np.concatenate(rows), axis=0, return_inverse=True)
    numbers = numbers.reshape(-1).astype(np.int64)
    return numbers[: len(rows[0])], numbers[len(rows[0]) :]


__all__ = ["SIGHT_DTYPE", "Ints", "Mask", "Picked", "Rows", "Sight", "shared_hosts"]
