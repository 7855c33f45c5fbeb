"""How the clocks of two captures differ, told from the packets that both hold.

A packet that passes here first is seen there later by the difference of the clocks plus its way; one that
passes there first, by the difference less its way. So the least difference of the one kind and the largest
of the other bound the clocks' difference from both sides, as in NTP (RFC 5905 section 10, clock filter): the
middle is right where the shortest ways both ways are equally long, and can be wrong by half of their sum at
most. Over time the two bounds are parallel lines. Reckoned with a wrong drift they come closer together, so
the true one is that which keeps them farthest apart (after Paxson, "On Calibrating Measurements of Packet
Transit Times", 1998, who takes each direction's bound for itself).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.pairing.sight import Ints, Mask

Floats = NDArray[np.float64]
_FASTEST = 1e-3  # drift looked for, either way: ten times what a quartz does, twice what Linux will steer
_STEPS = 80  # of the search for the drift: each leaves two thirds
_PLATEAU_NS = 2.0  # widths that differ by less are the same: a double's digits end there
_NOISE_NS = 100_000  # software stamps packets as unevenly as that, and some files keep microseconds
_BINS = 2048  # stretches of time in which one packet is kept of each direction
_PARTS = 12  # stretches in which the shortest ways are compared, to tell how sure the drift is
_LEAST_NS = 10_000_000_000  # a shorter capture tells no drift: 10 ppm of it are 0.1 ms
_SUREST_PPM = 10.0  # a drift that is not known better than this is not told: quartzes differ by as much


@dataclass(frozen=True)
class Clock:
    """The clock of there against that of here.

    ``offset_ns``: how far it is ahead at ``at_ns`` (a time of here, that of the first packet in common);
    ``uncertainty_ns``: half of the shortest round trip between the points, None where packets of one
    direction only were matched (the offset then counts the shortest way as none), the spread of all
    differences where no packet tells which point comes first. ``drift``: how much faster
    it runs, None where that could not be told; ``drift_uncertainty`` likewise. ``rate``: the drift that was
    reckoned with. ``steady``: one line fits; else a clock was set in between.
    """

    at_ns: int
    offset_ns: int
    uncertainty_ns: int | None
    drift: float | None = None
    drift_uncertainty: float | None = None
    rate: float = 0.0
    steady: bool = True

    def ahead(self, here_ns: Ints) -> Ints:
        """How far there is ahead at times of here, ns."""
        return self.offset_ns + np.rint((here_ns - self.at_ns) * self.rate).astype(np.int64)

    def here(self, there_ns: Ints) -> Ints:
        """Times of there as here would have told them."""
        since = there_ns - self.offset_ns - self.at_ns
        return there_ns - self.offset_ns - np.rint(since * (self.rate / (1 + self.rate))).astype(np.int64)


def fit(here_ns: Ints, there_ns: Ints, towards: NDArray[np.int8]) -> Clock:
    """The clock from the times of the same packets; ``towards``: 1 where here comes first, -1 there, 0 not
    known.
    """
    at, base = int(here_ns.min()), int(there_ns[0] - here_ns[0])
    time, apart = (here_ns - at).astype(float), (there_ns - here_ns - base).astype(float)
    kept = [_lowest(time, sign * apart, towards == sign) for sign in (1, -1)]
    forth, back = (apart[rows] for rows in kept)
    if not len(forth) or not len(back):
        return _one_way(at, base, apart, forth, back)
    bounds = _Bounds(time[kept[0]], forth, time[kept[1]], back)
    rate, spread = bounds.steepest()
    sure = bounds.looseness(rate) + spread
    told = _told(time, sure) or bounds.width(0.0) < -_NOISE_NS < bounds.width(rate)
    used = rate if told else 0.0
    upper, lower = bounds.at(used)
    if upper < lower - _NOISE_NS:
        return _set(at, base, apart)
    middle, half = base + round((upper + lower) / 2), round(abs(upper - lower) / 2)
    return Clock(at, middle, half, rate if told else None, sure if told else None, used)


def _set(at: int, base: int, apart: Floats) -> Clock:
    """No line fits: one of the clocks was set while the packets went by."""
    middle, wide = float(np.median(apart)), float(np.ptp(apart))
    return Clock(at, base + round(middle), round(wide), steady=False)


def _told(time: Floats, sure: float) -> bool:
    return bool(np.ptp(time) >= _LEAST_NS and sure <= _SUREST_PPM * 1e-6)


def _one_way(at: int, base: int, apart: Floats, forth: Floats, back: Floats) -> Clock:
    """One bound only: the shortest way is counted as none. Without any: the points stand at one place."""
    if len(forth) or len(back):
        least = forth.min() if len(forth) else back.max()
        return Clock(at, base + round(least), None)
    return Clock(at, base + round(float(np.median(apart))), round(float(np.ptp(apart))))


def _lowest(time: Floats, apart: Floats, wanted: Mask) -> Ints:
    """Of each stretch of time the packet with the least difference."""
    rows = np.flatnonzero(wanted)
    if not len(rows):
        return rows
    parts = (time[rows] * (_BINS / (time.max() + 1))).astype(np.int64)
    order = np.lexsort((apart[rows], parts))
    first = np.ones(len(order), bool)
    first[1:] = parts[order][1:] != parts[order][:-1]
    return rows[order[first]]


@dataclass(frozen=True)
class _Bounds:
    """Packets forth, which bound the difference of the clocks from above, and back, from below."""

    time_forth: Floats
    forth: Floats
    time_back: Floats
    back: Floats

    def at(self, rate: float) -> tuple[float, float]:
        """The bounds at time 0, if there runs faster by ``rate``."""
        upper = (self.forth - rate * self.time_forth).min()
        return float(upper), float((self.back - rate * self.time_back).max())

    def width(self, rate: float) -> float:
        """The shortest round trip that would follow; a concave function, largest at the true rate."""
        upper, lower = self.at(rate)
        return upper - lower

    def steepest(self) -> tuple[float, float]:
        """The rate with the widest strip between the bounds, and half of the range that is as good."""
        low, high = -_FASTEST, _FASTEST
        for _ in range(_STEPS):
            a, b = low + (high - low) / 3, high - (high - low) / 3
            if self.width(a) < self.width(b):
                low = a
            else:
                high = b
        best = (low + high) / 2
        least = self.width(best) - _PLATEAU_NS
        ends = [self._edge(best, side * _FASTEST, least) for side in (-1, 1)]
        return (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2

    def _edge(self, inside: float, outside: float, least: float) -> float:
        """Where, between two rates, the strip becomes narrower than ``least``."""
        for _ in range(_STEPS // 2):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self.width(middle) >= least else (inside, middle)
        return inside

    def looseness(self, rate: float) -> float:
        """How far off the rate may be: by how much the shortest ways of a twelfth of the time usually exceed
        the shortest of all, over the whole time.
        """
        length = max(self.time_forth.max(), self.time_back.max())
        if not length:
            return np.inf
        excess = [
            _excess(self.time_forth, self.forth - rate * self.time_forth, length),
            _excess(self.time_back, rate * self.time_back - self.back, length),
        ]
        return float(2 * max(excess) / length)


def _excess(time: Floats, way: Floats, length: float) -> float:
    parts = np.minimum((time * (_PARTS / length)).astype(np.int64), _PARTS - 1)
    least = np.full(_PARTS, np.inf)
    np.minimum.at(least, parts, way)
    seen = least[np.isfinite(least)]
    if len(seen) <= _PARTS // 3:
        return np.inf
    return float(np.median(seen) - way.min())


__all__ = ["Clock", "fit"]
