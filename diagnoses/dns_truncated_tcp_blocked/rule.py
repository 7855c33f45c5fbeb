"""A DNS answer did not fit into a datagram, and TCP port 53, over which it would come whole, does not work.

Holds when all of these are true:

- a resolver answered a client's question over UDP with "truncated" (TC): ask again over TCP
- TCP to that resolver's port 53 does not come about: the client tried it then, in this connection, and got no
  SYN-ACK; or it did not try, though other TCP of it is in the capture
- it had time: the SYN was repeated or refused, or 5 s passed
- the client did not content itself with the part: it does not go on to connect, unless it tried TCP

Supersedes syn_unanswered: it says the same of the SYN, without what it was for.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import lookups as dns
from diagnoses import openings
from diagnoses.case import NS, Case, Connection, frames
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Severity, say
from diagnoses.lookups import GOES_ON_S, PORT, USUAL_WAIT_S, Lookup, Query
from packets.columns import RST, SYN, TCP
from packets.table import Table

CODE = "dns_truncated_tcp_blocked"
SUPERSEDES = ("syn_unanswered",)
WITHHELD_BY = ("one_way_capture",)
# Resolver libraries turn to TCP within a round trip.
TRIED_WITHIN_S = 5.0


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections to a resolver, with messages or over TCP."""
    to_resolver = (table["server"] & 0xFFFF) == PORT
    found: NDArray[np.bool_] = to_resolver & ((table["dns_messages"] > 0) | (table["protocol"] == TCP))
    return found


def over_tcp(c: Connection) -> bool:
    """The connection is the attempt over TCP, not the exchange of datagrams."""
    return c.record["protocol"] == TCP


def cut(c: Connection) -> list[tuple[Lookup, Query]]:
    """The questions answered with TC: those of this exchange, or those that this attempt over TCP follows."""
    return c.once(_cut)


def _cut(c: Connection) -> list[tuple[Lookup, Query]]:
    known = dns.lookups(c.case)
    began = int(c.record["first_ns"])
    mine = known.before(c.client.host, began) if over_tcp(c) else known.of(c.number)
    pairs = [(one, q) for one in mine for q in one.to(c.server.endpoint) if _is_cut(q)]
    if not over_tcp(c):
        return [(one, q) for one, q in pairs if q.connection == c.number]
    return [(one, q) for one, q in pairs if 0 <= began - _told_ns(q) <= TRIED_WITHIN_S * NS]


def _is_cut(query: Query) -> bool:
    return query.answer is not None and bool(query.answer["tc"]) and query.row["transport"] == 0


def _told_ns(query: Query) -> int:
    return int(query.answer["time_ns"]) if query.answer is not None else query.time_ns


def attempts(case: Case, query: Query) -> int:
    """The connections over TCP that the client opened to the resolver after the truncated answer."""
    mine = case.from_client(query.client >> 16)
    after = case.column("first_ns")[mine] >= _told_ns(query)
    tried = (case.column("protocol")[mine] == TCP) & (case.column("server")[mine] == query.resolver)
    return int((tried & after).sum())


def speaks_tcp(c: Connection) -> bool:
    """Some TCP of the client is in the capture: its filter would have shown an attempt."""
    mine = c.case.from_client(c.client.host)
    return bool((c.case.column("protocol")[mine] == TCP).any())


def answer_truncated(c: Connection) -> bool:
    return bool(cut(c))


def no_tcp(c: Connection) -> bool:
    if over_tcp(c):
        return c.client.syn > 0 and c.server.syn_ack == 0 and c.client.max_ack < 1
    return bool(cut(c)) and speaks_tcp(c) and not attempts(c.case, cut(c)[0][1])


def _asked_in_vain(c: Connection) -> bool:
    return c.client.syn > 1 and openings.had_time(c)


def had_time(c: Connection) -> bool:
    if over_tcp(c) and (_asked_in_vain(c) or c.server.rst or c.record["icmp_errors"]):
        return True
    since = c.record["first_ns"] if over_tcp(c) or not cut(c) else _told_ns(cut(c)[0][1])
    return dns.lookups(c.case).last_ns - since >= USUAL_WAIT_S * NS


def not_content(c: Connection) -> bool:
    if over_tcp(c) or not cut(c):
        return True
    lookup, query = cut(c)[0]
    until = _told_ns(query) + int(GOES_ON_S * NS)
    speaks = dns.speaks_to_somebody_new(c.case, c.client.host, _told_ns(query), until)
    return lookup.conclusion is None and not speaks


CONDITIONS = (answer_truncated, no_tcp, had_time, not_content)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    lookup, query = cut(c)[-1] if over_tcp(c) else cut(c)[0]
    syns = c.client.rows[(c.client.rows["flags"] & SYN) != 0] if over_tcp(c) else c.client.rows[:0]
    refusals = c.server.rows[(c.server.rows["flags"] & RST) != 0] if over_tcp(c) else c.server.rows[:0]
    how = "refused" if len(refusals) else "icmp" if over_tcp(c) and c.record["icmp_errors"] else "silent"
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": dns.resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "question": query.frames[:1],
        "answer": query.frames[1:],
        "syns": frames(syns),
        "n": len(syns),
        "rsts": frames(refusals),
    }
    tried = how if over_tcp(c) else "not_tried"
    ending, more = _ending(lookup)
    told = (say("truncated", **values), say(tried, **values), *ending)
    return Finding(
        CODE,
        _severity(c, lookup),
        "certain" if over_tcp(c) else "possible",
        c.number,
        (c.client.address, c.server.address),
        (*query.frames, *frames(syns), *frames(refusals), *more),
        say("title" if over_tcp(c) else "title_not_tried", **values),
        told,
        Culprit(),
        {"syns": len(syns), "tcp": tried, "answer_bytes": int(query.answer["length"])},  # type: ignore[index]  # it was answered
        (
            Rejected("dns_no_answer", say("not_silent", **values)),
            Rejected("dns_servfail", say("not_failed")),
        ),
        say("settle" if over_tcp(c) else "settle_not_tried", **values),
    )


def _severity(c: Connection, lookup: Lookup) -> Severity:
    return "error" if over_tcp(c) and lookup.conclusion is None else "warning"


def _ending(lookup: Lookup) -> tuple[list[Sentence], tuple[int, ...]]:
    if lookup.conclusion is None:
        return [say("never")], ()
    frame = int(lookup.conclusion["frame"])
    return [say("repaired", answer=(frame,))], (frame,)
