"""A router says that packets are too big for its next link, and their sender makes them smaller.

Holds when all of these are true:

- a router's message "fragmentation needed" or "packet too big" quotes a segment of one side
- that side then sent the same bytes again in smaller segments
- the smaller segments were acknowledged

Supersedes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, say
from diagnoses.path_mtu import adaptation
from packets.table import Table

CODE = "pmtu_discovery"
SUPERSEDES: tuple[str, ...] = ()


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    sent = table["client_data_segments"] + table["server_data_segments"] > 0
    found: NDArray[np.bool_] = (table["icmp_errors"] > 0) & sent
    return found


def told_too_big(c: Connection) -> bool:
    return len(adaptation(c).notices) > 0


def smaller_again(c: Connection) -> bool:
    return adaptation(c).first is not None


def acknowledged(c: Connection) -> bool:
    return adaptation(c).answer is not None


CONDITIONS = (told_too_big, smaller_again, acknowledged)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = adaptation(c)
    values = found.values
    named = "named" if found.mtu else "unnamed"
    return Finding(
        CODE,
        "info",
        "certain",
        c.number,
        (c.client.address, c.server.address, found.router),
        found.evidence,
        say(f"title_{named}", **values),
        (say("told", **values), say(f"told_{named}", **values), say("adapted", **values), say("fine")),
        Culprit("path", found.router, found.hop),
        found.numbers,
        (
            Rejected("pmtu_black_hole", say("not_black_hole", **values)),
            Rejected("fast_retransmission", say("not_loss", **values)),
        ),
    )
