"""Which connections of two captures are the same one.

Most have the same ends in both. Where a device between has rewritten an address, a port or the sequence
numbers, their packets still tell: a connection's partner is the one whose packets have the same absolute
numbers, or the same timestamps, or the same IP IDs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from packets.columns import ACK, FIN, RST, SYN, TCP
from packets.pairing.joining import Keys, grouped, keys
from packets.pairing.sight import Ints, Mask, Rows, Sight

ESSENTIAL = FIN | SYN | RST | ACK  # flags that a device may not change without making another packet of it
_SEVERAL = 2  # packets that must agree where the ends tell nothing
_MODULUS = 1 << 32  # of sequence numbers
Marked = tuple[Mask, Keys]  # rows that have a key, and the keys of all


@dataclass(frozen=True)
class Partners:
    """Connections that are the same: ``here[n]`` is ``there[n]``.

    ``cross``: the client of the one is the server of the other (who is the client is a guess where no
    handshake was seen). ``shift``: what to add to the relative numbers of the client's and the server's
    side there, to get those of here; shape (n, 2), sides as here.
    """

    here: Ints
    there: Ints
    cross: Mask
    shift: Ints

    def __len__(self) -> int:
        return len(self.here)


def turned(values: Ints, cross: Mask) -> Ints:
    """Facts of two sides, shape (n, 2), with the sides changed over where ``cross``."""
    return np.where(cross[:, None], values[:, ::-1], values)


def partners(here: Sight, there: Sight) -> Partners:
    """All pairs of connections that two captures share."""
    search = _Search(here, there)
    search.by_connection(_every_flow, even=False)
    for known in (slice(0, 2), slice(0, 1), slice(1, 2)):
        search.by_connection(partial(_flow_and_bases, known=known), even=False)
    search.by_connection(_every_flow, even=True)
    search.by_packet(_numbers, 1)
    search.by_packet(_stamps, _SEVERAL)
    for end in (0, 1):
        search.by_packet(partial(_ids, end=end), _SEVERAL)
    order = np.argsort(search.here)
    a, b = search.here[order], search.there[order]
    cross = _crossed(here, there, a, b)
    return Partners(a, b, cross, _shift(here, there, a, b, cross))


class _Search:
    """Pairs found so far; each step looks among the connections that have none yet."""

    def __init__(self, here: Sight, there: Sight) -> None:
        self._sights = (here, there)
        self.here, self.there = np.zeros(0, np.int64), np.zeros(0, np.int64)

    def by_connection(self, keyed: Callable[[Sight], Marked], *, even: bool) -> None:
        """Pair connections whose keys are equal: alone of their kind, or (``even``) as many on both sides."""
        parts = []
        for sight, taken in zip(self._sights, (self.here, self.there), strict=True):
            has, key = keyed(sight)
            rows = np.flatnonzero(has & _free(sight, taken))
            parts.append((key[rows], rows))
        (left, mine), (right, yours) = parts
        groups = grouped(left, right, mine, yours)
        self._add(*(groups.even if even else groups.single))

    def by_packet(self, keyed: Callable[[Sight], Marked], alone: int) -> None:
        """Pair connections for which most packets vote. ``alone``: votes that do, where an end is the same;
        else several.
        """
        parts = []
        for sight, taken in zip(self._sights, (self.here, self.there), strict=True):
            has, key = keyed(sight)
            rows = np.flatnonzero(has & _free(sight, taken)[sight.rows["connection"]])
            parts.append((key[rows], rows))
        (left, mine), (right, yours) = parts
        if not len(mine) or not len(yours):
            return
        one, other = grouped(left, right, mine, yours).single
        owners = [
            sight.rows["connection"][rows] for sight, rows in zip(self._sights, (one, other), strict=True)
        ]
        a, b, votes = _elected(*(owner.astype(np.int64) for owner in owners))
        same = (self._sights[0].ends[a][:, :, None] == self._sights[1].ends[b][:, None, :]).any(axis=(1, 2))
        enough = votes >= np.where(same, alone, _SEVERAL)
        if alone > 1:  # weak keys: at least one end has stayed
            enough &= same
        self._add(a[enough], b[enough])

    def _add(self, here: Ints, there: Ints) -> None:
        self.here, self.there = np.concatenate([self.here, here]), np.concatenate([self.there, there])


def _free(sight: Sight, taken: Ints) -> Mask:
    free = np.ones(len(sight.ends), bool)
    free[taken] = False
    return free


def _every_flow(sight: Sight) -> Marked:
    return np.ones(len(sight.ends), bool), _flow(sight)


def _flow(sight: Sight) -> Keys:
    return keys(sight.protocol, sight.ends.min(axis=1), sight.ends.max(axis=1))


def _flow_and_bases(sight: Sight, known: slice) -> Marked:
    """The ends, and the numbers that some of them count from, the lower end's first."""
    cross = sight.ends[:, 0] > sight.ends[:, 1]
    bases = turned(sight.sides["base"], cross)[:, known]
    return (bases >= 0).all(axis=1) & (sight.protocol == TCP), keys(_flow(sight).view(np.int64), *bases.T)


