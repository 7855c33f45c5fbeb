"""The capture holds most packets twice: it was taken at two places at once, on "any", or on a mirror of both
directions.

Holds when all of these are true:

- packets repeat an earlier one within milliseconds: same IP ID, numbers, flags and timestamps, TTL equal or
  one step apart
- this is the rule in the capture or in a connection, not the exception
"""

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say
from packets.doubling import ENOUGH

CODE = "duplicate_frames"
MOST_SHOWN = 12  # frames named as evidence


def copies_seen(case: Case) -> bool:
    return bool(case.capture.recording.copies)


def mostly(case: Case) -> bool:
    return case.capture.recording.copies.count >= ENOUGH or case.capture.packet_count <= 2 * ENOUGH


CONDITIONS = (copies_seen, mostly)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    copies, packets = case.capture.recording.copies, case.capture.packet_count
    values = {"n": copies.count, "packets": packets, "frames": list(copies.frames[:MOST_SHOWN])}
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        (),
        copies.frames[:MOST_SHOWN],
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"copies": copies.count, "packets": packets},
    )
