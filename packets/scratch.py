"""Arrays that may grow larger than memory should: beyond some size they lie in files without a name, which
end with the process.

The pages of a file belong to the system's page cache, which takes them back when memory is short; what the
process itself has mapped of them is let go with ``forget``.
"""

import mmap
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_GROWTH = 1.5
FORGET_EVERY = 48 * 1024 * 1024  # bytes of reserved rows after which mapped pages are let go
IN_MEMORY = 16 * 1024 * 1024  # bytes; below, a file would only cost page faults


class Scratch:
    """A growing array of rows of ``dtype`` (and ``width`` columns, when it has some).

    Either rows are appended and shown by ``map`` at the end, or room is reserved and filled through ``view``.
    """

    def __init__(self, dtype: Any, width: int = 0, in_memory: int = IN_MEMORY) -> None:
        self.dtype, self._width = np.dtype(dtype), width
        self.row_bytes = self.dtype.itemsize * max(width, 1)
        self._file: IO[bytes] | None = None
        self._map: mmap.mmap | None = None
        self._buffer = np.empty(self._shape(0), self.dtype)
        self.rows = 0  # rows that were appended
        self._forgotten = 0  # rows that were reserved when pages were let go last
        # Memory that nobody has touched yet costs nothing.
        self.view: NDArray[Any] = np.zeros(self._shape(in_memory // self.row_bytes), self.dtype)

    def _shape(self, rows: int) -> tuple[int, ...]:
        return (rows, self._width) if self._width else (rows,)

    def append(self, count: int, fill: Callable[[NDArray[Any]], None]) -> None:
        """Put rows behind the last one; ``fill`` writes them into the place that it is given."""
        stop = self.rows + count
        if self._file is None and stop <= len(self.view):
            fill(self.view[self.rows : stop])
        else:
            file = self._in_file(self.view[: self.rows])
            if len(self._buffer) < count:  # used again: fresh memory costs more than filling it
                self._buffer = np.empty(self._shape(count), self.dtype)
            fill(self._buffer[:count])
            file.write(self._buffer[:count].data)
        self.rows = stop

    def _in_file(self, rows: NDArray[Any]) -> IO[bytes]:
        """The file, begun with the rows that were in memory."""
        if self._file is None:
            import tempfile  # only large captures need it

            self._file = tempfile.TemporaryFile(prefix="replaybook-")  # noqa: SIM115 (as long as the array)
            self._file.write(rows.data)
            self.view = np.zeros(self._shape(0), self.dtype)
        return self._file

    def reserve(self, rows: int) -> None:
        """Make sure that ``view`` has room for so many rows; new ones are zero. Earlier views lapse."""
        if rows > len(self.view):
            room = max(int(len(self.view) * _GROWTH), rows)
            self._in_file(self.view).truncate(room * self.row_bytes)
            self.map(room)
        if (rows - self._forgotten) * self.row_bytes > FORGET_EVERY:
            self.forget()
            self._forgotten = rows

    def map(self, rows: int | None = None) -> None:
        """Show all rows that were appended (or so many) in ``view``."""
        rows = self.rows if rows is None else rows
        if self._file is None:
            self.view = self.view[:rows]
            return
        self._file.flush()
        self._map = mmap.mmap(self._file.fileno(), rows * self.row_bytes)
        self.view = np.frombuffer(self._map, self.dtype).reshape(self._shape(rows))

    def forget(self) -> None:
        """Let the mapped pages go; they come back from the page cache when they are looked at again."""
        if self._map is not None:
            self._map.madvise(mmap.MADV_DONTNEED)
