"""Echo requests of one host to another, and which of them were answered (RFC 792, RFC 4443 section 4)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End, frames
from packets.columns import COPY, ICMP, ICMPV6

REQUESTS = {ICMP: 8, ICMPV6: 128}
REPLIES = {ICMP: 0, ICMPV6: 129}
LOOKED_AT = 20_000  # packets of a pair: five hours of ping
# ping waits a second before its next request; what comes within it (or twice the longest time seen) is an
# answer, and a request nearer to the end of the capture is not counted.
PATIENCE_S = 1.0
# A capture of two cards or two threads, each with its own queue or clock, may hold a reply before its
# request. Further apart, the request itself is missing in the capture.
CROSSED_NS = 10_000_000


@dataclass(frozen=True)
class Pings:
    """``requests``: PACKET_DTYPE rows; ``reply_ns``: when each was answered, -1: it was not."""

    asker: End
    asked: End
    requests: NDArray[np.void]
    reply_ns: NDArray[np.int64]
    replies: tuple[int, ...]  # frames
    unasked: tuple[int, ...]  # frames of replies whose requests are not in the capture, though it had begun
    patience_ns: int
    last_ns: int

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Which requests were answered."""
        found: NDArray[np.bool_] = self.reply_ns >= 0
        return found

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """Which requests were not answered though the capture went on long enough."""
        waited = self.last_ns - self.requests["time_ns"] >= self.patience_ns
        found: NDArray[np.bool_] = ~self.answered & waited
        return found

    @property
    def counted(self) -> int:
        """Requests whose fate is known."""
        return int((self.answered | self.lost).sum())

    @property
    def share(self) -> float:
        """Of them, the part that was lost."""
        return float(self.lost.sum()) / max(self.counted, 1)

    @cached_property
    def runs(self) -> list[NDArray[np.void]]:
        """Lost requests in a row, in order."""
        known = np.flatnonzero(self.answered | self.lost)
        lost = self.lost[known]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]]).astype(np.int8)))
        return [self.requests[known[a:b]] for a, b in edges.reshape(-1, 2).tolist()]

    @property
    def lost_frames(self) -> tuple[int, ...]:
        """Frames of the lost requests."""
        return frames(self.requests[self.lost])

    @property
    def gap_s(self) -> float:
        """Median time between requests; 0 for one alone."""
        gaps = np.diff(self.requests["time_ns"])
        return float(np.median(gaps)) / NS if len(gaps) else 0.0


def pings(c: Connection) -> Pings:
    """The pings of the end that sent more of them."""
    return c.once(_pings)


def _pings(c: Connection) -> Pings:
    rows = c.rows[:LOOKED_AT]
    rows = rows[((rows["marks"] & COPY) == 0) & (rows["icmp_rest"] >= 0)]
    protocol = int(c.record["protocol"])
    asks, answers = (rows["icmp_type"] == kinds.get(protocol, -2) for kinds in (REQUESTS, REPLIES))
    mine = asks & rows["from_client"]
    by_client = int(mine.sum()) * 2 >= int(asks.sum())
    mine = mine if by_client else asks & ~rows["from_client"]
    theirs = rows[answers & (rows["from_client"] != by_client)]
    asker, asked = (c.client, c.server) if by_client else (c.server, c.client)
    requests = rows[mine]
    reply_ns, replies, unasked = _match(requests, theirs)
    longest = int((reply_ns - requests["time_ns"]).max(initial=0))
    last = int(c.rows["time_ns"][LOOKED_AT - 1]) if len(c.rows) > LOOKED_AT else c.case.last_ns
    return Pings(
        asker, asked, requests, reply_ns, replies, unasked, max(int(PATIENCE_S * NS), 2 * longest), last
    )


def _match(
    requests: NDArray[np.void], replies: NDArray[np.void]
) -> tuple[NDArray[np.int64], tuple[int, ...], tuple[int, ...]]:
    """When each request was answered, the frames of the first answers, in order, and the answers to requests
    that are missing.
    """
    reply_ns, found = np.full(len(requests), -1, np.int64), []
    latest: dict[int, int] = {}  # the last request of each number
    strange: dict[int, tuple[int, int]] = {}  # frame and time of a reply to a number not asked so far
    at = 0
    for frame, time, rest in replies[["frame", "time_ns", "icmp_rest"]].tolist():
        while at < len(requests) and requests["frame"][at] < frame:
            latest[int(requests["icmp_rest"][at])] = at
            at += 1
        place = latest.get(rest)
        if place is None:
            strange[rest] = (frame, time)
        elif reply_ns[place] < 0:
            reply_ns[place] = time
            found.append(frame)
    for place, (time, rest) in enumerate(requests[["time_ns", "icmp_rest"]].tolist() if strange else ()):
        if reply_ns[place] < 0 and rest in strange and 0 <= time - strange[rest][1] <= CROSSED_NS:
            frame, reply_ns[place] = strange.pop(rest)
            found.append(frame)
    begun = int(requests["frame"][0]) if len(requests) else 1 << 40
    unasked = tuple(frame for frame, _ in strange.values() if frame > begun)
    return reply_ns, tuple(sorted(found)), unasked
