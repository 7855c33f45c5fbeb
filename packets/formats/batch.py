"""What a format's reader yields: raw frames in columns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Batch:
    """Consecutive frames of a capture, at most 65,536; one array per column, one element per frame."""

    data: NDArray[np.uint8]  # a window of the file; frames are slices of it
    offset: NDArray[np.int64]  # where in ``data`` the frame starts
    captured: NDArray[np.uint32]  # bytes of the frame in the file
    original: NDArray[np.uint32]  # bytes of the frame on the wire, as the file claims
    time_ns: NDArray[np.int64]  # nanoseconds since the Unix epoch (UTC)
    link_type: NDArray[np.uint16]  # LINKTYPE_ number of tcpdump.org; columns.NO_LINK: not a packet
    interface: NDArray[np.uint16]  # 0-based, counted through all sections and glued files
    fcs: NDArray[np.uint8]  # bytes of frame check sequence at the end of the frame, where the file says so
    first_frame: int  # 1-based number of the first frame, as Wireshark counts

    def __len__(self) -> int:
        return len(self.offset)


COLUMNS = ("offset", "captured", "original", "time_ns", "link_type", "interface", "fcs")
DTYPES = dict(zip(COLUMNS, ("i8", "u4", "u4", "i8", "u2", "u2", "u1"), strict=True))
