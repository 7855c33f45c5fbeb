"""Who sent a RST? Weighs the facts of packets.resets: the host it names, a device on the path, or undecided.

The exact TTL is the first witness (a tolerance of one hop would throw it away); what only the holder of the
connection can know is the second. A kernel's stateless RST (window 0, ID 0, no options) looks the same from
either and proves nothing.
"""

from dataclasses import dataclass
from typing import Literal

from diagnoses.case import Connection, End
from diagnoses.finding import Confidence, Culprit
from packets.columns import RST
from packets.resets import Reset, describe
from packets.ttl import INITIAL, hops

STABLE = 3  # packets of a host with one TTL that make a baseline; fewer may be a SYN proxy or a load balancer
Sender = Literal["host", "path", "unknown"]
Reason = Literal[
    "same_ttl",
    "nearer",
    "farther",
    "same_distance",
    "no_baseline",
    "weak_baseline",
    "mixed_baseline",
    "went_on",
    "state_known",
]


@dataclass(frozen=True)
class Ruling:
    """The court's answer, and the fact that decided."""

    sender: Sender
    confidence: Confidence
    reason: Reason
    reset: Reset
    baseline: int | None  # the TTL compared with

    @property
    def witnesses(self) -> tuple[int, ...]:
        """Frames that show the baseline."""
        if self.baseline is None:
            return tuple(f for frames in self.reset.track.frames.values() for f in frames[:2])
        return self.reset.track.frames.get(self.baseline, ())

    @property
    def hops(self) -> int:
        """Hops to the sender of the RST, by its TTL."""
        return hops(self.reset.ttl)


def first_reset(connection: Connection, end: End) -> Reset:
    """Facts of the first RST that ``end`` is said to have sent."""
    rst = end.rows[(end.rows["flags"] & RST) != 0][0]
    alike = connection.case.resets(end.host, int(rst["ttl"]))
    return describe(rst, end.rows, end.track, alike)


def rule(reset: Reset) -> Ruling:
    """Judge one RST."""
    baseline = _baseline(reset)
    if reset.stateful and baseline is not None and (reset.ttl == baseline or reset.has_timestamps):
        return Ruling(
            "host", "certain" if reset.ttl == baseline else "likely", "state_known", reset, baseline
        )
    if baseline is None:
        return Ruling(
            "unknown", "possible", "mixed_baseline" if reset.track.counts else "no_baseline", reset, None
        )
    if reset.ttl == baseline:
        return _same(reset, baseline)
    if reset.went_on:
        return Ruling("path", "certain", "went_on", reset, baseline)
    # Of a host with very many TTLs not all are kept; the segments of this connection are known.
    if max(reset.track.counts.get(baseline, 0), reset.same_flow.get(baseline, 0)) < STABLE:
        return Ruling("unknown", "possible", "weak_baseline", reset, baseline)
    if hops(reset.ttl) >= hops(baseline):
        # Some systems start ICMP at 255 and TCP at 64: equal distance, and no device need be between.
        equal = hops(reset.ttl) == hops(baseline)
        return Ruling("unknown", "possible", "same_distance" if equal else "farther", reset, baseline)
    return Ruling("path", "certain" if reset.alike >= 2 else "likely", "nearer", reset, baseline)


def _baseline(reset: Reset) -> int | None:
    """The host's TTL: its only one, or with several that of its segments after the handshake in this very
    connection.
    """
    if reset.track.ttl is not None:
        return reset.track.ttl
    return next(iter(reset.same_flow)) if len(reset.same_flow) == 1 else None


def _same(reset: Reset, baseline: int) -> Ruling:
    if reset.went_on:
        return Ruling("unknown", "possible", "went_on", reset, baseline)
    sure: Confidence = "certain" if reset.track.counts.get(baseline, 0) >= STABLE else "likely"
    return Ruling("host", sure, "same_ttl", reset, baseline)


def wording(ruling: Ruling, connection: Connection) -> str:
    """Which sentences about a device fit: at a hop, at the capture point, or known only by its deed."""
    if ruling.reason != "nearer":
        return "_injected"
    # Both ends lie behind routers, and this TTL is untouched: the capture host sent it, or its neighbour.
    here = ruling.reset.ttl in INITIAL and connection.place == "between"
    return "_here" if here else ""


def device(ruling: Ruling, connection: Connection) -> Culprit:
    """The device on the path, with its distance where the TTL tells it."""
    return Culprit("path", None, None if wording(ruling, connection) else ruling.hops)
