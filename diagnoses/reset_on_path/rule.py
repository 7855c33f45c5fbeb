"""A device on the path resets an established connection in the name of one end.

Holds when all of these are true:

- the connection was open when the RST came
- the RST was made on the path: it comes from nearer than the packets of the host it names (at least three,
  all with one TTL), or that host went on with the connection afterwards, or other signs show it
- it took something away: data was outstanding, or no FIN had passed before

Supersedes keepalive and clean_close.
"""

from diagnoses import aborts
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.reset_court import device, not_host, testimony, wording

CODE = "reset_on_path"
SUPERSEDES = ("keepalive", "clean_close")
candidates = aborts.candidates


def sent_on_path(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "path"


CONDITIONS = (aborts.was_open, sent_on_path, aborts.did_harm)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    how = wording(found.ruling, c)
    by_ttl = (say(f"rst_ttl{how}", **found.values), say("host_ttl", **found.values))
    told = [*testimony(found.ruling, found.sender.address, by_ttl)]
    excluded = not_host(found.ruling, say("not_host", **found.values))
    if found.idle_s >= aborts.IDLE_S:
        told.append(say("idle", **found.values))
    return Finding(
        CODE,
        "error",
        found.ruling.confidence,
        c.number,
        (c.client.address, c.server.address),
        found.evidence,
        say(f"title{how}", **found.values),
        (*told, say("limits", **found.values)),
        device(found.ruling, c),
        found.numbers | {"rst_hop": found.ruling.hops},
        (
            Rejected("application_abort", excluded),
            Rejected("half_open_reset", excluded),
        ),
        say("settle_here" if how == "_here" else "settle", **found.values),
    )
