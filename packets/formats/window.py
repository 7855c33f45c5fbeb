"""A moving window over a stream of bytes: all that the reader ever holds of a file."""

from collections.abc import Callable

Bytes = bytes | bytearray
Fill = Callable[[memoryview], int]  # writes into the view from its start; how many bytes, 0 at the end

# The window that is read, the one before (in batches not yet let go), and one for a reader that looks back.
_KEPT = 3


class Window:
    """``data`` are the bytes of the stream from position ``origin`` on; ``ended`` when the stream has no
    more.

    Arrays over ``data`` stay valid when the window moves on. Memory that nobody looks at any more is used
    again: fresh
    pages from the kernel would cost more than all the rest of the reading.
    """

    def __init__(self, fill: Fill, size: int) -> None:
        self._fill, self._size = fill, size
        self._spare: list[bytearray] = []
        self.data: Bytes = b""
        self.origin, self.ended = 0, False
        self.move(0)

    def move(self, to: int, need: int = 0) -> None:
        """Drop the bytes before ``data[to]``, then read on until the window is full (or holds ``need``
        bytes).
        """
        kept = len(self.data) - to
        if self.ended or kept >= max(self._size, need):
            self.data = self.data[to:]
        else:
            self._refill(to, kept, max(self._size, need))
        self.origin += to

    def _refill(self, to: int, kept: int, size: int) -> None:
        buffer = self._free(size)
        with memoryview(buffer) as view, memoryview(self.data) as old:
            view[:kept] = old[to:]
            filled = kept
            while filled < size and not self.ended:
                read = self._fill(view[filled:])
                self.ended = not read
                filled += read
            whole = filled == size
            short = b"" if whole else bytes(view[:filled])
        self.data = buffer if whole else short

    def _free(self, size: int) -> bytearray:
        """Memory of this size: of an earlier window if no array looks at it, else new."""
        for buffer in self._spare:
            if buffer is not self.data and len(buffer) == size and not _looked_at(buffer):
                return buffer
        fresh = bytearray(size)
        self._spare = [*self._spare[1 - _KEPT :], fresh]
        return fresh


def _looked_at(buffer: bytearray) -> bool:
    """Python refuses to resize a bytearray as long as an array or a view shows its memory."""
    try:
        buffer.append(0)
    except BufferError:
        return True
    buffer.pop()
    return False
