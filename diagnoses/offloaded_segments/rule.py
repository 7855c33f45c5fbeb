"""Segments are larger than the connection allows on the wire: the capture saw them before (or after) the
network card cut (or joined) them.

Holds when all of these are true:

- a TCP segment carries more bytes than the receiver's MSS, or than the largest jumbo frame holds
"""

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say

CODE = "offloaded_segments"
MOST_SHOWN = 10  # frames named as evidence


def larger_than_mss(case: Case) -> bool:
    return bool(case.capture.recording.large)


CONDITIONS = (larger_than_mss,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    recording = case.capture.recording
    frames = recording.large.frames[:MOST_SHOWN]
    values = {"n": recording.large.count, "largest": recording.largest_frame, "frames": list(frames)}
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        (),
        frames,
        say("title", **values),
        (say("what", **values),),
        Culprit("capture"),
        {"segments": recording.large.count, "largest_frame_bytes": recording.largest_frame},
    )
