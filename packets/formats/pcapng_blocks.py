"""The blocks of pcapng that describe: sections, interfaces, statistics. Their options are hostile until
proven otherwise.

Source: draft-ietf-opsawg-pcapng.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.errors import printable
from packets.formats.clocks import MICROSECONDS, MOST_OFFSET
from packets.formats.reading import Comment, Reading, Secret
from packets.formats.window import Bytes

INTERFACE, PACKET, SIMPLE, NAMES, STATISTICS, ENHANCED = 1, 2, 3, 4, 5, 6
JOURNAL, SECRETS, CUSTOM, CUSTOM_NO_COPY, SECTION = 9, 10, 0xBAD, 0x40000BAD, 0x0A0D0D0A
SECTION_MAGIC = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
VERSIONS = ((1, 0), (1, 2))  # 1.2 is written by some, and means 1.0
MOST_INTERFACE = 65_535  # as far as the column of a batch counts

COMMENT = 1
_RESOLUTION, _FCS, _OFFSET, _DROPPED, _DROPPED_BY_SYSTEM = 9, 13, 14, 5, 7

INTERFACE_DTYPE = np.dtype(
    [
        ("link_type", "u2"),
        ("snaplen", "u4"),  # 0: no limit
        ("resolution", "u1"),  # if_tsresol as it stands in the file
        ("offset", "i8"),  # if_tsoffset, seconds
        ("fcs", "u1"),  # bytes
    ]
)


class Interfaces:
    """The interfaces of all sections of a pcapng file, in file order, as rows of INTERFACE_DTYPE.

    They are counted through the whole reading: the file's first one has the number ``start``, and a
    section's own
    numbers begin at ``first``.
    """

    def __init__(self, start: int) -> None:
        self.start = self.first = self.end = start
        self._rows = np.zeros(8, INTERFACE_DTYPE)

    def add(self, row: tuple[int, int, int, int, int]) -> None:
        """Append one more interface, a row of INTERFACE_DTYPE."""
        count = self.end - self.start
        if count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros(count, INTERFACE_DTYPE)])
        self._rows[count] = row
        self.end += 1

    def rows(self, numbers: NDArray[np.int64]) -> NDArray[np.void]:
        """The rows of interfaces by their counted-through numbers."""
        return self._rows[numbers - self.start]


@dataclass
class Section:
    """The section that is being read."""

    order: str  # "<" or ">"
    interfaces: Interfaces


def options(data: Bytes, start: int, end: int, order: str, reading: Reading) -> Iterator[tuple[int, bytes]]:
    """Code and value of each option in ``data[start:end]``; what is wrong ends the options, not the file."""
    head = struct.Struct(order + "HH").unpack_from
    for _ in range(reading.limits.most_options):
        if start + 4 > end:
            return
        code, length = head(data, start)
        if code == 0:  # opt_endofopt
            return
        if start + 4 + length > end:
            break
        yield code, bytes(data[start + 4 : start + 4 + length])
        start += 4 + (length + 3 & ~3)
    reading.count("options")


def interface(
    data: Bytes, at: int, total: int, order: str, reading: Reading
) -> tuple[int, int, int, int, int]:
    """A row of INTERFACE_DTYPE from an interface description block; one too short describes nothing known."""
    if total < 20:
        reading.count("bad_block")
        return 0xFFFE, 0, MICROSECONDS, 0, 0
    link_type, snaplen = struct.unpack_from(order + "H2xI", data, at + 8)
    resolution, offset, fcs = MICROSECONDS, 0, 0
    for code, value in options(data, at + 16, at + total - 4, order, reading):
        if code == _RESOLUTION and len(value) == 1:
            resolution = value[0]
        elif code == _FCS and len(value) == 1:
            fcs = value[0] if value[0] <= 4 else value[0] // 8  # bits by the draft, bytes by some writers
        elif code == _OFFSET and len(value) == 8:
            offset = _bounded(struct.unpack(order + "q", value)[0], reading)
    return link_type, snaplen, resolution, offset, fcs


def _bounded(offset: int, reading: Reading) -> int:
    if abs(offset) <= MOST_OFFSET:
        return offset
    reading.count("time")
    return max(-MOST_OFFSET, min(MOST_OFFSET, offset))


def statistics(data: Bytes, at: int, total: int, order: str, reading: Reading, first: int) -> None:
    """Note how many packets an interface lost, by its own count; a later block replaces an earlier one."""
    if total < 24:
        reading.count("bad_block")
        return
    (number,) = struct.unpack_from(order + "I", data, at + 8)
    lost = [
        struct.unpack(order + "Q", value)[0]
        for code, value in options(data, at + 20, at + total - 4, order, reading)
        if code in (_DROPPED, _DROPPED_BY_SYSTEM) and len(value) == 8
    ]
    if lost and number <= MOST_INTERFACE:
        reading.dropped[first + number] = min(sum(lost), 2**63)


def secrets(data: Bytes, at: int, total: int, order: str, reading: Reading) -> None:
    """Keep the keys of a decryption secrets block, for whoever may decrypt; nobody is shown them."""
    if total < 20:
        reading.count("bad_block")
        return
    kind, length = struct.unpack_from(order + "II", data, at + 8)
    start = at + 16
    stop = min(start + length, at + total - 4)
    kept = sum(len(secret.data) for secret in reading.secrets)
    if kept + stop - start <= reading.limits.most_secrets:
        reading.secrets.append(Secret(kind, bytes(data[start:stop])))


def comment(frame: int | None, value: bytes, reading: Reading) -> None:
    """Keep what somebody wrote, as text that can be shown."""
    if len(reading.comments) < reading.limits.most_comments:
        most = reading.limits.most_comment
        reading.comments.append(Comment(frame, printable(value[: 4 * most], most)))
    else:
        reading.count("comments")


def section_comments(data: Bytes, at: int, total: int, order: str, reading: Reading) -> None:
    """Comments of a section header."""
    for code, value in options(data, at + 24, at + total - 4, order, reading):
        if code == COMMENT:
            comment(None, value, reading)
