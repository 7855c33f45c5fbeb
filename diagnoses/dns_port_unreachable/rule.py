"""Nothing answers DNS at an address that a client takes for its resolver: ICMP "port unreachable" says so.

Holds when all of these are true:

- the client left the work to a resolver: it asked with "recursion desired"
- an ICMP "port unreachable" to the client quotes a question of this connection
- no answer to the question came in this connection
- nothing came from the resolver's port after the message

Supersedes udp_port_unreachable: what a closed port means to a client that needs a name is told here.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import lookups
from diagnoses.case import NS, Connection, frames
from diagnoses.datagrams import distance, refusal
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Severity, say
from diagnoses.lookups import NOTICED_S, PTR, Lookup, Query, Trial, recursion_desired, resolver_shown
from packets.columns import UDP
from packets.table import Table

CODE = "dns_port_unreachable"
SUPERSEDES = ("udp_port_unreachable",)
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    turned_away = (table["protocol"] == UDP) & (table["icmp_errors"] > 0)
    found: NDArray[np.bool_] = turned_away & lookups.candidates(table)
    return found


def mine(c: Connection, lookup: Lookup) -> list[Query]:
    """The questions of this connection."""
    return [q for q in lookup.queries if q.connection == c.number]


def turned_away(c: Connection, _: Lookup) -> bool:
    return refusal(c).sender is c.client and len(refusal(c).messages) > 0


def not_answered(c: Connection, lookup: Lookup) -> bool:
    return all(q.answer is None for q in mine(c, lookup))


def silent_afterwards(c: Connection, _: Lookup) -> bool:
    return not refusal(c).answered_afterwards


TRIAL = Trial(recursion_desired, turned_away, not_answered, silent_afterwards)
CONDITIONS = TRIAL.conditions


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    lookup = min(TRIAL.passing(c), key=lambda one: _SEVERITIES.index(_severity(c, one)))
    refused, queries = refusal(c), mine(c, lookup)
    first, by_host = refused.messages[0], refused.by_host
    reporter = c.case.capture.addresses[int(first["source"])]
    asked = refused.sent[refused.sent["frame"] < first["frame"]][-1:]
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "resolver": resolver_shown(c, c.server.endpoint),
        "name": lookup.name,
        "type": lookup.type,
        "n": len(queries),
        "queries": [q.frame for q in queries],
        "icmp": frames(refused.messages),
        "reporter": reporter,
        "ttl": int(first["ttl"]),
        "delay": float(first["time_ns"] - asked["time_ns"][0]) / NS if len(asked) else 0.0,
    }
    ending, shown = _ending(c, lookup)
    hop = c.hops_to(c.server) if by_host else distance(c.client, first)
    return Finding(
        CODE,
        _severity(c, lookup),
        "certain",
        c.number,
        (c.client.address, c.server.address, reporter),
        (*(q.frame for q in queries), *frames(refused.messages), *shown),
        say("title" if by_host else "title_device", **values),
        (say("asked", **values), say("by_host" if by_host else "by_device", **values), ending),
        Culprit("server" if by_host else "path", reporter, hop),
        {
            "queries": len(queries),
            "icmp_messages": len(refused.messages),
            "icmp_ttl": int(first["ttl"]),
            "delay_s": round(float(values["delay"]), 6),  # type: ignore[arg-type]  # a float, by the lines above
        },
        (
            Rejected("dns_no_answer", say("not_silent", **values)),
            Rejected("dns_refused", say("not_refused", **values)),
        ),
        say("settle" if by_host else "settle_device", **values),
    )


def _severity(c: Connection, lookup: Lookup) -> Severity:
    """An error where the name was never had; what another resolver gave cost time, if it cost any."""
    if lookup.conclusion is not None:
        return "warning" if (lookups.cost_s(lookup) or 0.0) >= NOTICED_S else "note"
    if lookup.kind == PTR:
        return "note"
    known = lookups.lookups(c.case)
    helped = known.later(lookup) or any(one.conclusion is not None for one in known.siblings(lookup))
    return "warning" if helped else "error"


def _ending(c: Connection, lookup: Lookup) -> tuple[Sentence, tuple[int, ...]]:
    """How it ended, and the frame that shows it."""
    known = lookups.lookups(c.case)
    for one in (lookup, known.later(lookup), *known.siblings(lookup)):
        if one is not None and one.conclusion is not None:
            frame = (int(one.conclusion["frame"]),)
            return say("answered", answer=frame, type=one.type), frame
    return say("never"), ()
