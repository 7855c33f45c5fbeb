"""A server received a request at once and took its time to answer: it was not the network that was slow.

Holds when all of these are true:

- a request of the client was answered a second or more later, and ten round trips or more later
- it is known to be a request: the bytes are HTTP or a TLS hello, or the server has the habit of answering
  each message promptly
- the server's host acknowledged all of the request at once, within a round trip and 0.5 s
- nothing was sent again, missing or late between the two, and no window was shut

Supersedes nothing. Requests that wait on purpose (long polling, a queue) look the same: where the longest
waits took the same time, the finding says that a timer of the server made them, and is a note. So it is where
only the habit tells that it was a request, and for waits that hurt little.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.turns import Talk, Turn, talk
from packets.table import Table

CODE = "slow_server"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("capture_drops", "one_way_capture", "clock_step")
# From here on a first byte counts as poor (web.dev, "Time to First Byte", 75th percentile): 1.8 s.
HURTS_S = 1.8
POLLS = 3  # slow answers after the same time: a timer of the server
_SHOWN = 20  # turns among the evidence, the slowest: three frames each
_TARGET = 60  # characters of a request's target that a sentence shows


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    spoke = (table["client_data_segments"] > 0) & (table["server_data_segments"] > 0)
    found: NDArray[np.bool_] = spoke & (table["longest_gap"] >= 10**9 // 2)
    return found


def _late(c: Connection) -> Turn | None:
    """The turn to be judged: the slowest of those that hold, else the slowest late one."""
    late = [turn for turn in talk(c).turns if talk(c).late(turn)]
    return max(talk(c).slow or late, key=lambda turn: turn.wait_s, default=None)


def answered_late(c: Connection) -> bool:
    return _late(c) is not None


def was_a_request(c: Connection) -> bool:
    turn = _late(c)
    return turn is not None and turn.known is not None


def received_at_once(c: Connection) -> bool:
    turn = _late(c)
    return turn is not None and talk(c).received(turn)


def nothing_repaired(c: Connection) -> bool:
    turn = _late(c)
    return turn is not None and turn.clean


CONDITIONS = (answered_late, was_a_request, received_at_once, nothing_repaired)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    all_turns = talk(c)
    slow = sorted(all_turns.slow, key=lambda turn: -turn.wait_s)
    worst, waits = slow[0], [turn.wait_s for turn in slow]
    polling = bool(_at_the_end(waits))
    values = _values(c, all_turns, slow)
    here = c.place == "server"
    return Finding(
        CODE,
        _severity(worst, polling),
        _confidence(worst, here),
        c.number,
        (c.client.address, c.server.address),
        tuple(f for turn in slow[:_SHOWN] for f in (turn.asked, turn.acknowledged, turn.answered) if f),
        say("title", **values),
        tuple(_told(c, all_turns, slow, polling, values)),
        Culprit("server", c.server.address, c.hops_to(c.server)),
        _numbers(all_turns, slow),
        (
            Rejected("timeout_retransmission", say("not_loss", **values)),
            Rejected("zero_window", say("not_window", **values)),
        ),
        say("settle_here" if here else "settle", **values),
    )


def _at_the_end(waits: list[float]) -> list[float]:
    """Those of the waits that the same timer of the server ended, if there is one: an event may end others
    before it.
    """
    alike = [wait for wait in waits if timers.fits(wait, waits[0])]
    return alike if len(alike) >= POLLS and timers.constant(alike) else []


def _severity(worst: Turn, polling: bool) -> Severity:
    return "warning" if worst.wait_s >= HURTS_S and worst.known != "habit" and not polling else "note"


def _confidence(worst: Turn, here: bool) -> Confidence:
    if worst.known == "habit":
        return "possible"
    return "certain" if here else "likely"


def _values(c: Connection, all_turns: Talk, slow: list[Turn]) -> dict[str, object]:
    worst = slow[0]
    acknowledged = worst.acknowledged_s or 0.0
    return {
        "client": c.client.address,
        "server": c.server.address,
        "server_end": c.server.shown,
        "port": c.server.port,
        "wait": worst.wait_s,
        "acknowledged_after": acknowledged,
        "think": worst.wait_s - acknowledged,
        "trip": all_turns.round_trip_s,
        "asked": (worst.asked,),
        "acknowledged": (worst.acknowledged,),
        "answered": (worst.answered,),
        "slow": len(slow),
        "answers": len(all_turns.turns),
        "waits": [turn.wait_s for turn in slow],
        **_request(c, worst),
    }


def _request(c: Connection, turn: Turn) -> dict[str, object]:
    """Method and target of the HTTP request that was answered so late."""
    mine = c.http[c.http["request"] & (c.http["frame"] <= turn.answered)] if len(c.http) else c.http
    if not len(mine):
        return {}
    target = str(mine[-1]["target"].decode())
    shown = target if len(target) <= _TARGET else target[:_TARGET] + "…"
    return {"method": mine[-1]["method"].decode(), "target": shown}


def _told(
    c: Connection, all_turns: Talk, slow: list[Turn], polling: bool, values: dict[str, object]
) -> list[Sentence]:
    told = [say(f"asked_{slow[0].known}", **values), say("answered", **values)]
    several = say("several", **values)
    if all_turns.round_trip_s:
        told.append(say("trip", **values))
    if len(slow) > 1:
        alike = _at_the_end([turn.wait_s for turn in slow])
        told.append(say("polling", **(values | {"slow": len(alike), "waits": alike})) if polling else several)
    told.append(say("here" if c.place == "server" else "elsewhere", **values))
    told.append(say("on_purpose", **values))
    return told


def _numbers(all_turns: Talk, slow: list[Turn]) -> dict[str, Value]:
    worst = slow[0]
    return {
        "wait_s": round(worst.wait_s, 3),
        "request_acknowledged_s": round(worst.acknowledged_s or 0.0, 6),
        "round_trip_s": round(all_turns.round_trip_s, 6) if all_turns.round_trip_s else None,
        "slow_answers": len(slow),
        "answers": len(all_turns.turns),
    }
