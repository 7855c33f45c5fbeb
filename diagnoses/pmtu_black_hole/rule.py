"""Large segments of one side disappear on the way, small ones arrive: the path is narrower than it knows.

Holds when all of these are true:

- one side sent the same large segment at least four times, or three times before it sent the bytes in smaller
  ones; large is more than passes on every path
- no byte of it was acknowledged, by number or by SACK, before smaller segments carried it
- no segment with as much data arrived in the whole connection
- a smaller segment with data arrived: one sent after it, or one answered at most three seconds before
- no router's message made the sender send smaller segments: none is here, or two repeats stayed as they were

Supersedes timeout_retransmission, fast_retransmission, spurious_retransmission, fin_unanswered (a FIN behind
the lost segments can only be repeated), half_close_stuck, reset_by_own_timeout (it is how the sender ends),
half_open_silent and idle_flow_dropped (small segments pass).
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, say
from diagnoses.path_mtu import ENOUGH_BEFORE_SMALLER, Hole, hole, seconds_between
from packets.table import Table

CODE = "pmtu_black_hole"
SUPERSEDES: tuple[str, ...] = (
    "timeout_retransmission",
    "fast_retransmission",
    "spurious_retransmission",
    "fin_unanswered",
    "half_open_silent",
    "idle_flow_dropped",
    "half_close_stuck",
    "reset_by_own_timeout",
)
# Between the last answer and the large segment, seconds. After a longer pause the path may have forgotten the
# connection, or the other side may be gone; nothing would tell the three apart.
SHORT_PAUSE_S = 3.0
UNCHANGED = 2  # repeats after a router's message: one may have been under way


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    least = ENOUGH_BEFORE_SMALLER - 1
    found: NDArray[np.bool_] = (table["client_repeated"] >= least) | (table["server_repeated"] >= least)
    return found


def large_repeated(c: Connection) -> bool:
    return len(hole(c).sendings) > 0


def never_acknowledged(c: Connection) -> bool:
    return hole(c).answer is None


def none_as_large_arrived(c: Connection) -> bool:
    return not hole(c).as_large_arrived


def smaller_arrived(c: Connection) -> bool:
    before, first = hole(c).before, hole(c).sendings[0]
    return bool(hole(c).after) or any(seconds_between(told, first) <= SHORT_PAUSE_S for _, told in before)


def not_told(c: Connection) -> bool:
    told = hole(c).notices
    return not len(told) or int((hole(c).sendings["frame"] > told[0]["frame"]).sum()) >= UNCHANGED


CONDITIONS = (large_repeated, never_acknowledged, none_as_large_arrived, smaller_arrived, not_told)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = hole(c)
    values = found.values
    told = len(found.notices) > 0
    keys = ["lost", "passed_after" if found.after else "passed_before"]
    keys += ["smaller_again"] if found.smaller_again is not None else []
    keys += ["told_here" if found.at_sender else "told_elsewhere"] if told else ["no_message"]
    return Finding(
        CODE,
        "error" if found.smaller_again is None else "warning",  # found a way by itself, after a long wait
        _confidence(found),
        c.number,
        (c.client.address, c.server.address, *([found.router] if told else [])),
        found.evidence,
        say("title_told" if told else "title" if found.after else "title_before", **values),
        tuple(say(key, **values) for key in (*keys, "remedy")),
        _culprit(found),
        found.numbers,
        (
            Rejected("timeout_retransmission", say("not_loss", **values)),
            Rejected("half_open_silent", say("not_gone" if found.after else "gone_unlikely", **values)),
        ),
        say("settle", **values),
    )


def _confidence(found: Hole) -> Confidence:
    """Several large segments, or the same bytes in two sizes, exclude chance and a filter for one content."""
    several = found.different >= 2 or found.smaller_again is not None
    if several and found.after:
        return "certain"
    return "likely" if several or found.after else "possible"


def _culprit(found: Hole) -> Culprit:
    """A message that reached its target and changed nothing: that host. Else some device on the path."""
    if len(found.notices) and found.at_sender:
        return Culprit(found.end.name, found.end.address, 0)
    return Culprit("path")
