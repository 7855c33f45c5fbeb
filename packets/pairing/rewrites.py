"""What a device between two capture points changed in packets that it let through."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from packets.columns import AE, CWR, ECE, PSH, TCP, URG
from packets.pairing.event import Pairing
from packets.pairing.partners import turned
from packets.pairing.sight import Ints, Mask, Picked

_SOFT = PSH | URG | ECE | CWR | AE  # flags that may change while the packet stays the same one
_SHOWN = 10  # frames kept of each rewrite
_OPENING = {"isn": "base", "mss": "mss", "wscale": "wscale", "sack": "sack_ok", "options": "options"}
_ENDS = ("client", "server")
_PORT = 0xFFFF
_FIELDS = ("ip_id", "tsval", "window_raw")


@dataclass(frozen=True)
class Rewrite:
    """One field of one connection, changed on the way in one direction (or an end, seen by both).

    ``connection_here``, ``connection_there``: ids; ``end``: "client" or "server" of here, whose packets (or
    whose address) it is. ``before`` and ``after``: the value as here and as there have it, of the first
    packet. ``count`` of ``of`` packets; ``frames``: the first of them, here and there side by side.
    """

    field: str  # address, port, isn, mss, wscale, sack, options, ttl, or a column of PACKET_DTYPE
    connection_here: int
    connection_there: int
    end: str
    here: int
    there: int
    count: int
    of: int
    frames: tuple[tuple[int, int], ...]


def rewrites(pairing: Pairing) -> list[Rewrite]:
    """All rewrites, the connections in their order."""
    matched = _Matched(pairing)
    found = [*_ends(matched), *_opening(matched), *_carried(matched)]
    return sorted(found, key=lambda r: (r.connection_here, r.end, r.field))


class _Matched:
    """The matched packets, ordered by lane, so that those of a lane are found at once."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing
        lane = pairing.lanes[0]
        of = np.full(len(pairing.here.rows), -1)
        of[lane.at] = lane.lane
        owner = of[pairing.matched[0]]
        order = np.lexsort((pairing.matched[0], owner))
        self.lane = owner[order]
        self.rows = pairing.matched[0][order], pairing.matched[1][order]
        self.here = Picked(pairing.here.rows, self.rows[0])
        self.there = Picked(pairing.there.rows, self.rows[1])
        self.count = np.bincount(self.lane, minlength=2 * len(pairing.partners))
        self.first = np.cumsum(self.count) - self.count

    def frames(self, places: Ints) -> tuple[tuple[int, int], ...]:
        """Frame numbers side by side."""
        some = places[:_SHOWN]
        return tuple(zip(self.here["frame"][some].tolist(), self.there["frame"][some].tolist(), strict=True))

    def rewrite(self, field: str, lane: int, places: Ints, values: tuple[int, int]) -> Rewrite:
        """A rewrite of some packets of a lane."""
        p = self.pairing.partners
        return Rewrite(
            field, int(p.here[lane // 2]), int(p.there[lane // 2]), _ENDS[lane % 2],
            *values, len(places), int(self.count[lane]), self.frames(places),
        )  # fmt: skip

    def both(self, here: Ints, there: Ints) -> tuple[Ints, Ints]:
        """Facts of the sides of connections, by lane."""
        p = self.pairing.partners
        return here[p.here].reshape(-1), turned(there[p.there], p.cross).reshape(-1)

    def of(self, lane: int) -> Ints:
        """Places of a lane's packets."""
        return np.arange(self.first[lane], self.first[lane] + self.count[lane])


def _ends(matched: _Matched) -> Iterator[Rewrite]:
    """Addresses (numbers that both captures share) and ports, told from packets of either direction."""
    mine, yours = matched.both(matched.pairing.here.ends, matched.pairing.there.ends)
    for field, (one, other) in (
        ("address", (mine >> 16, yours >> 16)),
        ("port", (mine & _PORT, yours & _PORT)),
    ):
        for lane in np.flatnonzero(one != other).tolist():
            seen = lane if matched.count[lane] else lane ^ 1
            if matched.count[seen]:
                found = matched.rewrite(field, seen, matched.of(seen), (int(one[lane]), int(other[lane])))
                yield replace(found, end=_ENDS[lane % 2])


def _opening(matched: _Matched) -> Iterator[Rewrite]:
    """What the SYN and the SYN-ACK say, in pairs of connections of which both captures saw it."""
    p = matched.pairing.partners
    syn = (matched.here["flags"] & 2) != 0
    opened = np.full(2 * len(p), -1)
    places = np.flatnonzero(syn)[::-1]
    opened[matched.lane[places]] = places  # the first one stays
    for field, fact in _OPENING.items():
        mine, yours = matched.both(matched.pairing.here.sides[fact], matched.pairing.there.sides[fact])
        for lane in np.flatnonzero((mine != yours) & (opened >= 0)).tolist():
            if field != "options" or set(_kinds(int(mine[lane]))) != set(_kinds(int(yours[lane]))):
                values = int(mine[lane]), int(yours[lane])
                yield matched.rewrite(field, lane, opened[lane : lane + 1], values)


def _kinds(packed: int) -> list[int]:
    """Kinds of TCP options from the column that keeps a byte of each; padding left out."""
    return [kind for at in range(8) if (kind := packed >> 8 * at & 0xFF) > 1]


def _carried(matched: _Matched) -> Iterator[Rewrite]:
    """What every packet has."""
    segments = matched.here["protocol"] == TCP
    differs = {name: matched.here[name] != matched.there[name] for name in _FIELDS}
    differs["tsval"] &= segments
    differs["window_raw"] &= segments
    differs["flags"] = segments & (((matched.here["flags"] ^ matched.there["flags"]) & _SOFT) != 0)
    differs["ttl"] = _raised(matched)
    for field, mask in differs.items():
        places = np.flatnonzero(mask)
        lanes, first = np.unique(matched.lane[places], return_index=True)
        for lane, some in zip(lanes.tolist(), np.split(places, first)[1:], strict=True):
            values = int(matched.here[field][some[0]]), int(matched.there[field][some[0]])
            yield matched.rewrite(field, lane, some, values)


def _raised(matched: _Matched) -> Mask:
    """The TTL did not fall as it does for most packets of the same way: someone set it anew."""
    fell = matched.here["ttl"].astype(np.int64) - matched.there["ttl"]
    fell *= matched.pairing.ways.of(matched.pairing.here, matched.rows[0])
    raised: Mask = fell < 0
    return raised


__all__ = ["Rewrite", "rewrites"]
