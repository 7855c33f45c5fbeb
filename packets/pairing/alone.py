"""What only one of two captures holds, and what must be known before it counts as lost or made on the way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packets.columns import FIN, SYN, TCP
from packets.pairing.matching import Lane
from packets.pairing.partners import turned
from packets.pairing.sight import Ints, Mask, Sight

if TYPE_CHECKING:
    from packets.pairing.event import Pairing

_REACH = 1 << 39  # sequence numbers kept apart for each lane: 0.5 TB
_SOME_KINDS = 2  # kinds of traffic that show that no capture filter chose one


@dataclass(frozen=True)
class Alone:
    """Packets of one capture that the other one does not hold.

    ``rows``: places in that sight's rows, in the order of frames. ``pair``: number among the partners, -1:
    the other capture does not know the connection. ``towards``: 1 where they pass this capture first, -1
    where the other one first, 0: not known. ``inside``: the other capture was recording when they should
    have passed; ``after``: it had ended. ``expires``: their TTL ends before the other point.
    ``acknowledged``: the other capture holds an acknowledgement of their bytes, but not the bytes.
    ``arrived``: how many of their bytes the other capture holds in segments of other sizes.
    ``apart``: how many packets were left out since the other point need not see their hosts or ports;
    ``pieces``: how many arrived cut or joined otherwise.
    """

    rows: Ints
    pair: Ints
    towards: NDArray[np.int8]
    inside: Mask
    after: Mask
    expires: Mask
    acknowledged: Mask
    arrived: Ints
    apart: int
    pieces: int


def find(pairing: "Pairing", which: int) -> Alone:
    """What only here (``which`` 0) or only there (1) holds."""
    sight, other = (pairing.here, pairing.there)[which], (pairing.here, pairing.there)[1 - which]
    lane, taken = pairing.lanes[which], pairing.matched[which]
    free = np.ones(len(sight.rows), bool)
    free[taken] = False
    held, size = _in_pieces(pairing, which, free)
    whole = (size > 0) & (held == size)
    free[lane.at[whole]] = False
    at_lane = np.full(len(sight.rows), -1)
    at_lane[lane.at] = np.arange(len(lane))
    strange = free & (at_lane < 0)
    apart = strange.copy()
    apart[strange] = ~_to_be_seen(pairing, sight, other, which, np.flatnonzero(strange))
    rows = np.flatnonzero(free & ~apart)
    rows = rows[np.argsort(sight.rows["frame"][rows], kind="stable")]
    places = at_lane[rows]
    pair = np.where(places >= 0, lane.lane[places] // 2 if len(lane) else -1, -1)
    towards = _towards(pairing, which, rows, places)
    inside, after = _recording(pairing, which, sight.rows["time_ns"][rows], towards)
    expires = (towards == 1) & (sight.rows["ttl"][rows] <= _routers(pairing, which, rows, places))
    seen, arrived = np.zeros(len(rows), bool), np.zeros(len(rows), np.int64)
    seen[places >= 0] = _acknowledged(pairing, which, places[places >= 0])
    arrived[places >= 0] = held[places[places >= 0]]
    counts = int(apart.sum()), int(whole.sum())
    return Alone(rows, pair, towards, inside, after, expires, seen, arrived, *counts)


def _hosts(pairing: "Pairing", which: int, rows: Ints, places: Ints) -> tuple[Ints, Ints, Mask]:
    """Client and server, as here names them where it can, and which packets the client sent."""
    sight, lane = (pairing.here, pairing.there)[which], pairing.lanes[which]
    own = sight.rows["connection"][rows]
    hosts, from_client = sight.ends[own] >> 16, sight.rows["from_client"][rows]
    if which == 1:
        hosts = _as_here(pairing, hosts)
    known = places >= 0
    lanes = lane.lane[places[known]]
    hosts[known] = pairing.here.ends[pairing.partners.here[lanes // 2]] >> 16
    from_client[known] = lanes % 2 == 0
    return hosts[:, 0], hosts[:, 1], from_client


def _as_here(pairing: "Pairing", hosts: Ints) -> Ints:
    """Hosts of there by the addresses that here knows them by, where connections in common tell."""
    p = pairing.partners
    mine = (pairing.here.ends[p.here] >> 16).reshape(-1)
    yours = (turned(pairing.there.ends[p.there], p.cross) >> 16).reshape(-1)
    known, first = np.unique(yours, return_index=True)
    at = np.minimum(np.searchsorted(known, hosts), len(known) - 1)
    return np.where(known[at] == hosts, mine[first][at], hosts)


def _towards(pairing: "Pairing", which: int, rows: Ints, places: Ints) -> NDArray[np.int8]:
    """1: passes this capture first."""
    here_first = pairing.ways.between(*_hosts(pairing, which, rows, places))
    return here_first if which == 0 else (-here_first).astype(np.int8)


def _routers(pairing: "Pairing", which: int, rows: Ints, places: Ints) -> Ints:
    clients, servers, _ = _hosts(pairing, which, rows, places)
    at, _ = pairing.ways.find(clients, servers)
    return np.where(at >= 0, pairing.ways.routers[at], 0)


def _to_be_seen(pairing: "Pairing", sight: Sight, other: Sight, which: int, rows: Ints) -> Mask:
    """Of packets whose connection the other capture does not know: it should have seen them, for packets
    between the same hosts pass it, and no capture filter seems to have left these out.
    """
    ends, protocol = (
        sight.ends[sight.rows["connection"][rows]],
        sight.protocol[sight.rows["connection"][rows]],
    )
    hosts = ends >> 16 if which == 0 else _as_here(pairing, ends >> 16)
    at, _ = pairing.ways.find(hosts[:, 0], hosts[:, 1])
    partners = (pairing.partners.here, pairing.partners.there)[which]
    served = np.unique(_service(sight.ends[partners], sight.protocol[partners]))
    known = np.isin(_service(ends, protocol), served)
    seen: Mask = (at >= 0) & (known | (other.kinds >= _SOME_KINDS))
    return seen


def _service(ends: Ints, protocol: Ints) -> Ints:
    return ends[:, 1] << 9 | protocol


def _recording(pairing: "Pairing", which: int, time: Ints, towards: NDArray[np.int8]) -> tuple[Mask, Mask]:
    """The other capture had begun, and had not ended, when the packets should have passed it."""
    other = (pairing.there, pairing.here)[which]
    clock = pairing.clock
    there = time + clock.ahead(time) if which == 0 else clock.here(time)
    early, late = np.zeros(len(time), np.int64), np.zeros(len(time), np.int64)
    for sign in (1, -1, 0):
        some = towards == sign
        early[some], late[some] = _range(pairing, sign if which == 0 else -sign)
    if which == 1:  # what is late there is early here
        early, late = -late, -early
    first, last = other.span
    return (there + early >= first) & (there + late <= last), there + late > last


def _range(pairing: "Pairing", sign: int) -> tuple[int, int]:
    """How much later than by the clocks alone there saw what went one way: least and most, ns."""
    ways = [sign * way for sign, way in pairing.delays.items() if len(way)]
    if sign and len(pairing.delays[sign]):
        ways = [sign * pairing.delays[sign]]
    if not ways:
        return 0, 0
    return int(min(way.min() for way in ways)), int(max(way.max() for way in ways))


def _bytes(lane: Lane, rows: Ints) -> tuple[Ints, Ints]:
    """The sequence numbers that segments take up: first, and behind the last; SYN and FIN are one each."""
    flags = lane.rows["flags"][rows]
    size = lane.rows["length"][rows].astype(np.int64) + ((flags & SYN) > 0) + ((flags & FIN) > 0)
    size = np.where(lane.rows["protocol"][rows] == TCP, size, 0)
    seq = np.clip(lane.seq[rows], -_REACH // 4, _REACH // 4)
    return seq, seq + size


def _in_pieces(pairing: "Pairing", which: int, free: Mask) -> tuple[Ints, Ints]:
    """Of a lane's unmatched segments, how many bytes the other capture holds in segments of other sizes, and
    how many they are; 0 of all others.
    """
    lane, other = pairing.lanes[which], pairing.lanes[1 - which]
    mine = np.flatnonzero(free[lane.at])
    left = np.ones(len((pairing.here, pairing.there)[1 - which].rows), bool)
    left[pairing.matched[1 - which]] = False
    yours = np.flatnonzero(left[other.at])
    start, stop = _bytes(lane, mine)
    mine, start, stop = mine[stop > start], start[stop > start], stop[stop > start]
    codes = np.unique(
        np.concatenate([_stamped(lane, mine), _stamped(other, yours)]), axis=0, return_inverse=True
    )[1].reshape(-1)
    cover = _Cover(codes[len(mine) :], *_bytes(other, yours))
    held, size = np.zeros((2, len(lane)), np.int64)
    held[mine], size[mine] = cover.within(codes[: len(mine)], start, stop), stop - start
    return held, size


def _stamped(lane: Lane, rows: Ints) -> Ints:
    """The lane, and the timestamp: what a network card cuts or joins keeps it."""
    return np.stack([lane.lane[rows], lane.rows["tsval"][rows]], axis=1)


def _acknowledged(pairing: "Pairing", which: int, places: Ints) -> Mask:
    """Segments that the other capture never held, in no form, and whose receiver acknowledged them there."""
    lane, other, p = pairing.lanes[which], pairing.lanes[1 - which], pairing.partners
    start, stop = _bytes(lane, places)
    everything = np.arange(len(other))
    held = _Cover(other.lane, *_bytes(other, everything)).within(lane.lane[places], start, stop)
    pair, side = lane.lane[places] // 2, lane.lane[places] % 2
    if which == 0:
        acks = turned(pairing.there.sides["max_ack"][p.there], p.cross)[pair, 1 - side]
        acks = np.where(acks >= 0, acks + p.shift[pair, side], -1)
    else:
        acks = pairing.here.sides["max_ack"][p.here][pair, 1 - side]
    seen: Mask = (stop > start) & (held < stop - start) & (acks >= stop)
    return seen


class _Cover:
    """The bytes that some segments hold, by lane."""

    def __init__(self, lane: Ints, start: Ints, stop: Ints) -> None:
        some = stop > start
        order = np.lexsort((start[some], lane[some]))
        begin, end = (_line(lane[some], at[some])[order] for at in (start, stop))
        reach = np.maximum.accumulate(end) if len(end) else end
        fresh = np.ones(len(begin), bool)
        fresh[1:] = begin[1:] > reach[:-1]
        self._begin = begin[fresh]
        self._end = reach[np.flatnonzero(np.append(fresh[1:], True))] if len(reach) else reach
        self._before = np.concatenate([[0], np.cumsum(self._end - self._begin)])

    def within(self, lane: Ints, start: Ints, stop: Ints) -> Ints:
        """How many of some bytes are held."""
        return self._up_to(_line(lane, stop)) - self._up_to(_line(lane, start))

    def _up_to(self, place: Ints) -> Ints:
        if not len(self._begin):
            return np.zeros(len(place), np.int64)
        at = np.searchsorted(self._begin, place, side="right") - 1
        inside = np.minimum(place, self._end[at]) - self._begin[at]
        return np.where(at >= 0, self._before[at] + np.maximum(inside, 0), 0)


def _line(lane: Ints, at: Ints) -> Ints:
    """All lanes behind each other on one line."""
    return lane * _REACH + _REACH // 2 + at


__all__ = ["Alone", "find"]
