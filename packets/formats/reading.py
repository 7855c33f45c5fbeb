"""What is known and carried on while one capture is read, whatever its formats: counts, notes, and how a
part ended.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packets.columns import NO_LINK
from packets.errors import Note, Text
from packets.formats.batch import COLUMNS, DTYPES, Batch
from packets.formats.limits import Limits
from packets.formats.window import Bytes

Columns = dict[str, NDArray[np.generic]]  # the columns of a batch by name


class End(Enum):
    """Why the reading of one part (a capture file within the stream) stopped."""

    WHOLE = "whole"  # at the end of the stream, nothing missing
    CUT = "cut"  # in the middle of a record: the stream is too short
    DAMAGED = "damaged"  # at bytes that are no record
    ZEROS = "zeros"  # at bytes that are all zero
    GLUED = "glued"  # at the header of another capture file


@dataclass(frozen=True)
class Ending:
    """``at``: position in the window's data; ``why``: the fact, as a clause in both languages, when damaged
    or cut.
    """

    end: End
    at: int
    why: Text | None = None


@dataclass(frozen=True)
class Secret:
    """Keys of a decryption secrets block of pcapng. ``kind``: secrets type, such as 0x544C534B for TLS."""

    kind: int
    data: bytes = field(repr=False)  # not even a traceback or a log shows them


@dataclass(frozen=True)
class Comment:
    """What somebody wrote into the capture: about all of it (frame None) or about one frame (1-based)."""

    frame: int | None
    text: str  # fit to be shown: see errors.printable


@dataclass
class Reading:
    """The journal of one reading; the formats write it, the source shows it."""

    limits: Limits
    notes: list[Note] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # oddities, told as notes at the end (oddities.py)
    first_at: dict[str, tuple[int | None, int | None]] = field(
        default_factory=dict
    )  # their first frame and byte
    frames: int = 0
    interfaces: int = 0
    last_ns: int = 0  # time of the last frame that had one
    link_types: set[int] = field(default_factory=set)  # of the packets read
    dropped: dict[int, int] = field(default_factory=dict)  # interface: packets that its statistics call lost
    truncated: bool = False
    comments: list[Comment] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list, repr=False)

    def note(self, code: str, text: Text, frame: int | None = None, byte: int | None = None) -> None:
        """Tell something at once."""
        self.notes.append(Note(code, text, frame, byte))

    def count(self, oddity: str, times: int = 1, frame: int | None = None, byte: int | None = None) -> None:
        """One or more oddities of a kind; where the first one was is kept."""
        if times:
            self.counts[oddity] += times
            self.first_at.setdefault(oddity, (frame, byte))

    def batches(self, data: Bytes, columns: Columns) -> Iterator[Batch]:
        """Cut columns into batches and number their frames."""
        buffer = np.frombuffer(data, np.uint8)
        buffer.flags.writeable = False
        ready = {name: columns[name].astype(DTYPES[name], copy=False) for name in COLUMNS}
        self.link_types.update(int(kind) for kind in np.unique(ready["link_type"]) if kind != NO_LINK)
        for start in range(0, len(ready["offset"]), self.limits.most_rows):
            rows = slice(start, start + self.limits.most_rows)
            cut: Any = {name: column[rows] for name, column in ready.items()}
            batch = Batch(data=buffer, **cut, first_frame=self.frames + 1)
            self.frames += len(batch)
            yield batch


def joined(pieces: list[Columns]) -> Columns:
    """The columns of several stretches of one window as one."""
    if len(pieces) == 1:
        return pieces[0]
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in COLUMNS}
