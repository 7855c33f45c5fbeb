"""A device on the path refuses the connection in the server's name.

Holds when all of these are true:

- a RST in the server's name is the first answer to the SYN
- the RST was made on the path: it comes from nearer than the host's other packets (at least three, all with
  one TTL), or the host itself went on with the connection afterwards

Supersedes nothing: port_closed and refused_sender_unknown exclude it.
"""

from diagnoses import refusal
from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, say

CODE = "refused_on_path"
SUPERSEDES: tuple[str, ...] = ()
candidates = refusal.candidates


def rst_answers_syn(c: Connection) -> bool:
    return refusal.answers_syn(c)


def sent_on_path(c: Connection) -> bool:
    return refusal.weigh(c).ruling.sender == "path"


CONDITIONS = (rst_answers_syn, sent_on_path)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = refusal.weigh(c)
    nearer = found.ruling.reason == "nearer"
    numbers = found.numbers | {"rst_hop": found.ruling.hops, "host_hop": c.hops_to(c.server)}
    return Finding(
        CODE,
        "error",
        found.ruling.confidence,
        c.number,
        (c.client.address, c.server.address),
        (*found.syns, *found.rsts, *found.ruling.witnesses),
        say("title" if nearer else "title_injected", **found.values),
        (
            say("rst_ttl" if nearer else "rst_foreign", **found.values),
            say("host_ttl", **found.values),
            say("limits"),
        ),
        Culprit("path", None, found.ruling.hops if nearer else None),
        numbers,
        (Rejected("port_closed", say("not_closed", **found.values)),),
        say("settle", **found.values),
    )
