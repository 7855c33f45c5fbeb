"""A resolver refuses to answer a client: it does not serve it, or not this kind of question.

Holds when all of these are true:

- the client left the work to a resolver: it asked with "recursion desired"
- a question of this connection was answered with "refused" or "not implemented"

Supersedes nothing: the answer came, and is a decision of the resolver.
"""

from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Severity, say
from diagnoses.lookups import (
    NOT_IMPLEMENTED,
    NOTICED_S,
    PTR,
    REFUSED,
    Lookup,
    Query,
    Trial,
    answered_with,
    candidates,
    lookups,
    recursion_desired,
    resolver_shown,
)

CODE = "dns_refused"
SUPERSEDES: tuple[str, ...] = ()
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "candidates", "find"]


def mine(c: Connection, lookup: Lookup) -> list[Query]:
    """The questions of this connection that were answered so."""
    return [*answered_with(c, lookup, REFUSED), *answered_with(c, lookup, NOT_IMPLEMENTED)]


def said_refused(c: Connection, lookup: Lookup) -> bool:
    return bool(mine(c, lookup))


TRIAL = Trial(recursion_desired, said_refused)
CONDITIONS = TRIAL.conditions


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = TRIAL.passing(c)
    lookup = min(found, key=lambda one: _SEVERITIES.index(_severity(c, one)))
    queries = mine(c, lookup)
    names = list(dict.fromkeys(one.name for one in found if one.name != lookup.name))
    code = int(queries[0].answer["rcode"])  # type: ignore[index]  # it was answered
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "code": code,
        "n": len(queries),
        "queries": [q.frame for q in queries],
        "answers": sorted({frame for q in queries for frame in q.frames[1:]}),
        "delay": queries[0].delay_s,
    }
    ending, frames = _ending(c, lookup)
    told = [
        say("said", **values),
        say("refused" if code == REFUSED else "not_implemented", **values),
        *([say("others", n=len(names), names=names)] if names else []),
        ending,
    ]
    return Finding(
        CODE,
        _severity(c, lookup),
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*(frame for one in found for q in mine(c, one) for frame in q.frames), *frames),
        say("title", **values),
        tuple(told),
        Culprit("server", c.server.address, c.hops_to(c.server)),
        {"rcode": code, "delay_s": queries[0].delay_s, "refusals": len(queries)},
        (
            Rejected("dns_servfail", say("not_failed")),
            Rejected("dns_nxdomain", say("not_missing")),
        ),
        say("settle", **values),
    )


def _severity(c: Connection, lookup: Lookup) -> Severity:
    """An error where the name was never had; what another resolver gave cost time, if it cost any."""
    conclusion = lookup.conclusion
    if conclusion is not None:
        return "warning" if int(conclusion["time_ns"]) - lookup.started_ns >= NOTICED_S * 1e9 else "note"
    if lookup.kind == PTR:
        return "note"
    known = lookups(c.case)
    helped = known.later(lookup) or any(one.conclusion is not None for one in known.siblings(lookup))
    return "warning" if helped else "error"


def _ending(c: Connection, lookup: Lookup) -> tuple[Sentence, tuple[int, ...]]:
    """How it ended, and the frame that shows it."""
    known = lookups(c.case)
    for one in (lookup, known.later(lookup), *known.siblings(lookup)):
        if one is not None and one.conclusion is not None:
            frame = (int(one.conclusion["frame"]),)
            return say("answered", answer=frame, type=one.type), frame
    return say("never"), ()
