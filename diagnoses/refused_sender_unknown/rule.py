"""A RST answers the SYN, but the capture cannot tell who sent it: the host, or a device on the path in its
name.

Holds when all of these are true:

- a RST in the server's name is the first answer to the SYN
- its sender stays open: no other packet of the host to compare with, too few of them, several TTLs, or one
  that proves nothing
- a router may stand between: the ends are two hosts, and ARP names no network card that it came from

Supersedes nothing: port_closed and refused_on_path exclude it.
"""

from diagnoses import refusal
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.reset_court import testimony

CODE = "refused_sender_unknown"
SUPERSEDES: tuple[str, ...] = ()
candidates = refusal.candidates


def sender_open(c: Connection) -> bool:
    return refusal.weigh(c).ruling.sender == "unknown"


def not_nearby(c: Connection) -> bool:
    found = refusal.weigh(c)
    return not (found.ruling.reason == "no_baseline" and found.nearby != "")


CONDITIONS = (refusal.answers_syn, sender_open, not_nearby)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = refusal.weigh(c)
    undecided = say(f"open_{found.ruling.reason}", **found.values)
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*found.syns, *found.rsts, *found.ruling.witnesses),
        say("title", **found.values),
        (say("refused", **found.values), *testimony(found.ruling, c.server.address, (undecided,))),
        numbers=found.numbers,
        rejected=(
            Rejected("port_closed", say("not_excluded")),
            Rejected("refused_on_path", say("not_excluded")),
        ),
        would_settle=say("settle", **found.values),
    )
