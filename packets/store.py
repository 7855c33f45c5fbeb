"""The packets of a capture, kept in the order of the file and found again by connection, in bounded
memory.
"""

from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from packets.columns import MARKED, PACKET_DTYPE
from packets.engine import in_order
from packets.kernel import fields
from packets.scratch import Scratch

Ints = NDArray[np.int64]
Rows = NDArray[np.void]
# A connection with more packets is looked at in part: its beginning, its end, and what is marked between
# them.
MOST_ROWS = 60_000
_IN_MEMORY = 160 * 1024 * 1024  # bytes: a million packets
_PIECE = 262_144  # rows looked at or written at a time: 40 MB
# Columns of PACKET_DTYPE and of the kernel that go by other names, or whose sense differs.
_RENAMED = {
    "time_ns": fields.TIME,
    "gap_ns": fields.GAP,
    "rtt_ns": fields.RTT,
    "repeat_ns": fields.REPEAT,
    "from_client": fields.SIDE,  # side 1, until the client is known
}
_COLUMNS = [
    (name, _RENAMED.get(name, getattr(fields, name.upper(), -1))) for name in PACKET_DTYPE.names or ()
]


def packet_rows(rows: Ints, out: Rows) -> None:
    """Write the kernel's rows as PACKET_DTYPE; ``from_client`` still says whether side 1 sent it."""
    for name, at in _COLUMNS:
        out[name] = rows[:, at]


def _owners(rows: Ints, out: NDArray[np.int32]) -> None:
    out[:] = rows[:, fields.CONNECTION]


class Packets:
    """The packets of a capture; complete when ``end`` was called."""

    def __init__(self) -> None:
        self._rows, self._owner = Scratch(PACKET_DTYPE, in_memory=_IN_MEMORY), Scratch(np.int32)
        self.client_side: Ints = np.zeros(0, np.int64)
        self._count: Ints = np.zeros(0, np.int64)
        # Where the packets of each connection begin, in the order of connections; known at the end.
        self.first_row: Ints = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return self._rows.rows

    def append(self, rows: Ints) -> None:
        """Keep the rows of some frames, as the kernel made them."""
        self._rows.append(len(rows), partial(packet_rows, rows))
        self._owner.append(len(rows), partial(_owners, rows))

    def end(self, count: Ints, client_side: Ints) -> None:
        """How many packets each connection has, and which side of it is the client."""
        self._count, self.client_side = count, client_side
        self.first_row = np.cumsum(count) - count + self.loose
        self._rows.map()
        self._owner.map()

    @property
    def loose(self) -> int:
        """Packets of no connection; they come first in the order of connections."""
        return len(self) - int(self._count.sum())

    @cached_property
    def _order(self) -> NDArray[np.int32]:
        return in_order(self._owner.view[: len(self)], self.first_row, self.loose)

    def rows(self, first: int, stop: int) -> Rows:
        """A copy of the packets ``first`` to ``stop`` in the order of connections (PACKET_DTYPE)."""
        rows = self._directed(self._rows.view[self._order[first:stop]])
        if stop - first > 1000:
            self._rows.forget()
        return rows

    def _directed(self, rows: Rows) -> Rows:
        """Say of rows, in place, whether the client sent them."""
        owner = rows["connection"]
        if len(self.client_side):
            rows["from_client"] = (owner >= 0) & (rows["from_client"] == (self.client_side[owner] == 1))
        return rows

    def frame(self, number: int) -> np.void:
        """The packet with a frame number; frames are kept in their order, from 1 on, without a gap."""
        row: np.void = self._directed(self._rows.view[number - 1 : number].copy())[0]
        return row

    def of(self, connection: int) -> Rows:
        """The packets of a connection in the order of the file; of one with very many, those that tell
        most.
        """
        first, count = int(self.first_row[connection]), int(self._count[connection])
        if count <= MOST_ROWS:
            return self.rows(first, first + count)
        third = MOST_ROWS // 3
        middle = self._marked(first + third, first + count - third, third)
        return np.concatenate(
            [self.rows(first, first + third), middle, self.rows(first + count - third, first + count)]
        )

    def _marked(self, first: int, stop: int, most: int) -> Rows:
        """The first packets that carry a rare mark, a RST or a FIN."""
        found: list[Rows] = []
        for start in range(first, stop, _PIECE):
            rows = self.rows(start, min(start + _PIECE, stop))
            found.append(rows[((rows["marks"] & MARKED) != 0) | ((rows["flags"] & 7) != 0)][:most])
            if sum(map(len, found)) >= most:
                break
        return np.concatenate(found)[:most]


__all__ = ["MOST_ROWS", "Packets", "packet_rows"]
