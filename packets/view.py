"""Reading header fields of many frames at once: gather bytes at an array of positions."""

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
# Bytes of zeros behind the data, so that a field cut off by the end reads as zero, not as a fault.
PADDING = 64


class View:
    """The bytes of a batch, readable at arrays of positions; a position outside reads zeros.

    Whether a field really lies inside its frame is the caller's question: compare with the frame's end.
    """

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = np.concatenate([data, np.zeros(PADDING, np.uint8)])
        self._last = len(data)

    def _clip(self, at: Positions) -> Positions:
        return np.where((at < 0) | (at > self._last), self._last, at)

    def u8(self, at: Positions) -> NDArray[np.int64]:
        """One unsigned byte at each position."""
        return self._data[self._clip(at)].astype(np.int64)

    def u16(self, at: Positions) -> NDArray[np.int64]:
        """Two bytes, network byte order."""
        at = self._clip(at)
        return (self._data[at].astype(np.int64) << 8) | self._data[at + 1]

    def u32(self, at: Positions) -> NDArray[np.int64]:
        """Four bytes, network byte order."""
        at = self._clip(at)
        d = self._data
        high = (d[at].astype(np.int64) << 24) | (d[at + 1].astype(np.int64) << 16)
        return high | (d[at + 2].astype(np.int64) << 8) | d[at + 3]

    def u48(self, at: Positions) -> NDArray[np.int64]:
        """Six bytes, network byte order (a MAC address)."""
        return (self.u16(at) << 32) | self.u32(at + 2)

    def block(self, at: Positions, size: int) -> NDArray[np.uint8]:
        """``size`` bytes at each position, shape (n, size); ``size`` <= PADDING."""
        return self._data[self._clip(at)[:, None] + np.arange(size)]
