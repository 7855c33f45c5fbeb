"""The capture itself lost packets: the receiver acknowledges bytes that the file does not hold.

Holds when all of these are true:

- both directions of a connection are in the capture
- one side acknowledges bytes of the other that were never captured
- they do not appear later either, so no retransmission explains them
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Culprit, Finding, say
from packets.columns import ACKS_UNSEEN, GAP_BEFORE
from packets.table import Table

CODE = "capture_drops"
MOST_SHOWN = 10  # frames named as evidence


def two_sided(table: Table) -> NDArray[np.bool_]:
    """Connections with packets of both sides."""
    found: NDArray[np.bool_] = (table["client_packets"] > 0) & (table["server_packets"] > 0)
    return found


def unseen(table: Table) -> NDArray[np.bool_]:
    """Connections in which bytes were acknowledged before they were seen, or without."""
    holes = table["client_gaps"] + table["server_gaps"]
    acked = table["client_acked_unseen"] + table["server_acked_unseen"]
    return two_sided(table) & ((acked > 0) | ((holes > 0) & (missing(table) > 0)))


def missing(table: Table) -> NDArray[np.int64]:
    """Bytes acknowledged and never captured."""
    return table["client_acked_missing"] + table["server_acked_missing"]


def lost(table: Table) -> NDArray[np.bool_]:
    """Connections of which the capture lost something."""
    return unseen(table) & (missing(table) > 0)


def both_directions(case: Case) -> bool:
    return next(case.connections(two_sided), None) is not None


def acknowledged_unseen(case: Case) -> bool:
    return next(case.connections(unseen), None) is not None


def never_filled(case: Case) -> bool:
    return next(case.connections(lost), None) is not None


CONDITIONS = (both_directions, acknowledged_unseen, never_filled)


def affects(c: Connection) -> bool:
    """The capture lost something of the connection."""
    return bool(lost(c.record.table)[0])


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    count = case.count(lost)
    bytes_lost = sum(int(missing(table)[lost(table)].sum()) for table in case.capture.stretches())
    some = list(islice(case.connections(lost), MOST_SHOWN))
    shown = sorted(frame for c in some for frame in _witnesses(c))[:MOST_SHOWN]
    values = {"n": count, "lost": bytes_lost, "frames": shown}
    return Finding(
        CODE,
        "note",
        "certain",
        some[0].number if count == 1 else None,
        (),
        tuple(shown),
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"missing_bytes": bytes_lost, "connections": count},
        would_settle=say("settle"),
    )


def _witnesses(c: Connection) -> list[int]:
    """Frames that acknowledge what is missing; else those behind a gap."""
    for mark in (ACKS_UNSEEN, GAP_BEFORE):
        frames: list[int] = c.segments["frame"][(c.segments["marks"] & mark) != 0].tolist()
        if frames:
            return frames
    return []
