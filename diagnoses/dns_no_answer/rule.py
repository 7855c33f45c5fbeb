"""A client asks a resolver for a name, and no answer to it comes.

Holds when all of these are true:

- the client left the work to a resolver: it asked with "recursion desired"
- no answer to this question, nor to any repeat of it, came from this resolver, nor from another address
- the answer had time: the usual 5 s, or the client's own timer, which ran out three times
- no ICMP error quotes the questions
- all that this resolver did send in the connection could be read, so an answer would have been seen
- the client asked again after a wait, or answers for it are in the capture: they do pass the capture point
- the client does not go on as if it had got the answer

A question that the client never repeats may have been answered unseen: then the finding is a note, and no
more than possible.

Supersedes nothing: a connection in which nothing comes back is its own story.
"""

from diagnoses.case import NS, Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Sentence, Severity, say
from diagnoses.lookups import (
    GOES_ON_S,
    HTTPS,
    NOTICED_S,
    PTR,
    SVCB,
    USUAL_WAIT_S,
    Lookup,
    Query,
    Trial,
    candidates,
    cost_s,
    gaps_s,
    lookups,
    one_way,
    pace,
    recursion_desired,
    resolver_shown,
    speaks_to_somebody_new,
)
from packets.columns import TCP

CODE = "dns_no_answer"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("one_way_capture", "capture_drops")
# Two repeats: the client's timer ran out for each question but the last, and then for the last one as well.
ENOUGH_QUERIES = 3
# Seconds. Whoever asks again sooner was answered, by an error or by less than it wanted: no resolver library
# is less patient (Windows: 1 s, c-ares: 2 s).
SHORTEST_S = 0.9
# A timer that runs out a little early by the capture's clock.
EARLY = 0.9

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "WITHHELD_BY", "candidates", "find"]


def mine(c: Connection, lookup: Lookup) -> list[Query]:
    """What was asked of this connection's resolver, over this or another connection."""
    return lookup.to(c.server.endpoint)


def waited_s(c: Connection, query: Query) -> float:
    """From a question to the end of the capture."""
    return (lookups(c.case).last_ns - query.time_ns) / NS


def never_answered(c: Connection, lookup: Lookup) -> bool:
    return all(q.answer is None and not q.elsewhere for q in mine(c, lookup))


def had_time(c: Connection, lookup: Lookup) -> bool:
    queries = mine(c, lookup)
    own_timer = len(queries) >= ENOUGH_QUERIES and waited_s(c, queries[-1]) >= EARLY * min(gaps_s(queries))
    return own_timer or waited_s(c, queries[0]) >= USUAL_WAIT_S


def no_icmp_error(c: Connection, lookup: Lookup) -> bool:
    return lookups(c.case).icmp_errors(mine(c, lookup)) == 0


def all_readable(c: Connection, _: Lookup) -> bool:
    return c.record["protocol"] == TCP or c.server.packets == int((c.dns["side"] == 1).sum())


def answers_would_show(c: Connection, lookup: Lookup) -> bool:
    waited = max(gaps_s(mine(c, lookup)), default=0.0) >= SHORTEST_S
    return waited or lookup.client in lookups(c.case).answered


def stays_without(c: Connection, lookup: Lookup) -> bool:
    if _resolver_speaks(c):
        return True
    last = mine(c, lookup)[-1].time_ns
    goes_on = lookup.conclusion is None and speaks_to_somebody_new(
        c.case, lookup.client, last, last + int(GOES_ON_S * NS)
    )
    return not goes_on and not one_way(c.case, lookup.client)


def _resolver_speaks(c: Connection) -> bool:
    return bool(c.server.track.frames)


TRIAL = Trial(
    recursion_desired,
    never_answered,
    had_time,
    no_icmp_error,
    all_readable,
    answers_would_show,
    stays_without,
)
CONDITIONS = TRIAL.conditions


