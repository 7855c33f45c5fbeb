"""A RST after the connection was closed, when nobody could lose anything by it. Browsers and load balancers
do this.

Holds when all of these are true:

- the connection was open when it began to close
- a FIN passed before the RST
- every byte of both sides had been acknowledged

Supersedes clean_close and keepalive.
"""

from diagnoses import aborts
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say

CODE = "reset_after_close"
SUPERSEDES = ("clean_close", "keepalive")
candidates = aborts.candidates


def closed_before(c: Connection) -> bool:
    return aborts.closed_first(c, aborts.first_abort(c).rst)


def all_acknowledged(c: Connection) -> bool:
    return aborts.first_abort(c).all_acknowledged


CONDITIONS = (aborts.was_open, closed_before, all_acknowledged)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    fins = tuple(end.first_fin for end in (c.client, c.server) if end.first_fin >= 0)
    values = found.values | {"fins": sorted(fins)}
    return Finding(
        CODE,
        "info",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (int(found.rst["frame"]), *fins),
        say("title", **values),
        (say("closed", **values),),
        numbers={"rst_ttl": found.ruling.reset.ttl, "fins": len(fins)},
        rejected=(Rejected("application_abort", say("nothing_lost")),),
    )
