"""The capture itself lost packets: the receiver acknowledges bytes that the file does not hold.

Holds when all of these are true:

- both directions of a connection are in the capture
- one side acknowledges bytes of the other that were never captured
- they do not appear later either, so no retransmission explains them
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Culprit, Finding, say
from packets.columns import ACKS_UNSEEN, FILLS_GAP

CODE = "capture_drops"
MOST_SHOWN = 10  # frames named as evidence


def _candidates(table: NDArray[np.void]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (table["client_packets"] > 0) & (table["server_packets"] > 0)
    return found


def _unseen(table: NDArray[np.void]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = _candidates(table) & (
        table["client_acked_unseen"] + table["server_acked_unseen"] > 0
    )
    return found


def missing(c: Connection) -> int:
    """Bytes acknowledged and never captured."""
    rows = c.segments
    later = int(rows["length"][(rows["marks"] & FILLS_GAP) != 0].sum())
    return max(c.client.acked_unseen + c.server.acked_unseen - later, 0)


def both_directions(case: Case) -> bool:
    return bool(_candidates(case.capture.table).any())


def acknowledged_unseen(case: Case) -> bool:
    return bool(_unseen(case.capture.table).any())


def never_filled(case: Case) -> bool:
    return any(missing(c) for c in case.connections(_unseen(case.capture.table)))


CONDITIONS = (both_directions, acknowledged_unseen, never_filled)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    found = [c for c in case.connections(_unseen(case.capture.table)) if missing(c)]
    frames = [int(f) for c in found for f in c.segments["frame"][(c.segments["marks"] & ACKS_UNSEEN) != 0]]
    shown, lost = sorted(frames)[:MOST_SHOWN], sum(missing(c) for c in found)
    values = {"n": len(found), "lost": lost, "frames": shown}
    return Finding(
        CODE,
        "note",
        "certain",
        found[0].number if len(found) == 1 else None,
        (),
        tuple(shown),
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"missing_bytes": lost, "connections": len(found)},
        would_settle=say("settle"),
    )
