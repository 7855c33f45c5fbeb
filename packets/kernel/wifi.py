"""802.11: data frames that are not encrypted lead on to what they carry; all others are named and left.

Source: IEEE 802.11-2020 section 9.2 and 9.3.2; radiotap.org.
"""

from packets.kernel import fields as f
from packets.kernel import odd
from packets.kernel.bytes import Bytes, swapped32, u8, u16, u32, u48
from packets.kernel.rows import Row

WIFI, PRISM, RADIOTAP, AVS = 105, 119, 127, 163
UNKNOWN = -1
_DATA, _PROTECTED, _ORDER, _A_MSDU, _PADDED = 2, 0x40, 0x80, 0x80, 0x20
_PRISM_SIZE = 144  # bytes
_MOST_WORDS = 8  # presence bitmaps of radiotap


def knows(kind: int) -> bool:
    """Whether it is one of the link types of 802.11."""
    return kind in (WIFI, PRISM, RADIOTAP, AVS)


def header(data: Bytes, at: int, end: int, kind: int, row: Row) -> tuple[int, int]:
    """From the start of the frame to what it carries: position and EtherType."""
    padded = False
    if kind == RADIOTAP:
        padded = _radiotap_flags(data, at, end) & _PADDED > 0
        at += u8(data, at + 2, end) | u8(data, at + 3, end) << 8
    elif kind == PRISM:
        at += _PRISM_SIZE
    elif kind == AVS:
        at += u32(data, at + 4, end)
    if at + 10 > end:
        row[f.ODD] = odd.CUT_LINK
        return end, UNKNOWN
    return _frame(data, at, end, padded, row)


def _radiotap_flags(data: Bytes, at: int, end: int) -> int:
    """The flags field: behind the presence words, and the 64-bit clock where that is present."""
    first = swapped32(u32(data, at + 4, end))
    if not first & 2:
        return 0
    words, word = 1, first
    while word >> 31 and words < _MOST_WORDS:
        word = swapped32(u32(data, at + 4 + 4 * words, end))
        words += 1
    field = 4 + 4 * words
    if first & 1:
        field = (field + 7) // 8 * 8 + 8
    return u8(data, at + field, end)


def _frame(data: Bytes, at: int, end: int, padded: bool, row: Row) -> tuple[int, int]:
    control, flags = u8(data, at, end), u8(data, at + 1, end)
    subtype = control >> 4
    if (control >> 2 & 3) != _DATA or subtype & 4:  # management, control, and data frames without data
        row[f.ODD] = odd.NOT_DATA
        return end, UNKNOWN
    row[f.MAC] = _sender(data, at, end, flags & 3)
    size = 24 + (6 if flags & 3 == 3 else 0)
    if flags & _PROTECTED:
        row[f.ODD] = odd.ENCRYPTED
        return end, UNKNOWN
    bundle = False
    if subtype & 8:  # QoS
        bundle = u8(data, at + size, end) & _A_MSDU > 0
        size += 2 + (4 if flags & _ORDER else 0)
    if padded:
        size = (size + 3) // 4 * 4
    if bundle:  # the first of the bundled frames: two addresses and a length come before it
        size += 14
    return _snap(data, at + size, end)


def _sender(data: Bytes, at: int, end: int, distribution: int) -> int:
    """The source address lies elsewhere when the distribution system relays (to DS 1, from DS 2)."""
    if distribution == 3:
        return u48(data, at + 24, end)
    return u48(data, at + 16, end) if distribution == 2 else u48(data, at + 10, end)


def _snap(data: Bytes, at: int, end: int) -> tuple[int, int]:
    if u16(data, at, end) != 0xAAAA or u8(data, at + 2, end) != 3:
        return at, UNKNOWN
    return at + 8, u16(data, at + 6, end)
