"""Pauses of a connection: the last one before something happened, and the longest that did no harm."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection


@dataclass(frozen=True)
class Pause:
    """A stretch of time in which neither side sent anything."""

    length_s: float
    after: NDArray[np.void]  # the segments from its end up to the event
    survived_s: float  # the longest earlier pause; 0: none as long as asked for


def last_pause(c: Connection, frame: int, least_s: float) -> Pause | None:
    """The last pause of at least ``least_s`` seconds before the segment ``frame``; None: there is none."""
    rows = c.segments[c.segments["frame"] < frame]
    gaps = np.diff(rows["time_ns"]) / NS
    long = np.flatnonzero(gaps >= least_s)
    if not len(long):
        return None
    at = int(long[-1])
    earlier = float(gaps[:at].max(initial=0))
    return Pause(float(gaps[at]), rows[at + 1 :], earlier if earlier >= least_s else 0.0)
