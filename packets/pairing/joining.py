"""Equal rows of two tables, found by sorting: what is the same in both, and how often."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
_ODD = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # splitmix64's constants


def keys(*columns: NDArray[np.generic]) -> Keys:
    """One number for each row of some integer columns; equal rows have equal numbers.

    Others differ but for one chance in 2^64, so callers compare what they rely on.
    """
    mixed = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        mixed = _mix(mixed ^ column.astype(np.int64).view(np.uint64))
    return mixed


def _mix(values: Keys) -> Keys:
    step, first, second = (np.uint64(odd) for odd in _ODD)
    values = values + step
    values = (values ^ (values >> np.uint64(30))) * first
    values = (values ^ (values >> np.uint64(27))) * second
    return values ^ (values >> np.uint64(31))


@dataclass(frozen=True)
class Groups:
    """Rows of two tables grouped by equal keys.

    ``here`` and ``there``: row numbers, ordered by group, in their old order within it. ``first_…`` and
    ``count_…``: where the rows of each group lie in them.
    """

    here: Ints
    there: Ints
    first_here: Ints
    first_there: Ints
    count_here: Ints
    count_there: Ints

    def pairs(self, wanted: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The rows of the wanted groups, whose counts are equal, side by side."""
        mine, yours = np.repeat(wanted, self.count_here), np.repeat(wanted, self.count_there)
        return self.here[mine], self.there[yours]

    @property
    def single(self) -> tuple[Ints, Ints]:
        """Rows that are the only ones with their key on either side."""
        return self.pairs((self.count_here == 1) & (self.count_there == 1))

    @property
    def even(self) -> tuple[Ints, Ints]:
        """Rows of groups with as many on either side, the first with the first."""
        return self.pairs(self.count_here == self.count_there)

    @property
    def uneven(self) -> list[tuple[Ints, Ints]]:
        """The groups with rows on both sides, but not as many."""
        both = (self.count_here > 0) & (self.count_there > 0) & (self.count_here != self.count_there)
        return [(self._rows_here(at), self._rows_there(at)) for at in np.flatnonzero(both).tolist()]

    def _rows_here(self, at: int) -> Ints:
        return self.here[self.first_here[at] : self.first_here[at] + self.count_here[at]]

    def _rows_there(self, at: int) -> Ints:
        return self.there[self.first_there[at] : self.first_there[at] + self.count_there[at]]


def grouped(here: Keys, there: Keys, mine: Ints | None = None, yours: Ints | None = None) -> Groups:
    """Group the rows of two tables by key; ``mine`` and ``yours`` are their numbers (else 0, 1, 2, …)."""
    names, codes = np.unique(np.concatenate([here, there]), return_inverse=True)
    codes = codes.reshape(-1)
    parts = []
    for code, rows in ((codes[: len(here)], mine), (codes[len(here) :], yours)):
        order, count = np.argsort(code, kind="stable"), np.bincount(code, minlength=len(names))
        parts.append((order if rows is None else rows[order], np.cumsum(count) - count, count))
    (a, first_a, count_a), (b, first_b, count_b) = parts
    return Groups(a, b, first_a, first_b, count_a, count_b)


__all__ = ["Groups", "grouped", "keys"]
