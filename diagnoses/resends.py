"""Data that comes late: sent again, or only overtaken. What each such segment is, and what shows it.

One classification for the family of diagnoses about loss, so that no segment is told twice. A segment whose
bytes were seen before was sent again: a loss, if there was one, lies behind the capture point. A segment that
fills a gap was sent again after a loss before the capture point, or overtaken on the way: the order in which
its host sent it tells (IP ID, TSval), never a timer alone.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from diagnoses.path_mtu import notices
from packets.columns import (
    DUPLICATE_ACK,
    FILLS_GAP,
    FIN,
    GAP_BEFORE,
    KEEPALIVE_SHAPED,
    PROBE_SHAPED,
    REPORTS_TWICE,
    RST,
    SACKS,
    SEEN_ACKNOWLEDGED,
    SEEN_PARTLY,
    SEEN_TWICE,
    SYN,
)
from packets.store import MOST_ROWS
from packets.table import Table

# Acknowledgements of the same number, or one SACK block behind the gap, that make a sender repeat at once
# (RFC 5681 section 3.2; RFC 6675 section 5; RFC 8985 needs one SACK and a quarter of a round trip).
DUPLICATES = 3
# Round trips, and seconds, within which such a repeat passes after the last sign of the gap. A quarter of a
# round trip is RACK's reordering window (RFC 8985 section 6.2), another one the way of sign and repeat.
AT_ONCE, AT_ONCE_S = 1.5, 0.01
# Linux never waits less before a repeat by timer (TCP_RTO_MIN, 200 ms); clocks of 10 ms and less run early.
LEAST_TIMEOUT_S = 0.19
# IP IDs count on when most packets of a side follow the one before. Half: reordering itself breaks the row.
COUNTING = 0.5
NEAR_IDS = 0x4000  # further apart, a 16-bit counter may have wrapped
MOST = 5_000  # late segments looked at in a connection

Kind = Literal["fast", "timeout", "tail", "other", "needless", "late", "fitted", "probe", "twin"]
Proof = Literal["", "acknowledged", "dsack", "echo", "ip_id", "tsval", "time"]


@dataclass(frozen=True)
class Resend:
    """One late segment. ``before``: the last sending of the same bytes, or, where the capture has none, the
    segment that showed the gap.
    """

    row: np.void
    before: np.void
    kind: Kind
    trigger: Kind  # why it was sent again: fast, timeout, tail, other; also of needless ones
    proof: Proof
    witness: int | None  # frame that proves it
    answer: np.void | None  # the first acknowledgement of its bytes after it
    newer: bool = False  # its IP ID or timestamp shows that it was sent after ``before``
    follows: bool = False  # it goes on with the recovery that the repeat before it began

    @property
    def frame(self) -> int:
        """The late segment's frame."""
        return int(self.row["frame"])

    @property
    def unseen_before(self) -> bool:
        """The first sending is not in the capture: it was lost before the capture point."""
        return int(self.before["seq"] + self.before["length"]) <= int(self.row["seq"]) or bool(
            self.row["marks"] & FILLS_GAP
        )

    @property
    def wait_s(self) -> float:
        """Since the last sending, or since the gap showed."""
        return (int(self.row["time_ns"]) - int(self.before["time_ns"])) / NS


def late_or_again(table: Table) -> NDArray[np.bool_]:
    """Connections with data that was sent again or came late."""
    found: NDArray[np.bool_] = (table["client_repeated"] > 0) | (table["server_repeated"] > 0)
    found |= (table["client_late"] > 0) | (table["server_late"] > 0)
    return found