def never_repeated(lookup: Lookup) -> bool:
    """Asked once, of one resolver. Libraries ask again when no answer comes (Windows after 1 s, glibc after
    5 s), so the answer may have come, and be missing in the capture.
    """
    return len(lookup.queries) == 1


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = TRIAL.passing(c)
    weighed = [(_severity(c, one), one) for one in found]
    severity, lookup = min(weighed, key=lambda pair: _ORDER.index(pair[0]))
    queries = mine(c, lookup)
    gaps = gaps_s(queries)
    gave_up = waited_s(c, queries[-1]) > max(gaps, default=USUAL_WAIT_S) * 1.2
    timer = pace(queries, gave_up)
    here = c.place == "server"
    values = {
        "client": c.client.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "host": c.server.address,
        "name": lookup.name,
        "type": lookup.type,
        "n": len(queries),
        "queries": [q.frame for q in queries],
        "gaps": gaps,
        "gap": min(gaps, default=0.0),
        "waited": min(waited_s(c, queries[0]), cost_s(lookup) or float("inf")),
    }
    rest = [one.name for one in found if one is not lookup]
    ending, frames = _ending(c, lookup)
    told = [
        say("asked_again" if gaps else "asked_once", **values),
        *([say("never_repeated", **values)] if never_repeated(lookup) else []),
        *([say(f"pace_{timer}", **values)] if timer else []),
        *([say("others", names=rest, n=len(rest))] if rest else []),
        *ending,
        _where(c),
    ]
    return Finding(
        CODE,
        severity,
        "possible" if never_repeated(lookup) else _confidence(c, queries),
        c.number,
        (c.client.address, c.server.address),
        (*values["queries"], *frames),  # type: ignore[misc]  # frames, by the line above
        say("title_repaired" if lookup.conclusion is not None else "title", **values),
        tuple(told),
        Culprit("server", c.server.address, 0) if here else Culprit(),
        {
            "queries": len(queries),
            "gaps_s": gaps,
            "same_id": len({q.number for q in queries}) == 1,
            "waited_s": round(values["waited"], 6),  # type: ignore[call-overload]  # a float, by the line above
            "names_unanswered": len({one.name for one in found}),
            **({"resend_timer": timer} if timer else {}),
        },
        (Rejected("dns_servfail", say("not_servfail")), Rejected("udp_port_unreachable", say("not_icmp"))),
        say("settle_here" if here else "settle", **values),
    )


_ORDER: tuple[Severity, ...] = ("error", "warning", "note", "info")


def _severity(c: Connection, lookup: Lookup) -> Severity:
    """An error where the name was never had; what came in the end cost time, if it cost any."""
    known = lookups(c.case)
    cost = cost_s(lookup)
    if cost is not None:
        return "warning" if cost >= NOTICED_S else "note"
    sibling = any(one.conclusion is not None for one in known.siblings(lookup))
    if never_repeated(lookup) or (sibling and lookup.kind in (SVCB, HTTPS)):
        return "note"
    return "warning" if sibling or lookup.kind == PTR or known.later(lookup) else "error"


def _confidence(c: Connection, queries: list[Query]) -> Confidence:
    same = len({q.number for q in queries}) < len(queries)
    if _resolver_speaks(c) or same or len(queries) >= ENOUGH_QUERIES:
        return "certain"
    return "likely"


def _ending(c: Connection, lookup: Lookup) -> tuple[list[Sentence], list[int]]:
    """How it ended: another resolver answered, later an answer came, or the name was never had."""
    known = lookups(c.case)
    if lookup.conclusion is not None:
        query = next(q for q in lookup.queries if q.answer is lookup.conclusion)
        frame, other = int(lookup.conclusion["frame"]), resolver_shown(c, query.resolver)
        return [say("repaired", other=other, answer=(frame,), cost=cost_s(lookup))], [frame]
    sibling = next((one for one in known.siblings(lookup) if one.conclusion is not None), None)
    if sibling and sibling.conclusion is not None:
        frame = int(sibling.conclusion["frame"])
        return [say("sibling", other=sibling.type, answer=(frame,))], [frame]
    later = known.later(lookup)
    if later and later.conclusion is not None:
        frame = int(later.conclusion["frame"])
        return [say("later", answer=(frame,))], [frame]
    return [say("never")], []


def _where(c: Connection) -> Sentence:
    """What the rest of the capture says of the silent resolver."""
    seen = [frame for some in c.server.track.frames.values() for frame in some]
    key = "at_resolver" if c.place == "server" else "resolver_speaks" if seen else "resolver_silent"
    return say(key, resolver=c.server.address, frames=sorted(seen)[:4])
