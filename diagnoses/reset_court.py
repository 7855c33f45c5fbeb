"""Who sent a RST? Weighs the facts of packets.resets: the host it names, a device on the path, or undecided.

The exact TTL is the first witness (a tolerance of one hop would throw it away); what only the holder of the
connection can know is the second. Further signs of a stranger: the answer came faster than any from the host
can, sits at an impossible number, lacks timestamps although it is no stateless RST, or left another network
card. One sign confirms the TTL; one against the TTL is a tie, which stays undecided; two accuse where the TTL
cannot tell. A kernel's stateless RST (window 0, ID 0, no options) looks the same from either and proves
nothing.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from diagnoses.case import NS, Connection, End
from diagnoses.finding import Confidence, Culprit, Sentence, say
from packets.columns import RST
from packets.resets import Reset, describe
from packets.ttl import INITIAL, hops
from packets.vantage import fresh

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
    "signs",
    "contradicted",
]
Sign = Literal["faster", "outside", "no_timestamps", "other_card"]
# A RST that came in less than half the shortest round trip ever seen to the host did not come from there:
# kernels answer a SYN and send a RST alike, without waiting for a program. Half, and a millisecond at least:
# round trips vary, clocks are coarse, and near the host all times are short.
FASTER = 2
MARGIN_NS = 1_000_000
ENOUGH_TRIPS = 3  # round trips measured, a handshake among them: acknowledgements of data may be delayed
ENOUGH_SIGNS = 2  # independent ones that accuse without the TTL
NEAR = 100  # connections begun before and after whose round trips are looked at: always as quick


@dataclass(frozen=True)
class Ruling:
    """The court's answer, and the fact that decided."""

    sender: Sender
    confidence: Confidence
    reason: Reason
    reset: Reset
    baseline: int | None  # the TTL compared with
    signs: tuple[Sign, ...] = ()  # of a stranger, besides the TTL

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
    theirs = connection.peer(end).rows
    return describe(rst, end.rows, theirs, end.track, alike, _fastest_ns(connection, end))


def _fastest_ns(c: Connection, end: End) -> int:
    """The shortest round trip to an end that its connections show; -1: too few, or no handshake seen.

    Also -1 without a router between: there the host's own haste decides, and some answer by a RST at once and
    by an ACK at the next tick (8 ms were seen).
    """
    if fresh(end.track) or not end.track.counts:
        return -1
    case, peer = c.case, c.peer(end).name
    numbers = case.to_server(end.endpoint) if end.name == "server" else case.from_client(end.host)
    at = int(np.searchsorted(numbers, c.number))
    some = numbers[max(at - NEAR, 0) : at + NEAR]
    first, last = ("syn_time", "syn_ack_time") if end.name == "server" else ("syn_ack_time", "shaken_time")
    asked, shaken = case.column(first)[some], case.column(last)[some]
    handshakes = (shaken - asked)[(asked >= 0) & (shaken > asked)]
    trips = case.column(f"{peer}_rtts")[some]
    least = case.column(f"{peer}_rtt_least")[some]
    if not len(handshakes) or int(trips.sum()) < ENOUGH_TRIPS:
        return -1
    return int(min(handshakes.min(), least[trips > 0].min()))


def rule(reset: Reset) -> Ruling:
    """Judge one RST."""
    ruling, signs = _by_ttl(reset), _signs(reset)
    if not signs or ruling.reason == "state_known":
        return ruling
    if ruling.sender == "path":
        return replace(ruling, confidence="certain", signs=signs)
    if len(signs) + (ruling.reason == "went_on") >= ENOUGH_SIGNS:
        return replace(ruling, sender="path", confidence="likely", reason="signs", signs=signs)
    if ruling.sender == "host":
        return replace(ruling, sender="unknown", confidence="possible", reason="contradicted", signs=signs)
    return replace(ruling, signs=signs)


def _signs(reset: Reset) -> tuple[Sign, ...]:
    """Signs of a stranger that the RST shows."""
    known = reset.delay_ns >= 0 and reset.fastest_ns >= 0
    faster = known and reset.delay_ns * FASTER <= reset.fastest_ns
    odd = reset.flow_has_timestamps and not reset.has_timestamps and reset.window_raw != 0
    shown: dict[Sign, bool] = {
        "faster": faster and reset.fastest_ns - reset.delay_ns >= MARGIN_NS,
        "outside": reset.outside,
        "no_timestamps": odd,
        "other_card": reset.other_card,
    }
    return tuple(sign for sign, holds in shown.items() if holds)


def _by_ttl(reset: Reset) -> Ruling:
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


def testimony(ruling: Ruling, name: str, by_ttl: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """What is said of the evidence: the sentences about the TTL, where it told, and those about the signs."""
    reset = ruling.reset
    values = {
        "sender": name,
        "rst": (reset.frame,),
        "ttl": reset.ttl,
        "delay": reset.delay_ns / NS,
        "fastest": reset.fastest_ns / NS,
    }
    opening = (say("signs_only", **values),) if ruling.reason == "signs" else by_ttl
    return (*opening, *(say(f"sign_{sign}", **values) for sign in ruling.signs))


def not_host(ruling: Ruling, by_ttl: Sentence) -> Sentence:
    """Why the host did not send the RST."""
    return say("not_host_signs") if ruling.reason == "signs" else by_ttl


def device(ruling: Ruling, connection: Connection) -> Culprit:
    """The device on the path, with its distance where the TTL tells it."""
    return Culprit("path", None, None if wording(ruling, connection) else ruling.hops)
