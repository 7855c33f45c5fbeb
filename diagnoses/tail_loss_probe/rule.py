"""The end of the data was lost, and a probe sent by the sender's own decision repaired it before a timer had
to end (tail loss probe, RFC 8985 section 7).

Holds when all of these are true:

- the connection was open, and its round trip is known
- the last segment that one side had sent was sent again once, unasked: no acknowledgement and no SACK block
  told of a gap
- that was one and a half round trips or more after the first sending, and less than 0.19 s: later, a
  retransmission timer cannot be excluded
- nothing shows that the first sending had arrived
- the other side acknowledged it, so that no timer was needed for it

Supersedes nothing.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, End
from diagnoses.finding import Finding, Rejected, say
from diagnoses.resends import Resend, late_or_again, resends, round_trip_s
from packets.table import Table

CODE = "tail_loss_probe"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step",)
# A probe is sent two round trips after the last segment (RFC 8985 section 7.2). The round trip here is the
# shortest, and first sending and probe may pass the capture point with different delays.
ROUND_TRIPS = 1.5


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    return late_or_again(table)


def trip_known(c: Connection) -> bool:
    return c.client.data_segments + c.server.data_segments > 0 and round_trip_s(c) > 0


def last_sent_again(c: Connection) -> bool:
    return bool(_of_tail(c))


def as_late_as_a_probe(c: Connection) -> bool:
    return any(_timely(c, one) for _, one in _of_tail(c))


def really_lost(c: Connection) -> bool:
    return any(one.kind == "tail" and _timely(c, one) for _, one in _of_tail(c))


def acknowledged(c: Connection) -> bool:
    return bool(_repaired(c))


CONDITIONS = (trip_known, last_sent_again, as_late_as_a_probe, really_lost, acknowledged)


def _of_tail(c: Connection) -> list[tuple[End, Resend]]:
    """Last segments that were sent again, with their end; needless ones as well."""
    return [(end, one) for end in (c.client, c.server) for one in resends(c, end) if one.trigger == "tail"]


def _timely(c: Connection, one: Resend) -> bool:
    return one.wait_s >= ROUND_TRIPS * round_trip_s(c)


def _repaired(c: Connection) -> list[tuple[End, Resend]]:
    """Probes that replaced a lost segment, and were the only repeat of it."""
    found = [(end, one) for end, one in _of_tail(c) if one.kind == "tail" and one.answer is not None]
    return [(end, one) for end, one in found if _timely(c, one) and _alone(c, end, one)]


def _alone(c: Connection, end: End, probe: Resend) -> bool:
    return sum(int(one.row["seq"]) == int(probe.row["seq"]) for one in resends(c, end)) == 1


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = _repaired(c)
    end, first = found[0]
    answer = first.answer
    assert answer is not None, "repaired ones have an answer"
    values: dict[str, Any] = {
        "sender": end.address,
        "receiver": c.peer(end).address,
        "port": c.server.port,
        "n": len(found),
        "before": (int(first.before["frame"]),),
        "probe": (first.frame,),
        "answer": (int(answer["frame"]),),
        "wait": first.wait_s,
        "trip": round_trip_s(c),
        "all": tuple(one.frame for _, one in found),
    }
    here = c.place == c.peer(end).name
    told = ("again", "probe", "acknowledged", "where_here" if here else "where")
    return Finding(
        CODE,
        "info",
        "certain" if end.sack_ok > 0 and c.peer(end).sack_ok > 0 else "likely",
        c.number,
        (c.client.address, c.server.address),
        tuple(f for _, one in found for f in _frames(one)),
        say("title", **values),
        (*(say(key, **values) for key in told), *((say("several", **values),) if len(found) > 1 else ())),
        numbers={
            "probes": len(found),
            "wait_s": round(first.wait_s, 6),
            "round_trip_s": round(values["trip"], 6),
        },
        rejected=(
            Rejected("timeout_retransmission", say("not_timer", **values)),
            Rejected("spurious_retransmission", say("not_needless")),
        ),
        would_settle=say("settle", **values),
    )


def _frames(one: Resend) -> tuple[int, ...]:
    answer = () if one.answer is None else (int(one.answer["frame"]),)
    return (int(one.before["frame"]), one.frame, *answer)
