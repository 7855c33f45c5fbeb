"""One event in two captures: what both hold, what one alone holds, and which way the packets went."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from packets.capture import Capture
from packets.columns import TCP
from packets.errors import CaptureError
from packets.pairing import alone
from packets.pairing.clock import Clock, fit
from packets.pairing.matching import Lane, Matching, lanes
from packets.pairing.partners import Partners, partners, turned
from packets.pairing.sight import Ints, Mask, Picked, Sight, shared_hosts
from packets.pairing.ways import Ways, ways

_WIDEST_NS = 10_000_000_000  # where IP IDs alone prove the event, ways that differ by more disprove it


@dataclass(frozen=True)
class Pairing:
    """Two captures of one event.

    ``matched``: rows of here and of there that are one packet, side by side (places in ``here.rows`` and
    ``there.rows``). ``ways`` tells which way each packet passed the two points.
    """

    here: Sight
    there: Sight
    partners: Partners
    lanes: tuple[Lane, Lane]
    matched: tuple[Ints, Ints]
    ways: Ways
    clock: Clock

    @cached_property
    def alone(self) -> tuple[alone.Alone, alone.Alone]:
        """What only here holds, and what only there holds."""
        return alone.find(self, 0), alone.find(self, 1)

    @cached_property
    def delays(self) -> dict[int, NDArray[np.int64]]:
        """How long each matched packet took from point to point, ns: by 1 (here first) and -1 (there
        first).
        """
        mine, yours = self.matched_rows
        towards = self.ways.of(self.here, self.matched[0])
        late = yours["time_ns"] - mine["time_ns"] - self.clock.ahead(mine["time_ns"])
        return {sign: sign * late[towards == sign] for sign in (1, -1)}

    @cached_property
    def matched_rows(self) -> tuple[Picked, Picked]:
        """The matched packets as here and as there saw them."""
        return Picked(self.here.rows, self.matched[0]), Picked(self.there.rows, self.matched[1])


def pair(here: Capture, there: Capture) -> Pairing:
    """Match the packets of two captures. Raises CaptureError, one sentence, when they share none."""
    numbers = shared_hosts(here, there)
    mine, yours = Sight(here, numbers[0]), Sight(there, numbers[1])
    p = partners(mine, yours)
    left, right = lanes(mine, yours, p)
    matching = Matching(left, right, len(p))
    matching.keep(_proven(mine, yours, p, matching, left))
    if not len(matching.single[0]):
        raise strangers(here, there)
    single = left.at[matching.single[0]], right.at[matching.single[1]]
    way = ways(mine, yours, single)
    clock = _clock(mine, yours, single, way)
    matching.by_time(_expected(left, mine, way, clock, single, yours))
    matched = left.at[matching.here], right.at[matching.there]
    return Pairing(mine, yours, p, (left, right), matched, way, _clock(mine, yours, matched, way))


def _clock(here: Sight, there: Sight, rows: tuple[Ints, Ints], way: Ways) -> Clock:
    times = here.rows["time_ns"][rows[0]], there.rows["time_ns"][rows[1]]
    return fit(*times, way.of(here, rows[0]))


def _expected(
    left: Lane, here: Sight, way: Ways, clock: Clock, single: tuple[Ints, Ints], there: Sight
) -> Ints:
    """How much later than here, by the clocks, each packet of here should be seen there."""
    mine, yours = here.rows["time_ns"][single[0]], there.rows["time_ns"][single[1]]
    late, towards = yours - mine - clock.ahead(mine), way.of(here, single[0])
    usual = {sign: _median(late[towards == sign]) for sign in (-1, 0, 1)}
    signs = way.of(here, left.at)
    shift = np.select([signs == 1, signs == -1], [usual[1], usual[-1]], usual[0])
    return clock.ahead(left.rows["time_ns"]) + shift


def _median(values: Ints) -> int:
    return int(np.median(values)) if len(values) else 0


def _proven(here: Sight, there: Sight, p: Partners, matching: Matching, left: Lane) -> Mask:
    """Pairs that are one connection: their absolute numbers, stamps or IP IDs say so, or nothing speaks
    against it while others are proven.
    """
    bases = here.sides["base"][p.here], turned(there.sides["base"][p.there], p.cross)
    segments = here.protocol[p.here] == TCP
    same = segments & ((bases[0] == bases[1]) & (bases[0] >= 0)).any(axis=1)
    found = np.bincount(left.lane[matching.single[0]] // 2, minlength=len(p)) > 0
    placed = segments & found & (p.shift != 0).any(axis=1)
    sure = same | placed | matching.carried.proven | matching.identified()
    if not sure.any() or (not (sure & segments).any() and not _together(matching, sure)):
        return np.zeros(len(p), bool)
    return sure | ~matching.carried.denied


def _together(matching: Matching, sure: Mask) -> bool:
    """Without segments: the matched packets lie as far apart in both captures."""
    late = matching.lateness(sure)
    return bool(len(late)) and bool(np.ptp(np.percentile(late, (5, 95))) <= _WIDEST_NS)


def strangers(here: Capture, there: Capture) -> CaptureError:
    """The sentence for two captures that share no packet."""
    if not here.packet_count or not there.packet_count:
        return CaptureError(
            "nothing_in_common",
            "One of the two captures holds no packets, so there is nothing to compare.",
            "2 つのキャプチャの一方にパケットがないため、比較できません。",
        )
    return CaptureError(
        "nothing_in_common",
        "The two captures do not show one event: no packet of the one is in the other.",
        "2 つのキャプチャは同じ出来事を写していません。両方に写っているパケットが 1 つもありません。",
    )


__all__ = ["Pairing", "pair"]
