"""A pool of small records, shared by all connections: what was sent and not yet acknowledged, and what is
missing. Each belongs to one chain; a chain that would grow too long forgets its oldest.
"""

from packets.kernel import tallies
from packets.kernel.rows import Row

NODE = 4
FIRST, SECOND, THIRD, NEXT = 0, 1, 2, 3
# A node of what was sent: its end, when it was sent last, 0 when it was sent once, else
# AMBIGUOUS, or the timestamp of the last sending + STAMPED.
END, SENT, AGAIN = FIRST, SECOND, THIRD
AMBIGUOUS, STAMPED = 1, 2
# A node of what is missing: from START up to STOP; 1 when the other side acknowledged all of it.
START, STOP, ACKED = FIRST, SECOND, THIRD


def take(pool: Row, g: Row) -> int:
    """A free node (its index in the pool + 1); 0 when all are in use."""
    free = g[tallies.FREE]
    if free:
        g[tallies.FREE] = pool[free - 1 + NEXT]
        return free
    at = g[tallies.NODES] * NODE
    if at + NODE > len(pool):
        return 0
    g[tallies.NODES] += 1
    return at + 1


def give(pool: Row, g: Row, node: int) -> None:
    """Let a node be used again."""
    pool[node - 1 + NEXT] = g[tallies.FREE]
    g[tallies.FREE] = node


def append(pool: Row, g: Row, chain: Row, at: int, most: int) -> int:
    """A new node at the end of the chain whose first and last node and length stand in ``chain[at : at +
    3]``.

    Returns the node, 0 when there is none to be had. The oldest node makes room where ``most`` are in use.
    """
    node = 0
    if chain[at + 2] >= most:
        node = chain[at]
        chain[at] = pool[node - 1 + NEXT]
        chain[at + 2] -= 1
        if not chain[at]:
            chain[at + 1] = 0
    else:
        node = take(pool, g)
    if node:
        pool[node - 1 + NEXT] = 0
        if chain[at + 1]:
            pool[chain[at + 1] - 1 + NEXT] = node
        else:
            chain[at] = node
        chain[at + 1] = node
        chain[at + 2] += 1
    return node


def unlink(pool: Row, g: Row, chain: Row, at: int, before: int, node: int) -> int:
    """Take a node out of its chain (``before``: the one before it, 0: it is the first); the one behind it."""
    following = pool[node - 1 + NEXT]
    if before:
        pool[before - 1 + NEXT] = following
    else:
        chain[at] = following
    if not following:
        chain[at + 1] = before
    chain[at + 2] -= 1
    give(pool, g, node)
    return following


def drop(pool: Row, g: Row, chain: Row, at: int) -> None:
    """Give back all nodes of a chain."""
    while chain[at]:
        unlink(pool, g, chain, at, 0, chain[at])
