"""Where packets that look like copies are believed to be copies: where they are the rule, in a flow or in the
whole capture. Single twins have other causes.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
# Share of packets that are copies, from which on the recording is called doubled (two of each: 0.5).
MOSTLY = 0.3
ENOUGH = 2  # copies in a flow: a single pair is chance
NOBODY: Ints = np.zeros(1, np.int64)
EVERYBODY: Ints = np.full(1, -1, np.int64)


def believed(flow: Ints, twins: Ints, rows: Ints) -> Ints:
    """For each flow 1 where its copies are believed; a single -1: everywhere.

    One element a connection: its flow, its packets that look like copies, all its packets.
    """
    if twins.sum() >= MOSTLY * rows.sum():
        return EVERYBODY
    copies, of_flow = np.bincount(flow, twins), np.bincount(flow, rows)
    found: Ints = ((copies >= ENOUGH) & (copies >= MOSTLY * of_flow)).astype(np.int64)
    return found if found.any() else NOBODY
