"""A resolver answers that it failed: it could not find out what a client asked for.

Holds when all of these are true:

- the client left the work to a resolver: it asked with "recursion desired"
- a question of this connection was answered with "server failure" (SERVFAIL)

Supersedes nothing: the answer came, and says that nothing is known.
"""

from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, Sentence, Severity, say
from diagnoses.lookups import (
    NO_ERROR,
    NOTICED_S,
    PTR,
    SERVFAIL,
    Lookup,
    Query,
    Trial,
    answered_with,
    candidates,
    lookups,
    recursion_desired,
    resolver_shown,
)

CODE = "dns_servfail"
SUPERSEDES: tuple[str, ...] = ()
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "candidates", "find"]


def mine(c: Connection, lookup: Lookup) -> list[Query]:
    """The questions of this connection that were answered so."""
    return answered_with(c, lookup, SERVFAIL)


def said_failure(c: Connection, lookup: Lookup) -> bool:
    return bool(mine(c, lookup))


TRIAL = Trial(recursion_desired, said_failure)
CONDITIONS = TRIAL.conditions


def had_from(lookup: Lookup) -> Query | None:
    """The question that got the client what it wanted, asked as before (not with checking disabled)."""
    good = [q for q in lookup.queries if q.concluded and not q.row["cd"]]
    return min(good, key=lambda q: int(q.answer["frame"]), default=None)  # type: ignore[index]  # concluded


def unchecked(c: Connection, lookup: Lookup) -> Query | None:
    """The same question with "checking disabled" (CD, RFC 4035 section 3.2.2) that did get records."""
    queries = (q for one in lookups(c.case).same(lookup) for q in one.to(c.server.endpoint) if q.row["cd"])
    return next((q for q in queries if q.answer is not None and q.answer["rcode"] == NO_ERROR), None)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = TRIAL.passing(c)
    severity, lookup = min(
        ((_severity(c, one), one) for one in found), key=lambda pair: SEVERITIES.index(pair[0])
    )
    queries = mine(c, lookup)
    delay = queries[0].delay_s or 0.0
    names = list(dict.fromkeys(one.name for one in found if one.name != lookup.name))
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "n": len(queries),
        "queries": [q.frame for q in queries],
        "answers": sorted({int(q.answer["frame"]) for q in queries if q.answer is not None}),
        "delay": delay,
    }
    ending, frames = _ending(c, lookup)
    checked = unchecked(c, lookup)
    told = [
        say("said", **values),
        say("slow" if delay >= NOTICED_S else "quick", **values),
        *([say("dnssec", frames=(checked.frame, int(checked.answer["frame"])))] if checked else []),  # type: ignore[index]  # it was answered
        *([say("others", n=len(names), names=names)] if names else []),
        *ending,
    ]
    evidence = [frame for one in found for q in mine(c, one) for frame in q.frames]
    return Finding(
        CODE,
        severity,
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*evidence, *frames, *(checked.frames if checked else ())),
        say("title_repaired" if had_from(lookup) else "title", **values),
        tuple(told),
        numbers={
            "delay_s": delay,
            "failures": len(queries),
            "names_failed": len({one.name for one in found}),
            "answered_unchecked": checked is not None,
        },
        rejected=(
            Rejected("dns_no_answer", say("not_silent", **values)),
            Rejected("dns_nxdomain", say("not_missing")),
        ),
        would_settle=say("settle_dnssec" if checked else "settle", **values),
    )


def _severity(c: Connection, lookup: Lookup) -> Severity:
    """An error where the name was never had. Reverse lookups fail every day, and few programs need them."""
    good = had_from(lookup)
    if good is not None:
        return "warning" if good.since_s(lookup.started_ns) >= NOTICED_S else "note"
    if lookup.kind == PTR:
        return "note"
    known = lookups(c.case)
    sibling = any(one.conclusion is not None for one in known.siblings(lookup))
    return "warning" if sibling or _later(c, lookup) else "error"


def _later(c: Connection, lookup: Lookup) -> Query | None:
    later = lookups(c.case).later(lookup)
    return None if later is None else had_from(later)


def _ending(c: Connection, lookup: Lookup) -> tuple[list[Sentence], tuple[int, ...]]:
    """How it ended, and the frames that show it."""
    good = had_from(lookup)
    if good is not None:
        other = resolver_shown(c, good.resolver)
        cost = good.since_s(lookup.started_ns)
        return [say("repaired", other=other, answer=good.frames[1:], cost=cost)], good.frames
    known = next((o for o in lookups(c.case).siblings(lookup) if o.conclusion is not None), None)
    if known and known.conclusion is not None:
        frame = (int(known.conclusion["frame"]),)
        return [say("sibling", other=known.type, answer=frame)], frame
    later = _later(c, lookup)
    if later is not None:
        return [say("later", answer=later.frames[1:])], later.frames
    return [say("never")], ()
