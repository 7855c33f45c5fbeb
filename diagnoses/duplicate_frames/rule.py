"""The capture holds most packets twice: it was taken at two places at once, on "any", or on a mirror of both
directions.

Holds when all of these are true:

- packets repeat an earlier one within milliseconds: same IP ID, numbers, flags and timestamps, TTL equal or
  one step apart
- this is the rule in the capture or in a connection, not the exception
"""

import numpy as np

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say
from packets.columns import COPY
from packets.copies import ENOUGH

CODE = "duplicate_frames"
MOST_SHOWN = 12  # frames named as evidence


def copies_seen(case: Case) -> bool:
    return bool((case.capture.packets["marks"] & COPY).any())


def mostly(case: Case) -> bool:
    return (
        int(((case.capture.packets["marks"] & COPY) != 0).sum()) >= ENOUGH
        or len(case.capture.packets) <= 2 * ENOUGH
    )


CONDITIONS = (copies_seen, mostly)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    copies = np.sort(case.capture.packets["frame"][(case.capture.packets["marks"] & COPY) != 0])
    values = {"n": len(copies), "packets": len(case.capture.packets), "frames": copies[:MOST_SHOWN].tolist()}
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        (),
        tuple(values["frames"]),
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"copies": len(copies), "packets": len(case.capture.packets)},
    )
