"""The host itself refuses the connection: nothing listens on the port (or the host's own firewall rejects).

Holds when all of these are true:

- a RST in the server's name is the first answer to the SYN
- the RST is the host's own: it arrives with the TTL of the host's other packets, or (with nothing to
  compare) no router can stand between: both ends are one host, or it comes from the network card that ARP
  names for it

Supersedes nothing: refused_on_path and refused_sender_unknown exclude it.
"""

from diagnoses import refusal
from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, say

CODE = "port_closed"
SUPERSEDES: tuple[str, ...] = ()
candidates = refusal.candidates


def sent_by_host(c: Connection) -> bool:
    found = refusal.weigh(c)
    return found.ruling.sender == "host" or (found.ruling.reason == "no_baseline" and found.nearby != "")


CONDITIONS = (refusal.answers_syn, sent_by_host)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = refusal.weigh(c)
    by_ttl = found.ruling.sender == "host"
    why = say("same_ttl" if by_ttl else found.nearby, **found.values)
    return Finding(
        CODE,
        "error",
        found.ruling.confidence if by_ttl else "likely",
        c.number,
        (c.client.address, c.server.address),
        (*found.syns, *found.rsts, *found.ruling.witnesses),
        say("title", **found.values),
        (say("refused", **found.values), why, say("limits")),
        Culprit("server", c.server.address, c.hops_to(c.server) if by_ttl else None),
        found.numbers,
        (
            Rejected("refused_on_path", say("not_path" if by_ttl else "not_path_near", **found.values)),
            Rejected("syn_unanswered", say("not_dropped")),
        ),
    )
