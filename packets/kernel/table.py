"""Hash tables of the kernel: open addressing in one flat array, the keys mixed by multiplication.

A slot is four numbers: two of the key, the value + 1 (0: the slot is free), and one more.
"""

import os

from packets.kernel.rows import Row

SLOT = 4
A, B, VALUE, MORE = 0, 1, 2, 3
# Products are cut to 62 bits, where compiled numbers that wrap around and Python's that do not still agree.
MASK = (1 << 62) - 1
_FIRST, _SECOND = 0x9E3779B97F4A7C1 & MASK, 0xC2B2AE3D27D4EB5 & MASK
# Nobody who makes a capture may know where its keys will lie: chosen so that they all meet, they would make
# reading quadratic. Each process has its own number, or each compiled kernel; no fact depends on it.
SEED = int.from_bytes(os.urandom(7), "big")


def mix(a: int, b: int) -> int:
    """A well spread number of 32 bits from two that may be regular."""
    mixed = ((a ^ (a >> 29)) * _FIRST) & MASK
    mixed = ((mixed ^ (mixed >> 31) ^ b) * _SECOND) & MASK
    mixed = ((mixed ^ (mixed >> 29)) * _FIRST) & MASK
    return (mixed >> 30) & 0xFFFFFFFF


def first(slots: Row, a: int, b: int) -> int:
    """Index of the slot where the search for a key begins."""
    return (mix(a ^ SEED, b) & (len(slots) // SLOT - 1)) * SLOT  # the number of slots is a power of two


def following(slots: Row, at: int) -> int:
    """Index of the slot where the search goes on; a table is never full, so it ends."""
    return (at + SLOT) & (len(slots) - 1)


def find(slots: Row, a: int, b: int) -> int:
    """Index of the slot of a key, or of the free one where it belongs."""
    at = first(slots, a, b)
    while slots[at + VALUE] and (slots[at + A] != a or slots[at + B] != b):
        at = following(slots, at)
    return at


def put(slots: Row, at: int, a: int, b: int, value: int, more: int) -> None:
    """Fill a slot."""
    slots[at + A], slots[at + B], slots[at + VALUE], slots[at + MORE] = a, b, value + 1, more


def move(old: Row, new: Row) -> int:
    """Enter all slots of a table into a larger one; how many."""
    moved = 0
    for at in range(0, len(old), SLOT):
        if old[at + VALUE]:
            there = first(new, old[at + A], old[at + B])
            while new[there + VALUE]:  # no two entries are of the same thing, though keys may be equal
                there = following(new, there)
            put(new, there, old[at + A], old[at + B], old[at + VALUE] - 1, old[at + MORE])
            moved += 1
    return moved