def absolute(sight: Sight, fact: str) -> Ints:
    """The sequence or acknowledgement numbers of all rows as the headers have them; -1: not known."""
    rows = sight.rows
    mine = np.where(rows["from_client"] == (fact == "seq"), 0, 1)
    base = sight.sides["base"][rows["connection"], mine]
    known = (base >= 0) & (rows["protocol"] == TCP) & (rows[fact] >= 0)
    return np.where(known, (base + rows[fact]) % _MODULUS, -1)


def _numbers(sight: Sight) -> Marked:
    seq = absolute(sight, "seq")
    rows = sight.rows
    return seq >= 0, keys(
        seq, absolute(sight, "ack"), rows["length"], rows["flags"] & ESSENTIAL, rows["tsval"]
    )


def _stamps(sight: Sight) -> Marked:
    rows = sight.rows
    has = (rows["tsval"] > 0) & (rows["protocol"] == TCP)
    return has, keys(rows["tsval"], rows["tsecr"], rows["length"], rows["flags"] & ESSENTIAL)


def _ids(sight: Sight, end: int) -> Marked:
    """IP IDs of packets that are no segments, beside the end that may have stayed the same."""
    rows = sight.rows
    kept = sight.ends[rows["connection"], end]
    has = (rows["ip_id"] > 0) & (rows["protocol"] != TCP)
    return has, keys(kept, rows["protocol"], rows["ip_id"], rows["length"], rows["from_client"])


def _elected(here: Ints, there: Ints) -> tuple[Ints, Ints, Ints]:
    """Connections that are each other's first choice, and their votes; one vote a row."""
    width = int(there.max(initial=0)) + 1
    codes, votes = np.unique(here * width + there, return_counts=True)
    a, b = codes // width, codes % width
    best = _best(a, votes) & _best(b, votes)
    return a[best], b[best], votes[best]


def _best(owner: Ints, votes: Ints) -> Mask:
    """For each owner the row with the most votes."""
    order = np.lexsort((-votes, owner))
    first = np.ones(len(order), bool)
    first[1:] = owner[order][1:] != owner[order][:-1]
    best = np.zeros(len(order), bool)
    best[order[first]] = True
    return best


def _crossed(here: Sight, there: Sight, a: Ints, b: Ints) -> Mask:
    """The ends stand the other way round; where both were rewritten, who sent the SYN is believed."""
    mine, yours = here.ends[a], there.ends[b]
    straight = (mine == yours).sum(axis=1)
    across = (mine == yours[:, ::-1]).sum(axis=1)
    crossed: Mask = across > straight
    return crossed


def _shift(here: Sight, there: Sight, a: Ints, b: Ints, cross: Mask) -> Ints:
    """Where both captures saw the SYN, both count from it, whatever its number was. Else the numbers tell."""
    seen = [sight.sides["syn"] + sight.sides["syn_ack"] for sight in (here, there)]
    counted = (seen[0][a] > 0) & (turned(seen[1][b], cross) > 0)
    bases = here.sides["base"][a], turned(there.sides["base"][b], cross)
    apart = (bases[1] - bases[0] + _MODULUS // 2) % _MODULUS - _MODULUS // 2
    return np.where(counted | (bases[0] < 0) | (bases[1] < 0), 0, apart)


__all__ = ["ESSENTIAL", "Partners", "Rows", "absolute", "partners", "turned"]