def whole(c: Connection, rows: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which rows stand where every packet of the connection is looked at. Of a very long one the middle is
    thinned (packets/store.py): what came before a packet there, and what asked for it, is not known.
    """
    if len(c.rows) >= int(c.record["rows"]):
        return np.ones(len(rows), np.bool_)
    third = MOST_ROWS // 3
    first, last = int(c.rows["frame"][third - 1]), int(c.rows["frame"][-third])
    found: NDArray[np.bool_] = (rows["frame"] <= first) | (rows["frame"] >= last)
    return found


def resends(c: Connection, end: End) -> list[Resend]:
    """The late segments with data of ``end``, in order."""
    return c.once(_client if end is c.client else _server)


def of_kind(c: Connection, *kinds: Kind) -> dict[End, list[Resend]]:
    """The late segments of these kinds by end; ends without any are left out."""
    both = {end: [r for r in resends(c, end) if r.kind in kinds] for end in (c.client, c.server)}
    return {end: found for end, found in both.items() if found}


def _client(c: Connection) -> list[Resend]:
    return _Reader(c, c.client).read()


def _server(c: Connection) -> list[Resend]:
    return _Reader(c, c.server).read()


def round_trip_s(c: Connection) -> float:
    """The shortest round trip from end to end: from the capture point to each of them; 0: not known."""
    return sum(max(end.rtt_least, 0) for end in (c.client, c.server)) / NS


class _Reader:
    """Goes through the data of one end."""

    def __init__(self, c: Connection, end: End) -> None:
        self.c, self.end = c, end
        rows, theirs = end.rows, c.peer(end).rows
        usable = (rows["flags"] & (SYN | RST)) == 0
        usable &= (rows["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED)) == 0
        self.rows = rows[usable & ((rows["length"] > 0) | ((rows["flags"] & FIN) != 0))]
        self.stops = self.rows["seq"] + self.rows["length"] + ((self.rows["flags"] & FIN) != 0)
        self.theirs = theirs[(theirs["ack"] >= 0) & ((theirs["flags"] & RST) == 0)]
        self.heard_frames = self.theirs["frame"].astype(np.int64)  # on its own: it is searched very often
        self.seqs = self.rows["seq"].astype(np.int64)
        self.at_once_s = AT_ONCE * round_trip_s(c) + AT_ONCE_S
        self.found: list[Resend] = []
        self.follows = False  # the segment looked at last goes on with a recovery

    @cached_property
    def highest(self) -> NDArray[np.int64]:
        """The highest number sent up to each row."""
        highest: NDArray[np.int64] = np.maximum.accumulate(self.stops)
        return highest

    @cached_property
    def acked(self) -> NDArray[np.int64]:
        """The highest acknowledgement up to each row of the other end."""
        acked: NDArray[np.int64] = np.maximum.accumulate(self.theirs["ack"])
        return acked

    @cached_property
    def counting(self) -> bool:
        """Its IP IDs count up."""
        return self.end.id_steps > COUNTING * max(self.end.packets - 1, 1)

    @cached_property
    def twice(self) -> NDArray[np.void]:
        """The other end's reports of bytes received twice."""
        found: NDArray[np.void] = self.theirs[(self.theirs["marks"] & REPORTS_TWICE) != 0]
        return found

    @cached_property
    def told_too_big(self) -> int:
        """Frame of the first router's message about its sizes; beyond any frame: none."""
        told = notices(self.c, self.end)
        return int(told["frame"][0]) if len(told) else 1 << 40

    def read(self) -> list[Resend]:
        """All of them."""
        marked = (self.rows["marks"] & (SEEN_TWICE | FILLS_GAP | SEEN_PARTLY)) != 0
        marked &= whole(self.c, self.rows)
        last: dict[int, int] = {}
        done = 0
        for at in np.flatnonzero(marked)[:MOST].tolist():
            for earlier in range(done, at):
                last[int(self.seqs[earlier])] = earlier
            done = at
            before = self._before(at, last.get(int(self.seqs[at])))
            if before is not None:
                self.found.append(self._one(at, before))
        return self._less_needless(self.found)

    def _before(self, at: int, same: int | None) -> np.void | None:
        """The last sending of its first byte; of a gap that it fills, the segment that showed the gap."""
        row = self.rows[at]
        if row["marks"] & FILLS_GAP:
            shown = int(np.searchsorted(self.highest, self.stops[at], side="right"))
            return self.rows[shown] if shown < at else self._gap(at)
        if same is not None:
            found: np.void = self.rows[same]
            return found
        covering = np.flatnonzero((self.seqs[:at] <= row["seq"]) & (self.stops[:at] > row["seq"]))
        if len(covering):
            return self.rows[covering[-1]]
        return self.rows[0] if at and row["seq"] < self.seqs[0] else None  # sent before the capture began

    def _gap(self, at: int) -> np.void | None:
        """The empty segment that showed a gap: it carries the number behind what was sent."""
        rows = self.end.rows
        shown = rows[
            ((rows["marks"] & GAP_BEFORE) != 0)
            & (rows["seq"] >= self.stops[at])
            & (rows["frame"] < self.rows["frame"][at])
        ]
        return shown[0] if len(shown) else None

    def _one(self, at: int, before: np.void) -> Resend:
        row, answer = self.rows[at], self._answer(at)
        order, proof = self._order(row, before)
        if order == "before":
            return Resend(row, before, "late", "late", proof, int(before["frame"]), answer)
        if order == "same":
            return Resend(row, before, "twin", "twin", "", None, answer)
        if order == "mixed" and row["marks"] & FILLS_GAP:
            return Resend(row, before, "other", "other", "", None, answer)
        trigger = self._trigger(at, before, decided=bool(proof))
        if trigger in ("probe", "fitted"):
            return Resend(row, before, trigger, trigger, "", None, answer)
        needless, witness = self._needless(at, before, answer)
        kind: Kind = "needless" if needless else trigger
        return Resend(row, before, kind, trigger, needless, witness, answer, order == "after", self.follows)

    def _order(self, row: np.void, other: np.void) -> tuple[str, Proof]:
        """Whether its host sent it before, after, or as the ``same`` packet as another; empty: not told."""
        filling = bool(row["marks"] & FILLS_GAP)
        by_clock, by_id = _by_clock(row, other), self._by_id(row, other)
        if by_clock and by_id and by_clock != by_id:  # rewritten on the way: neither can be trusted
            return "mixed", ""
        if by_id and not (by_id == "same" and filling):
            return by_id, "ip_id"
        if by_clock:
            return by_clock, "tsval"
        back = max(self.c.peer(self.end).rtt_least, 0)  # from the capture point to the sender and back
        if filling and int(row["time_ns"]) - int(other["time_ns"]) < 0.8 * back:
            return "before", "time"
        return "", ""

    def _by_id(self, row: np.void, other: np.void) -> str:
        """The order of two segments by their IP IDs; empty: they do not count up."""
        if not self.counting or row["ip_id"] <= 0 or other["ip_id"] <= 0:
            return ""
        ahead = (int(row["ip_id"]) - int(other["ip_id"])) & 0xFFFF
        if ahead == 0:
            return "same"
        return "after" if ahead < NEAR_IDS else "before" if ahead > 0x10000 - NEAR_IDS else ""

    def _answer(self, at: int) -> np.void | None:
        """The first acknowledgement of all its bytes that comes after it."""
        after = int(np.searchsorted(self.heard_frames, int(self.rows["frame"][at]), side="right"))
        told = max(int(np.searchsorted(self.acked, self.stops[at])), after)
        return self.theirs[told] if told < len(self.theirs) else None

    def _trigger(self, at: int, before: np.void, *, decided: bool) -> Kind:
        row, self.follows = self.rows[at], False
        sent = (int(before["frame"]), int(row["frame"]))
        start, stop = np.searchsorted(self.heard_frames, sent).tolist()
        heard = self.theirs[start:stop]
        if stop and self.theirs[stop - 1]["window_raw"] == 0:
            return "probe"
        if row["frame"] > self.told_too_big and row["length"] < before["length"]:
            return "fitted"
        if self._signs(row, heard):
            return "fast"
        wait = (int(row["time_ns"]) - int(before["time_ns"])) / NS
        self.follows = bool(self.found) and self._continues(row, heard)
        if self.follows:
            return self.found[-1].trigger
        if wait >= max(LEAST_TIMEOUT_S, self.at_once_s):
            return "timeout" if decided or not row["marks"] & FILLS_GAP else "other"
        tail = int(self.stops[at]) == int(self.highest[at]) and not row["marks"] & FILLS_GAP
        return "tail" if tail else "other"

    def _signs(self, row: np.void, heard: NDArray[np.void]) -> bool:
        """The other end had told of the gap, a moment before."""
        of_gap = heard[heard["ack"] <= row["seq"]]
        sack = of_gap[((of_gap["marks"] & SACKS) != 0) & (of_gap["sack_right"] > row["seq"])]
        signs = of_gap[(of_gap["marks"] & (DUPLICATE_ACK | SACKS)) != 0]
        if not len(sack) and len(signs) < DUPLICATES:
            return False
        return (int(row["time_ns"]) - int(signs["time_ns"][-1])) / NS <= self.at_once_s

    def _continues(self, row: np.void, heard: NDArray[np.void]) -> bool:
        """An acknowledgement of the repeat before it, up to it, called for it: the same recovery goes on."""
        last = self.found[-1]
        if last.trigger not in ("fast", "timeout") or not len(heard):
            return False
        recent = (int(row["time_ns"]) - int(heard["time_ns"][-1])) / NS <= self.at_once_s
        return recent and int(last.row["seq"]) < int(heard["ack"][-1]) <= int(row["seq"])

    def _needless(self, at: int, before: np.void, answer: np.void | None) -> tuple[Proof, int | None]:
        """What proves that its bytes had arrived before it, and the frame that does."""
        row = self.rows[at]
        told = int(np.searchsorted(self.acked, self.stops[at]))
        if row["marks"] & SEEN_ACKNOWLEDGED and told < len(self.theirs):
            return "acknowledged", int(self.theirs["frame"][told])
        reports = self.twice[
            (self.twice["frame"] > row["frame"])
            & (self.twice["sack_left"] <= row["seq"])
            & (self.twice["sack_right"] >= self.stops[at])
        ]
        if len(reports):
            return "dsack", int(reports["frame"][0])
        return self._echo(row, before, answer)

    def _echo(self, row: np.void, before: np.void, answer: np.void | None) -> tuple[Proof, int | None]:
        """The acknowledgement echoes the timestamp of the first sending, not of the repeat (RFC 3522). Only
        where the gap begins right at the acknowledged number: else it may echo the repeat of another gap.
        """
        if answer is None or row["marks"] & FILLS_GAP or row["tsval"] <= before["tsval"]:
            return "", None
        at = int(np.searchsorted(self.heard_frames, int(answer["frame"])))
        reached = int(self.acked[at - 1]) if at else 0
        if reached != int(row["seq"]) or not 0 <= int(answer["tsecr"]) <= int(before["tsval"]):
            return "", None
        return "echo", int(answer["frame"])

    def _less_needless(self, found: list[Resend]) -> list[Resend]:
        """Of several repeats of the same bytes, no more were needless than the other end reported."""
        by_seq: dict[int, list[int]] = {}
        for at, one in enumerate(found):
            if one.proof == "dsack":
                by_seq.setdefault(int(one.row["seq"]), []).append(at)
        for repeats in by_seq.values():
            if len(repeats) < 2:
                continue
            row = found[repeats[0]].row
            stop = int(row["seq"]) + int(row["length"])
            reports = (self.twice["sack_left"] <= row["seq"]) & (self.twice["sack_right"] >= stop)
            for at in repeats[: -int(reports.sum())]:
                one = found[at]
                found[at] = replace(one, kind=one.trigger, proof="", witness=None)
        return found


def _by_clock(row: np.void, other: np.void) -> str:
    """The order of two segments by their timestamps; empty: none, or equal."""
    if row["tsval"] < 0 or other["tsval"] < 0 or row["tsval"] == other["tsval"]:
        return ""
    return "after" if row["tsval"] > other["tsval"] else "before"


def share_percent(c: Connection, end: End, count: int) -> float:
    """How many percent of the segments with data that an end sent ``count`` are, where all are looked at.
    Frames larger than its peer takes were several segments on the wire (segmentation offload): there bytes
    are counted.
    """
    sent = end.rows["length"][(end.rows["length"] > 0) & whole(c, end.rows)]
    by_bytes = -(-int(sent.sum()) // max(end.mss, 536))
    return round(100 * count / max(len(sent), by_bytes, 1), 2)


def overtaken(end: End, late: Resend) -> int:
    """How many segments with data arrived between the one that showed the gap, that one included, and the
    late one.
    """
    frames = end.rows["frame"][end.rows["length"] > 0]
    first, last = np.searchsorted(frames, (late.before["frame"], late.row["frame"])).tolist()
    return int(last - first)


@dataclass(frozen=True)
class Stall:
    """The repeats by timer of one stretch of data."""

    repeats: tuple[Resend, ...]

    @property
    def timeouts(self) -> int:
        """How often the timer ended."""
        return len(self.repeats)

    @property
    def gaps_s(self) -> list[float]:
        """Seconds before each repeat."""
        return [round(one.wait_s, 6) for one in self.repeats]

    @property
    def lasted_s(self) -> float:
        """Seconds from the sending before the first repeat to the last one."""
        first, last = self.repeats[0].before, self.repeats[-1].row
        return (int(last["time_ns"]) - int(first["time_ns"])) / NS

    @property
    def answer(self) -> int | None:
        """The frame that acknowledges it in the end; None: the capture has none."""
        told = self.repeats[-1].answer
        return None if told is None else int(told["frame"])

    @property
    def frames(self) -> tuple[int, ...]:
        """The sending before, the repeats, and the answer."""
        sent = (int(self.repeats[0].before["frame"]), *(one.frame for one in self.repeats))
        return sent if self.answer is None else (*sent, self.answer)

    @property
    def unseen_before(self) -> bool:
        """The first sending is not in the capture."""
        return self.repeats[0].unseen_before


def stalls(found: list[Resend]) -> list[Stall]:
    """Repeats by timer, put together by their sequence number; those that follow without a timer's end of
    their own are left out.
    """
    by_seq: dict[int, list[Resend]] = {}
    for one in found:
        if not one.follows:
            by_seq.setdefault(int(one.row["seq"]), []).append(one)
    return [Stall(tuple(repeats)) for repeats in by_seq.values()]


def stood_still_s(found: list[Stall]) -> float:
    """Seconds that stalls took together; where they overlap, once."""
    total, until = 0, 0
    for stall in sorted(found, key=lambda s: int(s.repeats[0].before["time_ns"])):
        start, stop = int(stall.repeats[0].before["time_ns"]), int(stall.repeats[-1].row["time_ns"])
        total += max(stop - max(start, until), 0)
        until = max(until, stop)
    return total / NS
