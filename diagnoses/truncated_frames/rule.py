"""Frames are cut short by the capture's snap length.

Holds when all of these are true:

- frames hold fewer bytes in the file than they had on the wire
"""

from diagnoses.case import Case
from diagnoses.finding import Culprit, Finding, say

CODE = "truncated_frames"
MOST_SHOWN = 10  # frames named as evidence


def cut_short(case: Case) -> bool:
    return bool(case.capture.recording.cut)


CONDITIONS = (cut_short,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    recording = case.capture.recording
    frames = recording.cut.frames[:MOST_SHOWN]
    values = {"n": recording.cut.count, "longest": recording.longest_cut, "frames": list(frames)}
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
        {"frames_cut": recording.cut.count, "longest_bytes": recording.longest_cut},
        would_settle=say("settle"),
    )
