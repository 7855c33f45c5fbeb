"""What the two diagnoses of the path MTU have in common: which sizes of segments pass, and what routers say.

A router that cannot forward a packet whole, and must not fragment it, drops it and says so: ICMP 3/4 with the
MTU of the next link (RFC 1191 section 3), ICMPv6 type 2 (RFC 4443 section 3.2). Where that message is lost,
every segment of some size and above disappears, and every smaller one passes (RFC 2923 section 2.1).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End, frames, gaps_s
from diagnoses.finding import Value
from packets.columns import ICMP, ICMPV6, KEEPALIVE_SHAPED, PROBE_SHAPED, SEEN_PARTLY, SEEN_TWICE
from packets.ttl import INITIAL, hops
from packets.vantage import fresh

# Data that passes everywhere: the default MSS (RFC 9293 section 3.7.1), 576 or 1280 bytes less the headers.
ALWAYS_PASSES = {4: 536, 6: 1220}  # bytes, by version of IP
# The segment and three repeats. A third repeat on its own timer is 1.4 s and more of silence: an outage of
# that length among segments of one size only is rarer than a link that is too narrow.
ENOUGH_SENDINGS = 4
ENOUGH_BEFORE_SMALLER = 3  # where the same bytes then passed in smaller segments, one repeat less will do
_LOOKED_AT = 30  # small segments looked at on either side
_SHOWN = 12  # frames of each kind that a finding cites
TOO_BIG_V4, TOO_BIG_V6 = (3, 4), (2, 0)  # type and code


def notices(c: Connection, end: End) -> NDArray[np.void]:
    """The messages "too big" about segments of ``end``; an ICMP error counts as sent by its target's peer."""
    rows = c.rows
    v4 = (rows["protocol"] == ICMP) & (rows["icmp_type"] == TOO_BIG_V4[0])
    v4 &= rows["icmp_code"] == TOO_BIG_V4[1]
    v6 = (rows["protocol"] == ICMPV6) & (rows["icmp_type"] == TOO_BIG_V6[0])
    found: NDArray[np.void] = rows[(v4 | v6) & (rows["from_client"] == (end.name == "server"))]
    return found


def next_mtu(notice: np.void) -> int | None:
    """The MTU that the message names, bytes; None from a router older than RFC 1191, which leaves it 0."""
    named = int(notice["icmp_rest"]) & (0xFFFF if notice["protocol"] == ICMP else 0xFFFFFFFF)
    return named or None


def hop_of(c: Connection, notice: np.void) -> int | None:
    """Hops to the router that sent a message; None where the capture host itself, or its neighbour, did."""
    ttl = int(notice["ttl"])
    return None if ttl in INITIAL and not fresh(c.client.track) else hops(ttl)


def seconds_between(earlier: np.void, later: np.void) -> float:
    """Seconds from one packet to another."""
    return float(int(later["time_ns"]) - int(earlier["time_ns"])) / NS


Arrival = tuple[np.void, np.void]  # a segment, and the other end's word that it arrived


