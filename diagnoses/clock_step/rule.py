"""The clock of the capture jumped: time runs backwards, or leaps by more than a day, between successive
frames.

Holds when all of these are true:

- two successive frames are in the wrong order by more than a millisecond, or more than a day apart
"""

from diagnoses.case import NS, Case
from diagnoses.finding import Culprit, Finding, say

CODE = "clock_step"
MOST_SHOWN = 10  # steps named as evidence


def clock_jumps(case: Case) -> bool:
    return bool(case.capture.recording.steps)


CONDITIONS = (clock_jumps,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    recording = case.capture.recording
    steps, largest = recording.steps, recording.largest_step_ns / NS
    frames = steps.frames[:MOST_SHOWN]
    values = {"n": steps.count, "largest": largest, "frames": list(frames)}
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
        {"steps": steps.count, "largest_step_s": round(largest, 6)},
    )
