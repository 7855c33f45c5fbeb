"""The clock of the capture jumped: time runs backwards, or leaps by more than a day, between successive
frames.

Holds when all of these are true:

- two successive frames are in the wrong order by more than a millisecond, or more than a day apart
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Case
from diagnoses.finding import Culprit, Finding, say

CODE = "clock_step"
BACK_S = 0.001  # several receive queues swap frames by microseconds; a clock that is set does more
# Idle connections rest for hours (the default keepalive: two); nobody captures a silent day.
AHEAD_S = 86_400.0
MOST_SHOWN = 10  # steps named as evidence


def _steps(case: Case) -> tuple[list[int], NDArray[np.float64]]:
    """Frames behind a step, and the steps in seconds."""
    rows = case.capture.packets
    order = np.argsort(rows["frame"])
    gaps = np.diff(rows["time_ns"][order]) / NS
    wrong = np.flatnonzero((gaps < -BACK_S) | (gaps > AHEAD_S))
    frames: list[int] = rows["frame"][order[wrong + 1]].tolist()
    return frames, gaps[wrong]


def clock_jumps(case: Case) -> bool:
    return len(_steps(case)[0]) > 0


CONDITIONS = (clock_jumps,)


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    steps, gaps = _steps(case)
    largest = float(gaps[np.argmax(np.abs(gaps))])
    values = {"n": len(steps), "largest": largest, "frames": steps[:MOST_SHOWN]}
    return Finding(
        CODE,
        "note",
        "certain",
        None,
        (),
        tuple(steps[:MOST_SHOWN]),
        say("title", **values),
        (say("what", **values),),
        Culprit("capture"),
        {"steps": len(steps), "largest_step_s": round(largest, 6)},
    )
