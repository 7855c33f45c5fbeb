"""Only one direction of a connection is in the capture.

Holds when all of these are true:

- a TCP connection shows packets of one side only
- that side acknowledges what the other sent, so the other side did speak
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Culprit, Finding, say
from packets.columns import ACK, RST, TCP

CODE = "one_way_capture"
MOST_SHOWN = 10  # connections named as evidence


def one_sided(table: NDArray[np.void]) -> NDArray[np.bool_]:
    """Connections with packets of one side only."""
    found: NDArray[np.bool_] = (table["protocol"] == TCP) & (
        (table["client_packets"] == 0) != (table["server_packets"] == 0)
    )
    return found


def _progress(c: Connection) -> bool:
    acks = c.segments[((c.segments["flags"] & ACK) != 0) & ((c.segments["flags"] & RST) == 0)]
    handshake = (c.client.syn > 0 and c.client.max_ack >= 1) or c.server.syn_ack > 0
    return handshake or (len(acks) > 1 and int(acks["ack"].max()) > int(acks["ack"].min()))


def _shown(case: Case) -> list[Connection]:
    return [c for c in case.connections(one_sided(case.capture.table)) if _progress(c)]


def one_side_only(case: Case) -> bool:
    return bool(one_sided(case.capture.table).any())


def other_side_spoke(case: Case) -> bool:
    return any(_progress(c) for c in case.connections(one_sided(case.capture.table)))


CONDITIONS = (one_side_only, other_side_spoke)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    found = _shown(case)
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
