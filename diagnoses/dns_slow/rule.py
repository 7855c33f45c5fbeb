"""A resolver's answer came late: the client waited for the name before it could begin.

Holds when all of these are true:

- the client left the work to a resolver: it asked with "recursion desired"
- the resolver gave, in this connection, the answer that the client needed: the records, or that there are
  none
- from the first question to this resolver until that answer a second or more passed

Supersedes nothing: the answer is a good one, only late.
"""

from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.lookups import (
    NOTICED_S,
    Lookup,
    Query,
    Trial,
    candidates,
    gaps_s,
    recursion_desired,
    resolver_shown,
)

CODE = "dns_slow"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step",)
# An answer this soon after a repeat answers the repeat: the question before it, or its answer, was lost.
SOON_S = 0.5

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "WITHHELD_BY", "candidates", "find"]


def good(c: Connection, lookup: Lookup) -> Query | None:
    """The last question of this connection whose answer ended the wish."""
    mine = [q for q in lookup.queries if q.connection == c.number and q.concluded]
    return mine[-1] if mine and mine[-1].answer is not None else None


def waited_s(c: Connection, lookup: Lookup) -> float:
    """From the first question to this resolver until its answer; 0: none came here."""
    query = good(c, lookup)
    return 0.0 if query is None else query.since_s(lookup.to(c.server.endpoint)[0].time_ns)


def answered_here(c: Connection, lookup: Lookup) -> bool:
    return good(c, lookup) is not None


def kept_waiting(c: Connection, lookup: Lookup) -> bool:
    return waited_s(c, lookup) >= NOTICED_S


TRIAL = Trial(recursion_desired, answered_here, kept_waiting)
CONDITIONS = TRIAL.conditions


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = TRIAL.passing(c)
    lookup = max(found, key=lambda one: waited_s(c, one))
    last = good(c, lookup)
    assert last is not None, "find is called only when the conditions hold"
    queries = [q for q in lookup.to(c.server.endpoint) if q.time_ns <= last.time_ns]
    delay = last.since_s(last.time_ns)
    names = list(dict.fromkeys(one.name for one in found if one is not lookup))
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "n": len(queries),
        "queries": [q.frame for q in queries],
        "gaps": gaps_s(queries),
        "answer": last.frames[1:],
        "waited": waited_s(c, lookup),
        "delay": delay,
    }
    again = len(queries) > 1
    told = [
        say("asked_again" if again else "asked_once", **values),
        say("lost" if again and delay < SOON_S else "late", **values),
        *([say("others", n=len(names), names=names)] if names else []),
    ]
    return Finding(
        CODE,
        "warning",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*(q.frame for q in queries), *last.frames),
        say("title", **values),
        tuple(told),
        numbers={
            "waited_s": round(waited_s(c, lookup), 6),
            "delay_s": round(delay, 6),
            "queries": len(queries),
        },
        rejected=(Rejected("dns_no_answer", say("not_silent", **values)),),
        would_settle=say("settle", **values),
    )
