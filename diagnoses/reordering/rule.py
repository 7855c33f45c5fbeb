"""Segments arrived in another order than they were sent: some were overtaken on the way, and not lost.

Holds when all of these are true:

- a segment filled a gap that segments sent after it had opened, as far as sequence numbers tell
- its host had sent it before those that overtook it: its IP ID or timestamp is lower, or it came sooner than
  any repeat could

Supersedes spurious_retransmission: what was taken for lost is sent again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, End
from diagnoses.finding import Culprit, Finding, Rejected, say
from diagnoses.resends import Resend, of_kind, overtaken, share_percent
from packets.table import Table

CODE = "reordering"
SUPERSEDES = ("spurious_retransmission",)


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["client_late"] > 0) | (table["server_late"] > 0)
    return found


def fills_gap(c: Connection) -> bool:
    return c.client.late + c.server.late > 0


def sent_before(c: Connection) -> bool:
    return bool(of_kind(c, "late"))


CONDITIONS = (fills_gap, sent_before)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    both = of_kind(c, "late")
    end = max(both, key=lambda e: len(both[e]))
    late = both[end]
    needless = of_kind(c, "needless").get(end, [])
    values = _values(c, end, late, needless)
    # At the sending host nothing can be overtaken yet: the capture took its packets from several queues.
    recorder = c.place == end.name
    told = [say("late", **values), say(f"by_{_proof(late)}", **values)]
    told.append(say("here" if recorder else "between", **values))
    if needless:
        told.append(say("needless", **values))
    return Finding(
        CODE,
        "note",
        "likely" if _proof(late) == "time" else "certain",
        c.number,
        (c.client.address, c.server.address),
        tuple(f for r in late for f in (int(r.before["frame"]), r.frame)) + tuple(r.frame for r in needless),
        say("title_here" if recorder else "title", **values),
        tuple(told),
        Culprit("capture", end.address, 0) if recorder else Culprit("path"),
        {
            "late_segments": len(late),
            "late_percent": values["percent"],
            "longest_delay_s": round(values["longest"], 6),
            "most_overtakers": values["overtakers"],
            "needless_repeats": len(needless),
        },
        (
            Rejected("fast_retransmission", say("not_lost", **values)),
            Rejected("capture_drops", say("not_capture")),
        ),
        None if recorder else say("settle", **values),
    )


def _values(c: Connection, end: End, late: list[Resend], needless: list[Resend]) -> dict[str, Any]:
    first = late[0]
    return {
        "sender": end.address,
        "receiver": c.peer(end).address,
        "port": c.server.port,
        "n": len(late),
        "percent": share_percent(c, end, len(late)),
        "frames": tuple(r.frame for r in late),
        "longest": max(r.wait_s for r in late),
        "overtakers": max(overtaken(end, r) for r in late),
        "one": (first.frame,),
        "by": (int(first.before["frame"]),),
        "id": int(first.row["ip_id"]),
        "by_id": int(first.before["ip_id"]),
        "tsval": int(first.row["tsval"]),
        "by_tsval": int(first.before["tsval"]),
        "delay": first.wait_s,
        "back": max(c.peer(end).rtt_least, 0) / 1e9,
        "repeats": len(needless),
        "again": tuple(r.frame for r in needless),
    }


def _proof(late: list[Resend]) -> str:
    """The weakest witness of the first of them."""
    return late[0].proof
