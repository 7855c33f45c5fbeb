"""From record to record of a capture file: each says where the next one starts."""

from packets.kernel.bytes import Bytes, swapped32, u32
from packets.kernel.rows import Row


def walk(
    data: Bytes, start: int, head: int, length_at: int, big: int, pcapng: int, out: Row, most: int
) -> int:
    """Positions of up to ``most`` records whose first ``head`` bytes lie in ``data``; how many.

    The record at p has its length at p + ``length_at`` (``big``: 1 for network byte order). In pcap the next
    one starts ``head`` + length bytes on; in pcapng length bytes on, and a length below 12 or no multiple of
    4 leads nowhere. Behind the positions stands where the next record would start, -1: nowhere.
    """
    found, at, size = 0, start, len(data)
    while found < most and at + head <= size:
        length = u32(data, at + length_at, size)
        if not big:
            length = swapped32(length)
        out[found] = at
        found += 1
        if not pcapng:
            at += head + length
        elif length < 12 or length & 3:
            at = -1
            break
        else:
            at += length
    out[found] = at
    return found