@dataclass(frozen=True)
class Hole:
    """The large segment that one end sent again and again, and what of its other segments arrived."""

    connection: Connection
    end: End

    @cached_property
    def rows(self) -> NDArray[np.void]:
        """Its segments with data, probes left out."""
        rows = self.end.rows
        probes = (rows["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED)) != 0
        found: NDArray[np.void] = rows[(rows["length"] > 0) & ~probes]
        return found

    @cached_property
    def answers(self) -> NDArray[np.void]:
        """Segments of the other end that acknowledge something."""
        rows = self.connection.peer(self.end).rows
        found: NDArray[np.void] = rows[rows["ack"] >= 0]
        return found

    @cached_property
    def sendings(self) -> NDArray[np.void]:
        """All sendings of the large segment that was sent most often, one that never arrived first; empty
        where none was repeated enough.
        """
        large = self.rows[self.rows["length"] > ALWAYS_PASSES[6 if ":" in self.end.address else 4]]
        kinds, counts = np.unique(large[["seq", "length"]], return_counts=True)
        groups = [
            large[(large["seq"] == kind["seq"]) & (large["length"] == kind["length"])]
            for kind in kinds[counts >= ENOUGH_BEFORE_SMALLER]
        ]
        enough = [g for g in groups if len(g) >= ENOUGH_SENDINGS or self._smaller(g) is not None]
        return max(enough, key=lambda g: (self._answer(g) is None, len(g)), default=large[:0])

    @cached_property
    def smaller_again(self) -> np.void | None:
        """The first time the same bytes began in a smaller segment after all the sendings."""
        return self._smaller(self.sendings)

    def _smaller(self, sendings: NDArray[np.void]) -> np.void | None:
        first, rows = sendings[0], self.rows
        same = (rows["seq"] == first["seq"]) & (rows["frame"] > sendings[-1]["frame"])
        again = rows[same & (rows["length"] < first["length"])]
        return again[0] if len(again) else None

    @cached_property
    def answer(self) -> np.void | None:
        """The other end's first word that some byte of the sendings arrived, before smaller ones."""
        return self._answer(self.sendings) if len(self.sendings) else None

    def _answer(self, sendings: NDArray[np.void]) -> np.void | None:
        first, smaller = sendings[0], self._smaller(sendings)
        rows = self.answers[self.answers["frame"] > first["frame"]]
        if smaller is not None:
            rows = rows[rows["frame"] < smaller["frame"]]
        covered = (rows["sack_left"] <= first["seq"]) & (rows["sack_right"] > first["seq"])
        told = rows[(rows["ack"] > first["seq"]) | covered]
        return told[0] if len(told) else None

    def arrival(self, row: np.void) -> np.void | None:
        """The other end's first word that this very segment arrived whole; None: none, or smaller ones with
        the same bytes may have been what arrived.
        """
        stop = int(row["seq"]) + int(row["length"])
        later = self.answers[self.answers["frame"] > row["frame"]]
        covered = (later["sack_left"] <= row["seq"]) & (later["sack_right"] >= stop)
        told = later[(later["ack"] >= stop) | covered]
        if not len(told):
            return None
        between = self.rows[(self.rows["frame"] > row["frame"]) & (self.rows["frame"] < told[0]["frame"])]
        cut = (between["seq"] < stop) & (between["seq"] + between["length"] > row["seq"])
        return None if (cut & (between["length"] < row["length"])).any() else told[0]

    @cached_property
    def large(self) -> NDArray[np.void]:
        """Segments with at least as much data, the sendings among them."""
        found: NDArray[np.void] = self.rows[self.rows["length"] >= self.sendings[0]["length"]]
        return found

    @property
    def as_large_arrived(self) -> bool:
        """A segment with at least as much data arrived."""
        return any(self.arrival(row) is not None for row in self.large)

    @property
    def different(self) -> int:
        """How many different segments were that large."""
        return len(np.unique(self.large["seq"]))

    @cached_property
    def arrived(self) -> list[Arrival]:
        """Segments with less data that arrived, of those around the first sending."""
        small = self.rows[self.rows["length"] < self.sendings[0]["length"]]
        middle = int(np.searchsorted(small["frame"], self.sendings[0]["frame"]))
        near = small[max(middle - _LOOKED_AT, 0) : middle + _LOOKED_AT]
        return [(row, told) for row in near if (told := self.arrival(row)) is not None]

    @property
    def before(self) -> list[Arrival]:
        """Those sent before the large one."""
        return [pair for pair in self.arrived if pair[0]["frame"] < self.sendings[0]["frame"]]

    @property
    def after(self) -> list[Arrival]:
        """Those sent after it."""
        return [pair for pair in self.arrived if pair[0]["frame"] > self.sendings[0]["frame"]]

    @cached_property
    def notices(self) -> NDArray[np.void]:
        """What routers said about the segments of this end."""
        return notices(self.connection, self.end)

    @property
    def router(self) -> str:
        """Who said it first; empty: nobody."""
        hosts = self.connection.case.capture.addresses
        return hosts[int(self.notices[0]["source"])] if len(self.notices) else ""

    @property
    def at_sender(self) -> bool:
        """The capture was taken at the end that sends the large segments."""
        return self.connection.place == self.end.name

    @property
    def evidence(self) -> tuple[int, ...]:
        """The sendings, other large ones, what arrived and the answers that say so, and routers' messages."""
        shown = (self.after or self.before)[:_SHOWN]
        again = () if self.smaller_again is None else (int(self.smaller_again["frame"]),)
        rows = (self.sendings[: 3 * _SHOWN], self.large[:_SHOWN], self.notices[:_SHOWN])
        return (*(f for some in rows for f in frames(some)), *_frames(shown, 0), *_frames(shown, 1), *again)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What sentences about it may name."""
        first, smaller, shown = self.sendings[0], self.smaller_again, (self.after or self.before)[:_SHOWN]
        return {
            "sender": self.end.address,
            "peer": self.connection.peer(self.end).address,
            "port": self.connection.server.port,
            "size": int(first["length"]),
            "wire": int(first["original"]),
            "passing": max(int(row["length"]) for row, _ in shown),
            "n": len(self.sendings),
            "sent": frames(self.sendings),
            "lasted": sum(gaps_s(self.sendings)),
            "different": self.different,
            "large": frames(self.large[np.unique(self.large["seq"], return_index=True)[1]]),
            "arrived": _frames(shown, 0),
            "answers": _frames(shown, 1),
            "again": () if smaller is None else (int(smaller["frame"]),),
            "smaller": 0 if smaller is None else int(smaller["length"]),
            "messages": len(self.notices),
            "notices": frames(self.notices),
            "router": self.router,
            "mtu": (next_mtu(self.notices[0]) if len(self.notices) else None) or "?",
        }

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        found: dict[str, Value] = {
            "lost_segment_bytes": self.values["size"],
            "largest_arrived_bytes": self.values["passing"],
            "sendings": self.values["n"],
            "gaps_s": gaps_s(self.sendings),
            "large_segments": self.different,
            "icmp_too_big": len(self.notices),
        }
        return found if self.values["mtu"] == "?" else found | {"next_hop_mtu": self.values["mtu"]}


def _frames(arrived: list[Arrival], which: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(pair[which]["frame"]) for pair in arrived))


def hole(c: Connection) -> Hole:
    """Of the end whose large segment was sent most often; one that never arrived goes first."""
    return c.once(_hole)


def _hole(c: Connection) -> Hole:
    both = (Hole(c, c.client), Hole(c, c.server))
    return max(both, key=lambda one: (len(one.sendings) > 0 and one.answer is None, len(one.sendings)))


@dataclass(frozen=True)
class Adaptation:
    """What one end did after routers' messages that its packets are too big."""

    connection: Connection
    end: End
    notices: NDArray[np.void]

    @cached_property
    def _rows(self) -> NDArray[np.void]:
        rows = self.end.rows
        found: NDArray[np.void] = rows[rows["length"] > 0]
        return found

    @cached_property
    def first(self) -> np.void | None:
        """Its first repeat after a message that is smaller than what carried the same bytes before."""
        if not len(self.notices):
            return None
        after = self._rows[self._rows["frame"] > self.notices[0]["frame"]]
        again = after[(after["marks"] & (SEEN_TWICE | SEEN_PARTLY)) != 0]
        return next((row for row in again if int(row["length"]) < self.size_before(row)), None)

    def size_before(self, row: np.void) -> int:
        """Bytes of data in the largest segment that carried the first byte of a repeat before any message."""
        before = self._rows[self._rows["frame"] < self.notices[0]["frame"]]
        stop = before["seq"] + before["length"]
        carried = before[(before["seq"] <= row["seq"]) & (stop > row["seq"])]
        return int(carried["length"].max(initial=0))

    @cached_property
    def answer(self) -> np.void | None:
        """The other end's first acknowledgement of the first smaller segment."""
        if self.first is None:
            return None
        rows = self.connection.peer(self.end).rows
        stop = int(self.first["seq"]) + int(self.first["length"])
        told = rows[(rows["ack"] >= stop) & (rows["frame"] > self.first["frame"])]
        return told[0] if len(told) else None

    @property
    def narrowest(self) -> np.void:
        """The message that names the smallest MTU; the first one, where none names any."""
        smallest: np.void = min(self.notices, key=lambda notice: next_mtu(notice) or 1 << 32)
        return smallest

    @property
    def router(self) -> str:
        """Who sent it."""
        return self.connection.case.capture.addresses[int(self.narrowest["source"])]

    @property
    def hop(self) -> int | None:
        """How far away that router is."""
        return hop_of(self.connection, self.narrowest)

    @property
    def mtu(self) -> int | None:
        """The MTU that it named."""
        return next_mtu(self.narrowest)

    @cached_property
    def values(self) -> dict[str, Any]:
        """What sentences about it may name."""
        first, answer = self.first, self.answer
        assert first is not None, "asked only when the conditions hold"
        assert answer is not None, "asked only when the conditions hold"
        return {
            "sender": self.end.address,
            "peer": self.connection.peer(self.end).address,
            "router": self.router,
            "mtu": self.mtu,
            "n": len(self.notices),
            "notices": frames(self.notices),
            "before": self.size_before(first),
            "after": int(first["length"]),
            "first": (int(first["frame"]),),
            "answer": (int(answer["frame"]),),
            "delay": seconds_between(self.notices[0], first),
        }

    @property
    def evidence(self) -> tuple[int, ...]:
        """The messages, the first smaller segment, and its acknowledgement."""
        return (*frames(self.notices[:_SHOWN]), *self.values["first"], *self.values["answer"])

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        found: dict[str, Value] = {
            "icmp_too_big": len(self.notices),
            "segment_before_bytes": self.values["before"],
            "segment_after_bytes": self.values["after"],
            "delay_s": round(float(self.values["delay"]), 6),
        }
        return found if self.mtu is None else {"next_hop_mtu": self.mtu} | found


def adaptation(c: Connection) -> Adaptation:
    """Of the end about whose segments routers sent messages; of the one that sent more data, when both."""
    return c.once(_adaptation)


def _adaptation(c: Connection) -> Adaptation:
    both = [Adaptation(c, end, notices(c, end)) for end in (c.client, c.server)]
    return max(both, key=lambda one: (len(one.notices) > 0 and one.first is not None, len(one.notices)))
