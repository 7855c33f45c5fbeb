"""The same bytes sent again and again by one end: each run of it, with its times and what came back.

A repeat is what packets/ marks as seen before from the same side. Keepalives and probes of a closed window
lie at old numbers as well, and are left out (diagnoses/probing.py has them).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End, gaps_s
from packets.columns import FIN, KEEPALIVE_SHAPED, PROBE_SHAPED, RST, SEEN_TWICE, SYN

_NO_REPEAT = KEEPALIVE_SHAPED | PROBE_SHAPED


@dataclass(frozen=True)
class Episode:
    """One stretch of sequence numbers that was sent at least twice.

    ``rows``: its sendings in order, the first one included where the capture has it (PACKET_DTYPE).
    ``answered``: the first frame of the peer, after the first sending, that acknowledges all of it; None: the
    capture has none.
    """

    rows: NDArray[np.void]
    answered: int | None
    answered_ns: int | None

    @property
    def start(self) -> int:
        """Relative sequence number of its first byte."""
        return int(self.rows["seq"][0])

    @property
    def length(self) -> int:
        """Payload bytes of its first sending."""
        return int(self.rows["length"][0])

    @property
    def frames(self) -> tuple[int, ...]:
        """Its sendings."""
        return tuple(self.rows["frame"].tolist())

    @property
    def repeats(self) -> int:
        """Sendings that the capture shows to be repeats."""
        return int(((self.rows["marks"] & SEEN_TWICE) != 0).sum())

    @property
    def needless(self) -> int:
        """Repeats of what the peer had acknowledged before."""
        if self.answered is None:
            return 0
        return int((self.rows["frame"] > self.answered).sum())

    @cached_property
    def gaps_s(self) -> list[float]:
        """Seconds between its sendings."""
        return gaps_s(self.rows)

    @property
    def lasted_s(self) -> float:
        """From its first sending to the acknowledgement, or to its last sending when none came."""
        last = int(self.rows["time_ns"][-1])
        end = last if self.answered_ns is None else max(self.answered_ns, int(self.rows["time_ns"][0]))
        return (end - int(self.rows["time_ns"][0])) / NS


def episodes(c: Connection, end: End) -> list[Episode]:
    """What ``end`` sent more than once, by the first sending. SYNs are not data; a FIN is."""
    key = _client if end is c.client else _server
    return c.once(key)


def _client(c: Connection) -> list[Episode]:
    return _episodes(c, c.client)


def _server(c: Connection) -> list[Episode]:
    return _episodes(c, c.server)


def _episodes(c: Connection, end: End) -> list[Episode]:
    rows = end.rows
    sized = (rows["length"] > 0) | ((rows["flags"] & FIN) != 0)
    usable = sized & ((rows["flags"] & (SYN | RST)) == 0) & ((rows["marks"] & _NO_REPEAT) == 0)
    rows = rows[usable]
    again = np.unique(rows["seq"][(rows["marks"] & SEEN_TWICE) != 0])
    some = rows[np.isin(rows["seq"], again)]
    order = np.argsort(some["seq"], kind="stable")
    groups = np.split(some[order], np.flatnonzero(np.diff(some["seq"][order])) + 1)
    found = [_episode(c.peer(end).rows, group) for group in groups if len(group)]
    return sorted(found, key=lambda episode: episode.frames[0])


def _episode(theirs: NDArray[np.void], rows: NDArray[np.void]) -> Episode:
    stop = int(rows["seq"][0]) + int(rows["length"][0]) + bool(rows["flags"][0] & FIN)
    acks = theirs[(theirs["frame"] > rows["frame"][0]) & (theirs["ack"] >= stop)]
    if not len(acks):
        return Episode(rows, None, None)
    return Episode(rows, int(acks["frame"][0]), int(acks["time_ns"][0]))
