"""Data was sent again although nothing of it was lost: the repeats were not needed.

Holds when all of these are true:

- one side sent data again
- a packet proves that nothing of it was lost: the bytes were acknowledged already, or the other side reports
  them as received twice (D-SACK), or its acknowledgement echoes the timestamp of the first sending

Supersedes nothing.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.resends import Resend, late_or_again, of_kind, resends, round_trip_s, share_percent
from packets.table import Table

CODE = "spurious_retransmission"
SUPERSEDES: tuple[str, ...] = ()
_CAUSES = ("fast", "timeout", "tail")


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    return late_or_again(table)


def sent_again(c: Connection) -> bool:
    return any(r.kind not in ("late", "twin") for end in (c.client, c.server) for r in resends(c, end))


def had_arrived(c: Connection) -> bool:
    return bool(of_kind(c, "needless"))


CONDITIONS = (sent_again, had_arrived)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    both = of_kind(c, "needless")
    end = max(both, key=lambda e: len(both[e]))
    needless = both[end]
    triggers = Counter[str](r.trigger for r in needless)
    cause = next((kind for kind in _CAUSES if triggers[kind] == max(triggers.values())), "other")
    first = needless[0]
    values: dict[str, Any] = {
        "sender": end.address,
        "receiver": c.peer(end).address,
        "port": c.server.port,
        "n": len(needless),
        "percent": share_percent(c, end, len(needless)),
        "frames": tuple(r.frame for r in needless),
        "one": (first.frame,),
        "before": (int(first.before["frame"]),),
        "witness": (first.witness,),
        "wait": first.wait_s,
        "rtt": round_trip_s(c),
        "answered": _answered_s(first),
    }
    return Finding(
        CODE,
        "info" if cause == "tail" else "note",  # a probe of the tail is meant to be early (RFC 8985)
        "certain",
        c.number,
        (c.client.address, c.server.address),
        tuple(f for r in needless for f in (int(r.before["frame"]), r.frame, r.witness or r.frame)),
        say("title", **values),
        (say("again", **values), say(f"proof_{first.proof}", **values), say(f"cause_{cause}", **values)),
        numbers={
            "needless_repeats": len(needless),
            "needless_percent": values["percent"],
            "wait_s": round(first.wait_s, 6),
            "round_trip_s": round(values["rtt"], 6),
        },
        rejected=(
            Rejected("fast_retransmission", say("not_lost", **values)),
            Rejected("duplicate_frames", say("not_copies")),
        ),
        would_settle=say("settle", **values),
    )


def _answered_s(one: Resend) -> float:
    """From the sending before to the acknowledgement that came after the repeat."""
    if one.answer is None:
        return one.wait_s
    return float(int(one.answer["time_ns"]) - int(one.before["time_ns"])) / 1e9
