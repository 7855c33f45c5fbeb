"""Only one direction of a connection is in the capture.

Holds when all of these are true:

- a TCP connection shows packets of one side only
- that side acknowledges what the other sent, so the other side did speak
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Culprit, Finding, say
from packets.columns import TCP
from packets.table import Table

CODE = "one_way_capture"
MOST_SHOWN = 10  # connections named as evidence


def one_sided(table: Table) -> NDArray[np.bool_]:
    """Connections with packets of one side only."""
    found: NDArray[np.bool_] = (table["protocol"] == TCP) & (
        (table["client_packets"] == 0) != (table["server_packets"] == 0)
    )
    return found


def spoken_to(table: Table) -> NDArray[np.bool_]:
    """One-sided connections whose seen side acknowledges what the unseen one must have sent."""
    handshake = ((table["client_syn"] > 0) & (table["client_max_ack"] >= 1)) | (table["server_syn_ack"] > 0)
    # The first acknowledgement seen counts as 1: a higher one shows that the other side went on sending.
    went_on = np.maximum(table["client_max_ack"], table["server_max_ack"]) > 1
    return one_sided(table) & (handshake | went_on)


def one_side_only(case: Case) -> bool:
    return next(case.connections(one_sided), None) is not None


def other_side_spoke(case: Case) -> bool:
    return next(case.connections(spoken_to), None) is not None


CONDITIONS = (one_side_only, other_side_spoke)


def affects(c: Connection) -> bool:
    """The connection lacks one direction; of other protocols, which nothing acknowledges, it may."""
    return bool(c.client.packets == 0) != bool(c.server.packets == 0)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    found = list(case.connections(spoken_to))
    frames = [int(f) for c in found[:MOST_SHOWN] for f in c.segments["frame"][:3]]
    missing = sorted({(c.server if c.server.packets == 0 else c.client).address for c in found})
    values = {"n": len(found), "missing": missing, "frames": sorted(frames)}
    return Finding(
        CODE,
        "note",
        "certain",
        found[0].number if len(found) == 1 else None,
        tuple(missing),
        tuple(frames),
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"connections": len(found)},
        would_settle=say("settle"),
    )
