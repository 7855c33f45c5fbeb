"""Arrays that may grow larger than memory should: in files without a name, which end with the process.

Their pages belong to the kernel's page cache, which gives them back when memory is short; what the process
itself has mapped of them is let go with ``forget``.
"""

import mmap
import tempfile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_GROWTH = 1.5


class Scratch:
    """A growing array of rows of ``dtype`` (and ``width`` columns, when it has some)."""

    def __init__(self, dtype: Any, width: int = 0) -> None:
        self.dtype, self._width = np.dtype(dtype), width
        self.row_bytes = self.dtype.itemsize * max(width, 1)
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="replaybook-")  # noqa: SIM115 (as long as the array)
        self._map: mmap.mmap | None = None
        self.rows = 0  # rows in use
        self.room = 0  # rows that the file has room for
        self.view: NDArray[Any] = self._empty()

    def _empty(self) -> NDArray[Any]:
        return np.empty((0, self._width) if self._width else 0, self.dtype)

    def append(self, rows: NDArray[Any]) -> None:
        """Write rows behind the last one."""
        self._file.write(rows.data)
        self.rows += len(rows)
        self.room = self.rows

    def reserve(self, rows: int) -> None:
        """Make sure that ``view`` has room for so many rows; new ones are zero. Earlier views stay valid."""
        if rows <= self.room:
            return
        self.room = max(int(self.room * _GROWTH), rows)
        self._file.truncate(self.room * self.row_bytes)
        self.map()

    def map(self) -> NDArray[Any]:
        """All rows that the file has room for, as an array that shows and changes them."""
        self._file.flush()
        if not self.room:
            self.view = self._empty()
            return self.view
        self._map = mmap.mmap(self._file.fileno(), self.room * self.row_bytes)
        flat = np.frombuffer(self._map, self.dtype)
        self.view = flat.reshape(-1, self._width) if self._width else flat
        return self.view

    def forget(self) -> None:
        """Let the mapped pages go; they come back from the page cache when they are looked at again."""
        if self._map is not None:
            self._map.madvise(mmap.MADV_DONTNEED)
