"""What a capture shows of its own making: frames cut short, recorded twice, out of time, or larger than any
network carries; wrong checksums; and what was not understood.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from packets import columns
from packets.kernel import fields as f
from packets.kernel import tallies

Ints = NDArray[np.int64]
MOST_WRONG = 10_000  # wrong checksums kept

# One wrong TCP checksum.
CHECKSUM_DTYPE = np.dtype(
    [
        ("frame", "u4"),
        ("connection", "i4"),
        ("side", "u1"),  # as in the kernel
        ("source", "i4"),  # host number
        ("ttl", "u1"),
        ("carries", "?"),  # data, SYN or FIN, which the other side would acknowledge
    ]
)


@dataclass(frozen=True)
class Noted:
    """How many frames show something, and the first of them."""

    count: int
    frames: tuple[int, ...]

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass
class Recording:
    """Facts about the recording; complete at the end of the capture, true of what was read until then
    before.
    """

    cut: Noted = Noted(0, ())  # frames with fewer bytes in the file than on the wire
    longest_cut: int = 0  # bytes that were kept of the longest of them
    copies: Noted = Noted(0, ())  # packets that were recorded before (believed only, see packets/doubling.py)
    steps: Noted = Noted(0, ())  # frames before which the clock jumped (kernel/tallies.py: BACK, AHEAD)
    largest_step_ns: int = 0
    large: Noted = Noted(0, ())  # TCP segments longer than their receiver's MSS, or than any network's frame
    largest_frame: int = 0  # bytes
    wrong_checksums: NDArray[np.void] = field(default_factory=lambda: np.zeros(0, CHECKSUM_DTYPE))
    not_understood: Counter[tuple[int, int]] = field(default_factory=Counter)  # (reason, what) to frames
    protocols: Counter[int] = field(default_factory=Counter)  # IANA number (0: not IP, 256: ARP) to packets

    def see(self, rows: Ints) -> None:
        """Take note of some packets (rows of the kernel)."""
        wrong = rows[rows[:, f.CHECKSUM] == 0]
        if len(wrong) and len(self.wrong_checksums) < MOST_WRONG:
            self.wrong_checksums = np.concatenate([self.wrong_checksums, _checksums(wrong)])
        strange = rows[:, f.ODD]
        if strange.any():
            values, counts = np.unique(strange[strange > 0], return_counts=True)
            for value, count in zip(values.tolist(), counts.tolist(), strict=True):
                self.not_understood[value & 0xFF, value >> 8] += count
        counts = np.bincount(rows[:, f.PROTOCOL], minlength=257)
        for protocol in np.flatnonzero(counts).tolist():
            self.protocols[protocol] += int(counts[protocol])

    def count(self, notes: Ints, g: Ints) -> None:
        """Take over what the kernel counted."""
        self.cut, self.copies = _noted(notes[tallies.CUT]), _noted(notes[tallies.COPIES])
        self.steps, self.large = _noted(notes[tallies.STEPS]), _noted(notes[tallies.LARGE])
        self.longest_cut, self.largest_frame = int(g[tallies.LONGEST_CUT]), int(g[tallies.LARGEST])
        self.largest_step_ns = int(g[tallies.STEP])


def _checksums(rows: Ints) -> NDArray[np.void]:
    out = np.zeros(len(rows), CHECKSUM_DTYPE)
    places = (f.FRAME, f.CONNECTION, f.SIDE, f.SOURCE, f.TTL)
    for name, at in zip(("frame", "connection", "side", "source", "ttl"), places, strict=True):
        out[name] = rows[:, at]
    control = (rows[:, f.FLAGS] & (columns.SYN | columns.FIN)) != 0
    out["carries"] = (rows[:, f.CONNECTION] >= 0) & ((rows[:, f.LENGTH] > 0) | control)
    return out


def _noted(row: Ints) -> Noted:
    count = int(row[tallies.COUNT])
    return Noted(count, tuple(row[1 : 1 + min(count, tallies.KEPT)].tolist()))


__all__ = ["CHECKSUM_DTYPE", "Noted", "Recording"]
