"""Data was sent again because a timer ended: nothing had come back, and the connection stood still meanwhile.

Holds when all of these are true:

- the connection was open
- one side sent data, or its FIN, again after 0.2 s or more, and no sign of the other side had asked for it
- nothing shows that the first sending had arrived after all

Supersedes nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Connection, End
from diagnoses.finding import Finding, Rejected, Sentence, say
from diagnoses.resends import (
    Stall,
    late_or_again,
    of_kind,
    resends,
    round_trip_s,
    share_percent,
    stalls,
    stood_still_s,
)
from packets.columns import ACKS_UNSEEN
from packets.table import Table

CODE = "timeout_retransmission"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step",)
# What people do not notice: one or two stalls, a second in all (Nielsen 1993: one second does not interrupt
# the flow of thought). Beyond it the loss costs them time.
QUICK_S, FEW = 1.0, 2


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    return late_or_again(table)


def was_open(c: Connection) -> bool:
    return c.handshake_seen or c.client.data_segments + c.server.data_segments > 0


def timer_ended(c: Connection) -> bool:
    return any(
        r.trigger == "timeout" and not r.follows for end in (c.client, c.server) for r in resends(c, end)
    )


def not_needless(c: Connection) -> bool:
    return any(stalls(found) for found in of_kind(c, "timeout").values())


CONDITIONS = (was_open, timer_ended, not_needless)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    both = of_kind(c, "timeout")
    end = max(both, key=lambda e: stood_still_s(stalls(both[e])))
    found = stalls(both[end])
    longest = max(found, key=lambda stall: stall.lasted_s)
    stood = stood_still_s(found)
    values = _values(c, end, found, longest, stood)
    quick = stood <= QUICK_S and len(found) <= FEW and not _given_up(c, end, longest)
    return Finding(
        CODE,
        "note" if quick else "warning",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        tuple(f for stall in sorted(found, key=lambda s: -s.lasted_s) for f in stall.frames)[:100],
        say("title_repaired" if longest.answer is not None else "title_unanswered", **values),
        _explanation(c, end, found, longest, values),
        numbers={
            "timeouts": values["timeouts"],
            "stalls": len(found),
            "stood_still_s": round(stood, 3),
            "gaps_s": longest.gaps_s,
            "lost_percent": values["percent"],
            "repaired": longest.answer is not None,
        },
        rejected=(
            Rejected("fast_retransmission", say("not_fast", **values)),
            Rejected("spurious_retransmission", say("not_needless", **values)),
            Rejected("keepalive", say("not_probe")),
        ),
        would_settle=say("settle", **values),
    )


def _given_up(c: Connection, end: End, stall: Stall) -> bool:
    """An answer would be in the capture, there was time for it, and it did not come: neither is it there, nor
    does the sender acknowledge later what the capture lacks.
    """
    last = stall.repeats[-1].row
    left_s = (c.case.last_ns - int(last["time_ns"])) / NS
    later = end.rows[end.rows["frame"] > last["frame"]]
    unseen = bool(((later["marks"] & ACKS_UNSEEN) != 0).any())
    return stall.answer is None and not unseen and c.peer(end).packets > 0 and left_s >= stall.gaps_s[-1]


def _values(c: Connection, end: End, found: list[Stall], longest: Stall, stood: float) -> dict[str, Any]:
    return {
        "sender": end.address,
        "receiver": c.peer(end).address,
        "port": c.server.port,
        "timeouts": sum(stall.timeouts for stall in found),
        "stalls": len(found),
        "stood": stood,
        "frames": tuple(one.frame for one in longest.repeats),
        "first": (int(longest.repeats[0].before["frame"]),),
        "n": longest.timeouts,
        "gaps": longest.gaps_s,
        "lasted": longest.lasted_s,
        "first_gap": longest.gaps_s[0],
        "rtt": round_trip_s(c),
        "answer": () if longest.answer is None else (longest.answer,),
        "percent": share_percent(c, end, sum(stall.timeouts for stall in found)),
    }


def _explanation(
    c: Connection, end: End, found: list[Stall], longest: Stall, values: dict[str, Any]
) -> tuple[Sentence, ...]:
    told = [
        say("again_unseen" if longest.unseen_before else "again", **values),
        say("doubling" if timers.doubling(longest.gaps_s) else "waited", **values),
    ]
    told.append(say("repaired" if longest.answer is not None else "unanswered", **values))
    if len(found) > 1:
        told.append(say("several", **values))
    if not c.peer(end).packets:
        told.append(say("one_way", **values))
    elif c.client.acked_missing + c.server.acked_missing:
        told.append(say("where_unknown", **values))
    elif longest.unseen_before:
        told.append(say("where_before" if c.handshake_seen else "where_start", **values))
    else:
        told.append(say("where_receiver" if c.place == c.peer(end).name else "where_after", **values))
    return tuple(told)
