"""Frames are cut short by the capture's snap length.

Holds when all of these are true:

- frames hold fewer bytes in the file than they had on the wire
"""

import numpy as np

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say

CODE = "truncated_frames"
MOST_SHOWN = 10  # frames named as evidence


def cut_short(case: Case) -> bool:
    return bool((case.capture.packets["captured"] < case.capture.packets["original"]).any())


CONDITIONS = (cut_short,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    rows = case.capture.packets
    cut = rows[rows["captured"] < rows["original"]]
    values = {
        "n": len(cut),
        "longest": int(cut["captured"].max()),
        "frames": np.sort(cut["frame"])[:MOST_SHOWN].tolist(),
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
        {"frames_cut": len(cut), "longest_bytes": int(values["longest"])},
        would_settle=say("settle"),
    )
