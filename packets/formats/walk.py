"""From record to record: the chain of positions, found as quickly as Python allows and always exactly.

Each record says where the next one starts, so the walk is one long dependency. For small records a guess is
cheaper: all
places that look like a record are found at once by NumPy, and the guess is *proven* wherever the end of one
place is the
next place. Where the proof fails, single steps lead on. What comes out is the same chain, whatever the bytes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from packets.formats.window import Bytes

Positions = NDArray[np.int64]

# Each failure of the guess costs some microseconds; after so many of them in one window, plain steps are
# cheaper.
MOST_FAILURES = 1_000


def gather(data: Bytes, positions: Positions, width: int) -> NDArray[np.uint8]:
    """The ``width`` bytes at each position, as rows of a contiguous array; all of them must lie within
    ``data``.
    """
    if not len(positions):
        return np.empty((0, width), np.uint8)
    rolling = np.ndarray((len(data) - width + 1,), dtype=f"V{width}", buffer=data, strides=(1,))
    return rolling[positions].view(np.uint8).reshape(-1, width)


def leap(
    start: int, candidates: Positions, following: Positions, step: Callable[[int], int]
) -> tuple[Positions, int]:
    """The chain from ``start`` over ``candidates`` (ascending), each with the position that follows it.

    ``step(position)`` gives the position that follows one that is no candidate, or -1 to stop there. Returns
    the chain
    and the position at which it stopped (which may be beyond the data, or a place for plain steps).
    """
    pieces: list[Positions] = []
    broken = np.flatnonzero(following[:-1] != candidates[1:])
    for _ in range(MOST_FAILURES):
        index = int(np.searchsorted(candidates, start))
        if index < len(candidates) and candidates[index] == start:
            hole = int(np.searchsorted(broken, index))
            last = int(broken[hole]) if hole < len(broken) else len(candidates) - 1
            pieces.append(candidates[index : last + 1])
            start = int(following[last])
            continue
        after = step(start)
        if after < 0:
            break
        pieces.append(np.array([start]))
        start = after
    return (np.concatenate(pieces) if pieces else np.empty(0, np.int64)), start
