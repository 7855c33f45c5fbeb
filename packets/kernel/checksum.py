"""TCP checksums of whole packets (RFC 9293 section 3.1)."""

from packets.columns import TCP
from packets.kernel import fields as f
from packets.kernel.bytes import Bytes, u16
from packets.kernel.rows import Row


def tcp(data: Bytes, at: int, row: Row, words: Row) -> int:
    """1 good, 0 wrong, -1 not known (a fragment, or cut off), for the segment at ``at``."""
    end = row[f.STOP]
    size = end - at
    if row[f.FRAGMENT] or size != row[f.HEADER] + row[f.LENGTH] or size < 20:
        return -1
    total = TCP + size
    for word in range(6):
        total += _sum(words[word])
    for place in range(at, end, 2):
        total += u16(data, place, end)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 1 if total == 0xFFFF else 0


def _sum(word: int) -> int:
    return (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32)
