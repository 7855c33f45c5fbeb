"""The only door to bytes from strangers: what lies at or behind the end of its packet reads as zero."""

from collections.abc import Sequence

Bytes = Sequence[int]


def u8(data: Bytes, at: int, end: int) -> int:
    """One byte."""
    if 0 <= at < end:
        return 0 + data[at]  # the sum makes a signed 64-bit number of a compiled byte
    return 0


def u16(data: Bytes, at: int, end: int) -> int:
    """Two bytes, network byte order."""
    if at >= 0 and at + 2 <= end:
        return (0 + data[at]) << 8 | (0 + data[at + 1])
    return u8(data, at, end) << 8


def u32(data: Bytes, at: int, end: int) -> int:
    """Four bytes, network byte order."""
    if at >= 0 and at + 4 <= end:
        return (0 + data[at]) << 24 | (0 + data[at + 1]) << 16 | (0 + data[at + 2]) << 8 | (0 + data[at + 3])
    return u16(data, at, end) << 16 | u16(data, at + 2, end)


def u48(data: Bytes, at: int, end: int) -> int:
    """Six bytes, network byte order: a MAC address."""
    return u16(data, at, end) << 32 | u32(data, at + 2, end)


def swapped32(value: int) -> int:
    """The same four bytes in the other order."""
    return (value & 0xFF) << 24 | (value & 0xFF00) << 8 | (value >> 8) & 0xFF00 | value >> 24
