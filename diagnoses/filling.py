"""Senders that use up the receive window and wait: what was in flight, and how long nothing more could go.

A window counts as full when no whole segment fits into what is left: stacks do not cut a segment to fill the
rest (RFC 9293 section 3.8.6.2.1; Linux tcp_mss_split_point), so waiting for the exact last byte sees little.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from diagnoses.windows import AT_ONCE_S, round_trip_s
from packets.columns import COPY, KEEPALIVE_SHAPED, PROBE_SHAPED, RST, SEEN_TWICE
from packets.table import Table

FEWEST = 3  # full windows: once or twice is how any transfer meets its limit and passes on
SHARE = 0.1  # of the transfer that was spent waiting: less is lost among other things
HELD_S = 0.1  # waited altogether, seconds: what nobody notices (Nielsen 1993, section 5.5: instantaneous)
_SEGMENT = 1460  # bytes of a whole segment, where none is seen: Ethernet without options
LIMIT = 65_535  # the most that a window without a scale can say, bytes (RFC 7323 section 2)
_NO_DATA = COPY | SEEN_TWICE | KEEPALIVE_SHAPED | PROBE_SHAPED


@dataclass(frozen=True)
class Filling:
    """How one end filled the other's window: one element for each time that it then had to wait.

    ``frames``: its last segment before the wait; ``opened``: the segment that made room; ``resumed``: its
    next data; ``pauses_s``; ``windows``: what the receiver had allowed beyond its acknowledgement, bytes.
    """

    sender: End
    receiver: End
    frames: NDArray[np.int64]
    opened: NDArray[np.int64]
    resumed: NDArray[np.int64]
    pauses_s: NDArray[np.float64]
    windows: NDArray[np.int64]
    span_s: float  # from its first data to its last

    @cached_property
    def held_s(self) -> float:
        """Waited altogether."""
        return float(self.pauses_s.sum())

    @property
    def share(self) -> float:
        """The part of the transfer that was spent waiting."""
        return self.held_s / self.span_s if self.span_s > 0 else 0.0

    @property
    def often(self) -> bool:
        """It happened again and again."""
        return len(self.frames) >= FEWEST

    @property
    def matters(self) -> bool:
        """It took a part of the transfer's time."""
        return self.held_s >= HELD_S and self.share >= SHARE

    def evidence(self, most: int) -> tuple[int, ...]:
        """The longest waits: the last segment before, what made room, and the next data."""
        longest = np.argsort(-self.pauses_s, kind="stable")[:most]
        rows = (self.frames, self.opened, self.resumed)
        return tuple(sorted({int(frame) for row in rows for frame in row[longest]}))


def unscaled(c: Connection) -> bool:
    """Both SYNs were seen, and one of them does without the window scale option."""
    return c.handshake_seen and min(c.client.wscale, c.server.wscale) < 0


def scale_is_missed(c: Connection) -> bool:
    """The waits come from windows near the most that can be said without a scale."""
    found = filling(c)
    near = found.windows > LIMIT // 2
    return unscaled(c) and bool(near.sum() >= FEWEST and near.mean() > 0.5)


def may_fill(table: Table) -> NDArray[np.bool_]:
    """Connections in which an end may have filled the other's window."""
    found = np.zeros(len(table), bool)
    for sender, receiver in (("client", "server"), ("server", "client")):
        smallest = table[f"{receiver}_smallest_window"]
        near = table[f"{sender}_most_in_flight"] + _SEGMENT >= smallest
        found |= (smallest >= 0) & near & (table[f"{sender}_data_segments"] >= FEWEST)
    return found


def filling(c: Connection) -> Filling:
    """Of the end that waited longer."""
    return c.once(_worst)


def _worst(c: Connection) -> Filling:
    return max((_find(c, c.client), _find(c, c.server)), key=lambda found: found.held_s)


def _find(c: Connection, sender: End) -> Filling:
    rows = c.segments[(c.segments["flags"] & RST) == 0]
    mine = rows["from_client"] == (sender.name == "client")
    data = np.flatnonzero(mine & (rows["length"] > 0) & ((rows["marks"] & _NO_DATA) == 0))
    before, after = data[:-1], data[1:]
    ends = (rows["seq"] + rows["length"]).astype(np.int64)
    edge, whole = _edges(rows, mine), _whole(rows[data], c.peer(sender))
    opener = _opener(edge, before, after, ends[before] + whole)
    waited = (edge[before] >= 0) & (edge[before] - ends[before] < whole) & (opener > before)
    follows = rows["seq"][after] == ends[before]  # nothing was sent again meanwhile
    until = rows["time_ns"][after] - rows["time_ns"][opener]
    prompt = until <= round((round_trip_s(c) + AT_ONCE_S) * NS)
    at = np.flatnonzero(waited & follows & prompt & ~_shut_between(rows, mine, before, after))
    frames = rows["frame"].astype(np.int64)
    pauses = (rows["time_ns"][after] - rows["time_ns"][before])[at] / NS
    allowed = edge - _accumulated(rows, mine, rows["ack"])
    span = float(rows["time_ns"][data[-1]] - rows["time_ns"][data[0]]) / NS if len(data) else 0.0
    return Filling(
        sender,
        c.peer(sender),
        frames[before[at]],
        frames[opener[at]],
        frames[after[at]],
        np.maximum(pauses, 0.0),
        allowed[before[at]],
        span,
    )


def _whole(data: NDArray[np.void], receiver: End) -> int:
    """Bytes of a whole segment; a capture at the sender may show several as one."""
    most = receiver.mss if receiver.mss > 0 else _SEGMENT
    return min(int(data["length"].max(initial=0)) or _SEGMENT, most)


def _accumulated(
    rows: NDArray[np.void], mine: NDArray[np.bool_], values: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The highest value that the receiver had told by each row; -1 before it told one."""
    told = np.where(mine | (rows["ack"] < 0), -1, values).astype(np.int64)
    found: NDArray[np.int64] = np.maximum.accumulate(told) if len(told) else told
    return found


def _edges(rows: NDArray[np.void], mine: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The right edge of the receiver's window by each row, in the sender's numbers; -1: not known."""
    edge = np.where(rows["window"] < 0, -1, rows["ack"] + rows["window"])
    return _accumulated(rows, mine, edge)


def _opener(
    edge: NDArray[np.int64], before: NDArray[np.intp], after: NDArray[np.intp], wanted: NDArray[np.int64]
) -> NDArray[np.intp]:
    """The row that made room for a whole segment, between the two; ``before`` itself where none did."""
    if not len(edge):
        return before
    at = np.searchsorted(edge, wanted)  # edges never go back here: they are the highest told
    found: NDArray[np.intp] = np.where((at > before) & (at < after), at, before)
    return found


def _shut_between(
    rows: NDArray[np.void], mine: NDArray[np.bool_], before: NDArray[np.intp], after: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """The receiver advertised window 0 meanwhile: another story."""
    zeros = np.cumsum(~mine & (rows["window_raw"] == 0))
    found: NDArray[np.bool_] = zeros[after] > zeros[before]
    return found
