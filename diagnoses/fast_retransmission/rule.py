"""Segments were lost, and sent again at once: the receiver told of each gap, no timer had to end.

Holds when all of these are true:

- one side sent data again within moments of a sign of a gap: three acknowledgements of the same number, or a
  SACK block for what lies behind it
- nothing shows that the first sending had arrived after all

Supersedes nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Confidence, Finding, Rejected, Sentence, Severity, say
from diagnoses.resends import Resend, late_or_again, of_kind, resends, round_trip_s, share_percent
from packets.table import Table

CODE = "fast_retransmission"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step",)
# Loss that limits a transfer: at 1 % a TCP with 1448-byte segments and a round trip of 20 ms stays below
# 7 Mbit/s (Mathis et al. 1997: MSS/RTT * 1.22/sqrt(p)). Fewer than five lost segments are no rate.
FREQUENT_PERCENT, FREQUENT = 1.0, 5


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    return late_or_again(table)


def asked_for(c: Connection) -> bool:
    return any(r.trigger == "fast" for end in (c.client, c.server) for r in resends(c, end))


def really_lost(c: Connection) -> bool:
    return bool(of_kind(c, "fast"))


CONDITIONS = (asked_for, really_lost)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    both = of_kind(c, "fast")
    end = max(both, key=lambda e: len(both[e]))
    lost = both[end]
    answers = [r.answer for r in lost if r.answer is not None]
    percent = share_percent(c, end, len(lost))
    values: dict[str, Any] = {
        "sender": end.address,
        "receiver": c.peer(end).address,
        "port": c.server.port,
        "n": len(lost),
        "percent": percent,
        "again": tuple(r.frame for r in lost),
        "signs": c.peer(end).duplicate_acks + c.peer(end).sacks,
        "rtt": round_trip_s(c),
        "longest": max(r.wait_s for r in lost),
        "repaired": len(answers),
        "unseen": sum(r.unseen_before for r in lost),
        "other": sum(len(found) for e, found in both.items() if e is not end),
    }
    severity = _severity(percent, len(lost))
    frames = [f for r in lost for f in (int(r.before["frame"]), r.frame)] + [int(a["frame"]) for a in answers]
    return Finding(
        CODE,
        severity,
        _confidence(lost),
        c.number,
        (c.client.address, c.server.address),
        tuple(dict.fromkeys(frames)),
        say("title_often" if severity == "warning" else "title", **values),
        _explanation(c, lost, values),
        numbers={
            "lost_segments": len(lost),
            "lost_percent": percent,
            "longest_wait_s": round(values["longest"], 6),
            "first_sending_unseen": values["unseen"],
            "lost_other_direction": values["other"],
        },
        rejected=(
            Rejected("reordering", say("not_reordered", **values)),
            Rejected("timeout_retransmission", say("not_timer", **values)),
            Rejected("capture_drops", say("not_capture")),
        ),
        would_settle=say("settle", **values),
    )


def _severity(percent: float, lost: int) -> Severity:
    return "warning" if lost >= FREQUENT and percent >= FREQUENT_PERCENT else "note"


def _confidence(lost: list[Resend]) -> Confidence:
    """Where nobody saw the first sending, IP ID or timestamp must tell a repeat from a late one."""
    return "certain" if all(r.newer or not r.unseen_before for r in lost) else "likely"


def _explanation(c: Connection, lost: list[Resend], values: dict[str, Any]) -> tuple[Sentence, ...]:
    told = [say("repeated", **values), say("quick", **values)]
    unseen = sum(r.unseen_before for r in lost)
    if c.client.acked_missing + c.server.acked_missing:
        told.append(say("where_unknown", **values))
    else:
        before = "where_before" if c.handshake_seen else "where_start"
        told += [say(before, **values)] if unseen else []
        told += [say("where_after", **values)] if unseen < len(lost) else []
    if values["other"]:
        told.append(say("other_way", **values))
    return tuple(told)
