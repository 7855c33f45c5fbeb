"""Packets in the order of their connections: a counting sort, which is stable and takes one pass."""

from packets.kernel.rows import Row


def sort(owner: Row, first: Row, order: Row, loose: int) -> int:
    """Put each packet's number into ``order`` at its connection's next place.

    ``owner``: connection of each packet, -1: of none; these come first, ``loose`` of them. ``first``: where
    each connection's packets begin; it is used up. Returns the number of packets.
    """
    alone = 0
    for packet in range(len(owner)):
        connection = owner[packet]
        if connection < 0:
            order[alone] = packet
            alone += 1
        else:
            order[first[connection]] = packet
            first[connection] += 1
    return len(owner) if alone == loose else -1
