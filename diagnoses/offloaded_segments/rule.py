"""Segments are larger than the connection allows on the wire: the capture saw them before (or after) the
network card cut (or joined) them.

Holds when all of these are true:

- a TCP segment carries more bytes than the receiver's MSS, or than the largest jumbo frame holds
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say
from packets.columns import TCP

CODE = "offloaded_segments"
MOST_SHOWN = 10  # frames named as evidence
JUMBO = 9216  # bytes; the largest frame in common use


def _large(case: Case) -> NDArray[np.bool_]:
    rows = case.capture.packets
    large = (rows["protocol"] == TCP) & (rows["original"] > JUMBO)
    known = np.flatnonzero((rows["protocol"] == TCP) & (rows["connection"] >= 0))
    table, owner = case.capture.table, rows["connection"][known]
    mss = np.where(rows["from_client"][known], table["server_mss"][owner], table["client_mss"][owner])
    large[known] |= (mss > 0) & (rows["length"][known] > mss)
    found: NDArray[np.bool_] = large
    return found


def larger_than_mss(case: Case) -> bool:
    return bool(_large(case).any())


CONDITIONS = (larger_than_mss,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    rows = case.capture.packets[_large(case)]
    values = {
        "n": len(rows),
        "largest": int(rows["original"].max()),
        "frames": np.sort(rows["frame"])[:MOST_SHOWN].tolist(),
    }
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        (),
        tuple(values["frames"]),
        say("title", **values),
        (say("what", **values),),
        Culprit("capture"),
        {"segments": len(rows), "largest_frame_bytes": int(values["largest"])},
    )
