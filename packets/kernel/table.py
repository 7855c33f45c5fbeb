"""Hash tables of the kernel: open addressing in one flat array, the keys mixed by multiplication.

A slot is four numbers: two of the key, the value + 1 (0: the slot is free), and one more.
"""

from packets.kernel.rows import Row

SLOT = 4
A, B, VALUE, MORE = 0, 1, 2, 3
# Products are cut to 62 bits, where compiled numbers that wrap around and Python's that do not still agree.
MASK = (1 << 62) - 1
_FIRST, _SECOND = 0x9E3779B97F4A7C1 & MASK, 0xC2B2AE3D27D4EB5 & MASK


def mix(a: int, b: int) -> int:
    """A well spread number of 32 bits from two that may be regular."""
    mixed = ((a ^ (a >> 29)) * _FIRST) & MASK
    mixed = ((mixed ^ (mixed >> 31) ^ b) * _SECOND) & MASK
    mixed = ((mixed ^ (mixed >> 29)) * _FIRST) & MASK
    return (mixed >> 30) & 0xFFFFFFFF


def find(slots: Row, a: int, b: int) -> int:
    """Index of the slot of a key, or of the free one where it belongs."""
    last = len(slots) // SLOT - 1  # the number of slots is a power of two
    at = mix(a, b) & last
    while slots[at * SLOT + VALUE] and (slots[at * SLOT + A] != a or slots[at * SLOT + B] != b):
        at = (at + 1) & last
    return at * SLOT


def put(slots: Row, at: int, a: int, b: int, value: int, more: int) -> None:
    """Fill a slot."""
    slots[at + A], slots[at + B], slots[at + VALUE], slots[at + MORE] = a, b, value + 1, more


def move(old: Row, new: Row) -> int:
    """Enter all slots of a table into a larger one; how many."""
    moved = 0
    for at in range(0, len(old), SLOT):
        if old[at + VALUE]:
            there = find(new, old[at + A], old[at + B])
            put(new, there, old[at + A], old[at + B], old[at + VALUE] - 1, old[at + MORE])
            moved += 1
    return moved
