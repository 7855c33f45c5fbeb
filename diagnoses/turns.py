"""Questions and answers of a connection: the client speaks, then the server, and how long each took.

A turn is a stretch of the client's data and the first data of the server after it. What is a question is
known for certain where the bytes were read as HTTP requests or as a TLS hello. Elsewhere it shows in the
connection's habit: a server that answers each message promptly but for some. Silence after a message that
wants no answer (a log line, a keystroke, a chat) is no slowness, and an answer that comes in pieces began
with the first.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection
from diagnoses.windows import all_shuts, round_trip_s
from packets.columns import (
    FILLS_GAP,
    GAP_BEFORE,
    KEEPALIVE_SHAPED,
    PROBE_SHAPED,
    RST,
    SEEN_ACKNOWLEDGED,
    SEEN_PARTLY,
    SEEN_TWICE,
)

NOTICED_S = 1.0  # a wait that a person notices (Nielsen, Usability Engineering, 1993, section 5.5)
# Beyond the round trip a request is acknowledged at once, or within the longest delay of an acknowledgement
# (RFC 9293 section 3.8.6.3): a later one is not the kernel's, or did not come in one piece.
ACKNOWLEDGED_S = 0.5
PROMPT_S = 0.2  # an answer within this, beyond the round trip, comes from a program and not from a person
ENOUGH_PROMPT = 2  # prompt answers that show a habit of answering
ROUND_TRIPS = 10  # the wait is at least so many: one or two more of them would not explain it
_REPAIRED = SEEN_TWICE | SEEN_PARTLY | GAP_BEFORE | FILLS_GAP
_CLIENT_HELLO, _SERVER_HELLO = 1, 2

Known = Literal["http", "tls", "habit"]


@dataclass(frozen=True)
class Turn:
    """One question and its answer. ``asked``, ``answered``: the frames of the question's last segment and of
    the answer's first; ``acknowledged``: the first frame of the server that confirms all of the question.
    """

    asked: int
    acknowledged: int | None
    answered: int
    wait_s: float  # from the question to the answer
    acknowledged_s: float | None  # from the question to its acknowledgement
    clean: bool  # nothing was sent again, was missing or came late meanwhile
    known: Known | None  # how it is known to be question and answer; None: it is not


@dataclass(frozen=True)
class Talk:
    """All turns of a connection."""

    turns: tuple[Turn, ...]
    round_trip_s: float  # of the handshake; where it was not seen, of the quickest acknowledgement

    @property
    def slow(self) -> tuple[Turn, ...]:
        """Questions that were received at once and answered late."""
        return tuple(t for t in self.turns if self.late(t) and t.known and self.received(t) and t.clean)

    def late(self, turn: Turn) -> bool:
        """The answer took long, for a person and beside the round trip."""
        return turn.wait_s >= max(NOTICED_S, ROUND_TRIPS * self.round_trip_s)

    def received(self, turn: Turn) -> bool:
        """The server's kernel confirmed the question at once, while the application was not heard."""
        at_once = self.round_trip_s + ACKNOWLEDGED_S
        return turn.acknowledged_s is not None and turn.acknowledged_s <= at_once


def talk(c: Connection) -> Talk:
    """The questions and answers of a connection."""
    return c.once(_talk)


def _talk(c: Connection) -> Talk:
    rows = c.segments[(c.segments["flags"] & RST) == 0]
    shaped = (rows["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED | SEEN_ACKNOWLEDGED)) != 0
    data = np.flatnonzero((rows["length"] > 0) & ~shaped)
    client = rows["from_client"][data]
    starts = np.flatnonzero(client[:-1] & ~client[1:])
    raw = [_turn(rows, int(data[at]), int(data[at + 1])) for at in starts]
    trip = round_trip_s(c) or min((t.acknowledged_s for t in raw if t.acknowledged_s), default=0.0)
    known = _known(c, rows, data, raw, trip)
    shut = [(s.zeros[0], s.opened or int(rows["frame"][-1])) for s in all_shuts(c)]
    return Talk(tuple(_judged(turn, known[n], shut) for n, turn in enumerate(raw)), trip)


def _turn(rows: NDArray[np.void], asked: int, answered: int) -> Turn:
    question, answer = rows[asked], rows[answered]
    later = rows[asked + 1 : answered + 1]
    confirms = ~later["from_client"] & (later["ack"] >= question["seq"] + question["length"])
    at = np.flatnonzero(confirms)
    first = later[at[0]] if len(at) else None
    return Turn(
        int(question["frame"]),
        None if first is None else int(first["frame"]),
        int(answer["frame"]),
        _seconds(question, answer),
        None if first is None else _seconds(question, first),
        not bool((rows["marks"][asked : answered + 1] & _REPAIRED).any()),
        None,
    )


def _seconds(earlier: np.void, later: np.void) -> float:
    return max(float(later["time_ns"] - earlier["time_ns"]) / NS, 0.0)


def _judged(turn: Turn, known: Known | None, shut: list[tuple[int, int]]) -> Turn:
    """With how it is known; a shut window in between spoils it."""
    waited = any(first <= turn.answered and last > turn.asked for first, last in shut)
    return replace(turn, clean=turn.clean and not waited, known=known)


def _known(
    c: Connection, rows: NDArray[np.void], data: NDArray[np.intp], turns: list[Turn], trip: float
) -> list[Known | None]:
    http = _answers(c.http, c.http["request"]) if len(c.http) else set()
    hello = c.tls[np.isin(c.tls["handshake"], (_CLIENT_HELLO, _SERVER_HELLO))] if len(c.tls) else c.tls
    tls = _answers(hello, hello["handshake"] == _CLIENT_HELLO) if len(hello) else set()
    habit = _answers_by_habit(rows, data, turns, trip)
    found: list[Known | None] = []
    for turn in turns:
        if turn.answered in http:
            found.append("http")
        elif turn.answered in tls:
            found.append("tls")
        else:
            found.append("habit" if habit else None)
    return found


def _answers(messages: NDArray[np.void], asks: NDArray[np.bool_]) -> set[int]:
    """Frames in which an answer begins that follows a question."""
    sides = messages["side"] == 0
    found = set()
    for before, after, message in zip(asks & sides, ~asks[1:] & ~sides[1:], messages[1:], strict=False):
        if before and after:
            found.add(int(message["first_frame"]))
    return found


def _answers_by_habit(rows: NDArray[np.void], data: NDArray[np.intp], turns: list[Turn], trip: float) -> bool:
    """The server answers what the client says: promptly most of the time, never unasked, and it leaves
    nothing unanswered. So no chat, no terminal, no feed and no log is taken for questions.
    """
    prompt = sum(turn.wait_s <= trip + PROMPT_S for turn in turns)
    if prompt < ENOUGH_PROMPT or 2 * prompt < len(turns):
        return False
    same = rows["from_client"][data[1:]] == rows["from_client"][data[:-1]]
    paused = np.diff(rows["time_ns"][data]) > round((NOTICED_S / 2 + trip) * NS)
    return not bool((same & paused).any())
