"""Small segments that are held back until the one before is acknowledged (Nagle's algorithm, RFC 9293
section 3.7.4), while the other side delays that acknowledgement (section 3.8.6.3).

An application that thinks as long is told apart by two things: the held segment leaves right on the arrival
of the acknowledgement, each time, which no application sees; and no small segment ever leaves while another
one is not acknowledged, which only the algorithm ensures.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from packets.columns import FIN, KEEPALIVE_SHAPED, PROBE_SHAPED, RST, SEEN_TWICE, SYN

ENOUGH = 3  # stalls: one may be an accident of timing
# A delayed acknowledgement: Linux waits 40 ms at least (TCP_DELACK_MIN, HZ / 25), a little less by its clock;
# nobody may wait 0.5 s (RFC 9293 section 3.8.6.3).
SHORTEST_S, LONGEST_S = 0.03, 0.5
# What the held segment needs to follow, beyond the round trip to its sender: scheduling, and jitter.
SLACK_S, SLACK_SHARE = 0.002, 0.1
_SEGMENT = 1460  # bytes of a whole segment where the other side did not say
_NO_DATA = SEEN_TWICE | KEEPALIVE_SHAPED | PROBE_SHAPED


@dataclass(frozen=True)
class Stall:
    """``first``: the small segment; ``ack``: its late acknowledgement; ``held``: what left on its arrival."""

    first: int
    ack: int
    held: int
    delay_s: float  # how long the receiver kept the acknowledgement back


@dataclass(frozen=True)
class Stalls:
    """Those of one sender."""

    sender: End
    found: tuple[Stall, ...]
    obeyed: bool  # no small segment left while another one was not acknowledged
    small: int  # small segments of the sender

    @property
    def lost_s(self) -> float:
        """Time lost altogether."""
        return sum(stall.delay_s for stall in self.found)


def stalls(c: Connection) -> Stalls:
    """Of the end that lost more time so."""
    return c.once(_worst)


def _worst(c: Connection) -> Stalls:
    return max((_of(c, c.client), _of(c, c.server)), key=lambda s: (s.obeyed and len(s.found) > 0, s.lost_s))


def _of(c: Connection, sender: End) -> Stalls:
    rows = c.segments[(c.segments["flags"] & (SYN | RST)) == 0]
    mine = rows["from_client"] == (sender.name == "client")
    peer = c.peer(sender)
    # Timestamps take 12 bytes of a segment.
    whole = (peer.mss if peer.mss > 0 else _SEGMENT) - 12
    small = mine & (rows["length"] > 0) & (rows["length"] < whole) & ((rows["marks"] & _NO_DATA) == 0)
    to_sender, to_receiver = _round_trips(c, sender)
    found = tuple(_stalls(rows, mine, small, to_sender, to_receiver))
    return Stalls(sender, found, _obeyed(rows, mine, small), int(small.sum()))


def _round_trips(c: Connection, sender: End) -> tuple[float, float]:
    """From the capture point to the sender and back, and to the receiver and back, seconds."""
    syn, syn_ack, shaken = (c.record[name] for name in ("syn_time", "syn_ack_time", "shaken_time"))
    to_server, to_client = max(syn_ack - syn, 0) / NS, max(shaken - syn_ack, 0) / NS
    return (to_client, to_server) if sender.name == "client" else (to_server, to_client)


def _stalls(
    rows: NDArray[np.void],
    mine: NDArray[np.bool_],
    small: NDArray[np.bool_],
    to_sender: float,
    to_receiver: float,
) -> list[Stall]:
    """Three segments in a row: small, its acknowledgement without data, and the next small one."""
    pure = ~mine & (rows["length"] == 0) & ((rows["flags"] & FIN) == 0)
    at = np.flatnonzero(small[:-2] & pure[1:-1] & small[2:])
    stop = rows["seq"][at] + rows["length"][at]
    at = at[(rows["ack"][at + 1] == stop) & (rows["seq"][at + 2] == stop)]
    delays = (rows["time_ns"][at + 1] - rows["time_ns"][at]) / NS - to_receiver
    follows = (rows["time_ns"][at + 2] - rows["time_ns"][at + 1]) / NS
    late = (delays >= SHORTEST_S) & (delays <= LONGEST_S)
    right_on = np.abs(follows - to_sender) <= SLACK_S + SLACK_SHARE * to_sender
    frames = rows["frame"].astype(np.int64)
    return [
        Stall(int(frames[n]), int(frames[n + 1]), int(frames[n + 2]), float(delay))
        for n, delay in zip(at[late & right_on].tolist(), delays[late & right_on].tolist(), strict=True)
    ]


def _obeyed(rows: NDArray[np.void], mine: NDArray[np.bool_], small: NDArray[np.bool_]) -> bool:
    """Each small segment found all small ones before it acknowledged; a close lets the last one go."""
    acks = np.maximum.accumulate(np.where(mine, -1, rows["ack"])) if len(rows) else rows["ack"]
    at = np.flatnonzero(small)
    ends = (rows["seq"] + rows["length"])[at]
    early = (acks[at[1:]] < ends[:-1]) & ((rows["flags"][at[1:]] & FIN) == 0)
    return not bool(early.any())
