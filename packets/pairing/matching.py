"""Which packets of two captures are the same one, within the connections that both share.

A packet is known by its place in the connection (direction, sequence numbers, length, flags); segments that
were sent again are told apart by timestamp and IP ID, unless a device between rewrites these. What is still
alike is told apart by time, once the clocks are known.
"""

from dataclasses import dataclass

import numpy as np

from packets.columns import TCP
from packets.pairing.joining import Groups, Keys, grouped, keys
from packets.pairing.partners import ESSENTIAL, Partners
from packets.pairing.sight import Ints, Mask, Picked, Sight

_MOST_STEPS = 4_000_000  # of the exact way to pair packets by time: 32 MB
_HALF = 0.5  # a field that most packets carry through unchanged is carried through


@dataclass(frozen=True)
class Lane:
    """The packets of one capture that are of shared connections.

    ``at``: their places in the sight's rows; ``lane``: 2 × pair + (0: from the client, 1: from the server,
    as here says); ``seq``, ``ack``: as here counts.
    """

    rows: Picked
    at: Ints
    lane: Ints
    seq: Ints
    ack: Ints

    def __len__(self) -> int:
        return len(self.at)


def lanes(here: Sight, there: Sight, p: Partners) -> tuple[Lane, Lane]:
    """The packets of shared connections, in terms that both captures share."""
    straight = np.zeros(len(p), bool)
    return _lane(here, p.here, straight, np.zeros((len(p), 2), np.int64)), _lane(
        there, p.there, p.cross, p.shift
    )


def _lane(sight: Sight, connections: Ints, cross: Mask, shift: Ints) -> Lane:
    pair = np.full(len(sight.ends), -1)
    pair[connections] = np.arange(len(connections))
    of = pair[sight.rows["connection"]]
    at = np.flatnonzero(of >= 0)
    rows, of = Picked(sight.rows, at), of[at]
    side = np.where(rows["from_client"] != cross[of], 0, 1)
    segment = rows["protocol"] == TCP
    seq = np.where(segment, rows["seq"] + shift[of, side], 0)
    ack = np.where(segment & (rows["ack"] >= 0), rows["ack"] + shift[of, 1 - side], -1)
    return Lane(rows, at, 2 * of + side, seq, ack)


@dataclass(frozen=True)
class Carried:
    """Which fields pass the way between unchanged, for each lane; ``told``: whether any packet told it."""

    stamps: Mask
    ids: Mask
    told: Mask
    proven: Mask  # for each pair: packets carry the same stamps or IDs
    denied: Mask  # for each pair: neither of them agrees anywhere


def _place(lane: Lane) -> Keys:
    rows = lane.rows
    return keys(
        lane.lane, rows["protocol"], lane.seq, lane.ack, rows["length"], rows["flags"] & ESSENTIAL,
        rows["icmp_type"], rows["icmp_code"],
    )  # fmt: skip


