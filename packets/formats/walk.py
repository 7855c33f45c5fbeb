"""From record to record of a file: the chain of their positions, and the bytes at them."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from packets import compiled
from packets.formats.window import Bytes
from packets.kernel import walk

Positions = NDArray[np.int64]


def chain(
    data: Bytes, start: int, head: int, length_at: int, order: str, form: Literal["pcap", "pcapng"], most: int
) -> Positions:
    """Positions of up to ``most`` records from ``start`` on, whose first ``head`` bytes lie in ``data``.

    The length of a record lies ``length_at`` bytes into it, in byte order ``order``. The chain ends at a
    block of pcapng whose length leads nowhere.
    """
    most = max(min(most, (len(data) - start) // (12 if form == "pcapng" else head) + 1), 0)
    numbers = (start, head, length_at, int(order == ">"), int(form == "pcapng"))
    entries = compiled.entries()
    if entries is None:
        out = [0] * (most + 1)
        return np.array(out[: walk.walk(memoryview(data), *numbers, out, most)], np.int64)
    positions = np.empty(most + 1, np.int64)
    view = np.frombuffer(data, np.uint8)
    found = entries["replaybook_walk"](view.ctypes.data, len(data), *numbers, positions.ctypes.data, most)
    return positions[:found].copy()


def gather(data: Bytes, positions: Positions, width: int) -> NDArray[np.uint8]:
    """The ``width`` bytes at each position, as rows of a contiguous array; all of them must lie within
    ``data``.
    """
    if not len(positions):
        return np.empty((0, width), np.uint8)
    rolling = np.ndarray((len(data) - width + 1,), dtype=f"V{width}", buffer=data, strides=(1,))
    return rolling[positions].view(np.uint8).reshape(-1, width)
