"""A device on the path refuses the connection in the server's name.

Holds when all of these are true:

- a RST in the server's name is the first answer to the SYN
- the RST was made on the path: it comes from nearer than the host's other packets (at least three, all with
  one TTL), or the host itself went on with the connection afterwards, or other signs show it

Supersedes nothing: port_closed and refused_sender_unknown exclude it.
"""

from diagnoses import refusal
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.reset_court import device, not_host, testimony, wording

CODE = "refused_on_path"
SUPERSEDES: tuple[str, ...] = ()
candidates = refusal.candidates


def sent_on_path(c: Connection) -> bool:
    return refusal.weigh(c).ruling.sender == "path"


CONDITIONS = (refusal.answers_syn, sent_on_path)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = refusal.weigh(c)
    how = wording(found.ruling, c)
    by_ttl = (say(f"rst_ttl{how}", **found.values), say("host_ttl", **found.values))
    numbers = found.numbers | {"rst_hop": found.ruling.hops, "host_hop": c.hops_to(c.server)}
    return Finding(
        CODE,
        "error",
        found.ruling.confidence,
        c.number,
        (c.client.address, c.server.address),
        (*found.syns, *found.rsts, *found.ruling.witnesses),
        say(f"title{how}", **found.values),
        (*testimony(found.ruling, c.server.address, by_ttl), say("limits")),
        device(found.ruling, c),
        numbers,
        (Rejected("port_closed", not_host(found.ruling, say("not_closed", **found.values))),),
        say("settle_here" if how == "_here" else "settle", **found.values),
    )
