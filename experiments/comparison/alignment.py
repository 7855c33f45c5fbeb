"""Which elements of two sequences stand for each other: a longest common subsequence, the earliest first."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Pairs = list[tuple[int, int]]


def aligned(one: Sequence[Hashable], other: Sequence[Hashable]) -> Pairs:
    """The places of the elements that both have in the same order."""
    first = _common(one, other)
    rest = min(len(one), len(other)) - first
    last = _common(one[: -rest - 1 : -1], other[: -rest - 1 : -1]) if rest else 0
    inner = _longest(one[first : len(one) - last], other[first : len(other) - last])
    before = [(at, at) for at in range(first)]
    after = [(len(one) - back, len(other) - back) for back in range(last, 0, -1)]
    return before + [(here + first, there + first) for here, there in inner] + after


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many elements are the same from the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, pair in pairs if pair[0] != pair[1]), min(len(one), len(other)))


def _longest(one: Sequence[Hashable], other: Sequence[Hashable]) -> Pairs:
    """By dynamic programming from the end, so that walking it from the beginning takes early matches."""
    numbers: dict[Hashable, int] = {}
    here, there = (
        np.array([numbers.setdefault(element, len(numbers)) for element in sequence], np.int64)
        for sequence in (one, other)
    )
    lengths = np.zeros((len(here) + 1, len(there) + 1), np.int16)
    for at in range(len(here) - 1, -1, -1):
        below = lengths[at + 1]
        best = np.maximum(below[:-1], below[1:] + (there == here[at]))
        lengths[at, :-1] = np.maximum.accumulate(best[::-1])[::-1]
    return _walk(here, there, lengths)


def _walk(here: NDArray[np.int64], there: NDArray[np.int64], lengths: NDArray[np.int16]) -> Pairs:
    pairs, at, to = [], 0, 0
    while at < len(here) and to < len(there):
        if here[at] == there[to] and lengths[at, to] == lengths[at + 1, to + 1] + 1:
            pairs.append((at, to))
            at, to = at + 1, to + 1
        elif lengths[at + 1, to] >= lengths[at, to + 1]:
            at += 1
        else:
            to += 1
    return pairs