class Matching:
    """The matching at work; ``here`` and ``there`` of it are places in the two lanes, side by side."""

    def __init__(self, here: Lane, there: Lane, pairs: int) -> None:
        self._lanes, self._pairs = (here, there), pairs
        self._places = (_place(here), _place(there))
        self.carried = self._carried()
        groups = grouped(self._exact(0), self._exact(1))
        self.single = groups.single
        self.here, self.there = groups.even
        self._uneven = groups.uneven
        # Where no packet told which fields are carried, their place alone has to do.
        untold = [~self.carried.told[lane.lane] & self._free(side) for side, lane in enumerate(self._lanes)]
        rest = self._among(untold)
        self._add(*rest.even)
        self._uneven += rest.uneven

    def _free(self, side: int) -> Mask:
        free = np.ones(len(self._lanes[side]), bool)
        free[(self.here, self.there)[side]] = False
        return free

    def _among(self, wanted: list[Mask]) -> Groups:
        mine, yours = (np.flatnonzero(mask) for mask in wanted)
        return grouped(self._places[0][mine], self._places[1][yours], mine, yours)

    def _add(self, here: Ints, there: Ints) -> None:
        self.here, self.there = np.concatenate([self.here, here]), np.concatenate([self.there, there])

    def _exact(self, side: int) -> Keys:
        lane = self._lanes[side]
        stamp = np.where(self.carried.stamps[lane.lane], lane.rows["tsval"], -1)
        number = np.where(self.carried.ids[lane.lane], lane.rows["ip_id"], -1)
        return keys(self._places[side].view(np.int64), stamp, number)

    def _carried(self) -> Carried:
        """Asked of packets whose place in the connection is theirs alone in both captures."""
        one, other = grouped(*self._places).single
        mine, yours = self._lanes[0].rows.at(one), self._lanes[1].rows.at(other)
        lane, count = self._lanes[0].lane[one], 2 * self._pairs
        has = {"tsval": mine["tsval"] >= 0, "ip_id": (mine["ip_id"] > 0) | (yours["ip_id"] > 0)}
        asked, agreed = {}, {}
        for name, mask in has.items():
            same = mask & (mine[name] == yours[name])
            asked[name] = np.bincount(lane[mask], minlength=count)
            agreed[name] = np.bincount(lane[same], minlength=count)
        kept = {name: _mostly(asked[name], agreed[name]) for name in has}
        told = (asked["tsval"] + asked["ip_id"]) > 0
        agreeing = sum(agreed[name].reshape(-1, 2).sum(axis=1) for name in has)
        proven = np.logical_or.reduce([_majority(asked[n], agreed[n]) for n in has])
        denied = told.reshape(-1, 2).any(axis=1) & (agreeing == 0)
        return Carried(kept["tsval"], kept["ip_id"], told, proven, denied)

    def by_time(self, ahead_ns: Ints) -> None:
        """Match what is alike by time; ``ahead_ns``: how much later than here each packet here should be
        there.
        """
        times = [lane.rows["time_ns"] for lane in self._lanes]
        found = [
            (mine[a], yours[b])
            for mine, yours in self._uneven
            for a, b in [nearest(times[0][mine] + ahead_ns[mine], times[1][yours])]
        ]
        free = [self._free(side) for side in (0, 1)]
        for mine, yours in found:
            both = free[0][mine] & free[1][yours]
            free[0][mine], free[1][yours] = False, False
            self._add(mine[both], yours[both])

    def identified(self) -> Mask:
        """Pairs of which most packets are matched one to one with the same IP ID, which was not 0."""
        left, right = self._lanes
        mine, yours = left.rows["ip_id"][self.single[0]], right.rows["ip_id"][self.single[1]]
        one = self.single[0][(mine > 0) & (mine == yours)]
        votes, *counts = (
            np.bincount(lane // 2, minlength=self._pairs) for lane in (left.lane[one], left.lane, right.lane)
        )
        found: Mask = votes > _HALF * np.minimum(*counts)
        return found

    def lateness(self, pairs: Mask) -> Ints:
        """By how much the clocks of the two captures differ for packets of some pairs, ns."""
        mine, yours = (
            lane.rows["time_ns"][rows] for lane, rows in zip(self._lanes, self.single, strict=True)
        )
        return (yours - mine)[pairs[self._lanes[0].lane[self.single[0]] // 2]]

    def keep(self, wanted: Mask) -> None:
        """Give up the matches of all pairs but these."""
        lane = self._lanes[0].lane
        good = wanted[lane[self.here] // 2]
        self.here, self.there = self.here[good], self.there[good]
        good = wanted[lane[self.single[0]] // 2]
        self.single = self.single[0][good], self.single[1][good]
        self._uneven = [(a, b) for a, b in self._uneven if wanted[lane[a[0]] // 2]]


def _mostly(asked: Ints, agreed: Ints) -> Mask:
    """By lane; a lane that tells nothing does as most others do."""
    usual = agreed.sum() >= _HALF * asked.sum()
    return np.where(asked > 0, agreed > _HALF * asked, usual)


def _majority(asked: Ints, agreed: Ints) -> Mask:
    """By pair: most of its packets agree."""
    asked, agreed = (values.reshape(-1, 2).sum(axis=1) for values in (asked, agreed))
    found: Mask = (agreed > 0) & (agreed > _HALF * asked)
    return found


def nearest(expected: Ints, seen: Ints) -> tuple[Ints, Ints]:
    """Pair times in order so that the sum of differences is least; both ascending, the shorter one whole."""
    if len(expected) > len(seen):
        b, a = nearest(seen, expected)
        return a, b
    spare = len(seen) - len(expected)
    if spare * len(expected) > _MOST_STEPS:
        return _roughly_nearest(expected, seen, spare)
    # cost[k]: least sum for the packets so far when k of the other side's were passed over.
    costs, choices = np.zeros(spare + 1), []
    for number, time in enumerate(expected.tolist()):
        costs = costs + np.abs(seen[number : number + spare + 1] - time)
        least = np.minimum.accumulate(costs)
        choices.append(_last_least(costs, least))
        costs = least
    passed, picked = spare, []
    for number in reversed(range(len(expected))):
        passed = int(choices[number][passed])
        picked.append(number + passed)
    return np.arange(len(expected)), np.array(picked[::-1], np.int64)


def _roughly_nearest(expected: Ints, seen: Ints, spare: int) -> tuple[Ints, Ints]:
    """Each takes the nearest one behind those that are taken."""
    order = np.arange(len(expected))
    after = np.clip(np.searchsorted(seen, expected), 1, len(seen) - 1)
    closer = after - (expected - seen[after - 1] <= seen[after] - expected)
    return order, order + np.clip(np.maximum.accumulate(closer - order), 0, spare)


def _last_least(costs: Ints, least: Ints) -> Ints:
    """For each place, where up to it the least cost stands first."""
    new = np.zeros(len(costs), np.int64)
    new[1:] = np.where(costs[1:] < least[:-1], np.arange(1, len(costs)), 0)
    return np.maximum.accumulate(new)


__all__ = ["Lane", "Matching", "lanes", "nearest"]
