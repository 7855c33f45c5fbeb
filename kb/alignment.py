"""Which parts of two sequences are the same, in order: the parts that stand once in both hold the rest in
place (patience), and between them the shortest script of changes is looked for (Myers), as far as the effort
goes.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

Match = tuple[int, int]  # a place in the old sequence, and the place in the new one that is the same
MOST_CHANGES = 400  # of one stretch without a hold; beyond that it is said to be another text


class Effort:
    """How many parts may still be looked at, so that no text makes a page wait. Shared by all that one
    comparison looks at.
    """

    def __init__(self, parts: int) -> None:
        self.left = parts

    def spend(self, parts: int) -> bool:
        """Takes so many; False when there were not enough."""
        self.left -= parts
        return self.left >= 0


def align(old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort) -> list[Match]:
    """Pairs of places with equal parts, both growing. What the effort did not reach is not in it."""
    matches: list[Match] = []
    spans = [(0, len(old), 0, len(new))]
    while spans:
        span = _without_equal_ends(old, new, spans.pop(), matches)
        a, b, c, d = span
        if a == b or c == d or not effort.spend(b - a + d - c):
            continue
        holds = _holds(old, new, span)
        if holds:
            matches += holds
            corners = [(a - 1, c - 1), *holds, (b, d)]
            spans += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(corners)]
        else:
            matches += _shortest(old[a:b], new[c:d], (a, c), effort)
    return sorted(matches)


def _without_equal_ends(
    old: Sequence[Hashable], new: Sequence[Hashable], span: tuple[int, int, int, int], matches: list[Match]
) -> tuple[int, int, int, int]:
    """The span without what is equal at its beginning and end, which is added to the matches."""
    a, b, c, d = span
    while a < b and c < d and old[a] == new[c]:
        matches.append((a, c))
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
        matches.append((b, d))
    return a, b, c, d


def _holds(old: Sequence[Hashable], new: Sequence[Hashable], span: tuple[int, int, int, int]) -> list[Match]:
    """The longest growing row of parts that stand exactly once in both spans."""
    a, b, c, d = span
    before, after = Counter(old[a:b]), Counter(new[c:d])
    places = {new[j]: j for j in range(c, d) if after[new[j]] == 1}
    found = [(i, places[old[i]]) for i in range(a, b) if before[old[i]] == 1 and old[i] in places]
    return longest_growing(found)


def longest_growing(found: list[Match]) -> list[Match]:
    """Of matches in the old order, the most that are in order on the new side too."""
    ends: list[int] = []  # ends[n]: the smallest new place at which a row of n + 1 ends
    last: list[int] = []  # the index of that match
    before: list[int | None] = []
    for index, (_, place) in enumerate(found):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else None)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [index]
    row: list[Match] = []
    at = last[-1] if last else None
    while at is not None:
        row.append(found[at])
        at = before[at]
    return row[::-1]


def _shortest(old: Sequence[Hashable], new: Sequence[Hashable], start: Match, effort: Effort) -> list[Match]:
    """Myers' greedy search; nothing when more than MOST_CHANGES parts differ."""
    reached: dict[int, int] = {1: 0}
    trail: list[dict[int, int]] = []
    for changes in range(min(len(old) + len(new), MOST_CHANGES) + 1):
        trail.append(dict(reached))
        if not effort.spend(2 * changes + 1):
            return []
        for k in range(-changes, changes + 1, 2):
            x = _furthest(reached, k, changes)
            came = x
            while x < len(old) and 0 <= x - k < len(new) and old[x] == new[x - k]:
                x += 1
            effort.spend(x - came)
            reached[k] = x
            if x >= len(old) and x - k >= len(new):
                return _way_back(trail, len(old), len(new), start)
    return []


def _furthest(reached: dict[int, int], k: int, changes: int) -> int:
    """How far into the old sequence diagonal k begins after one more change."""
    down = k == -changes or (k != changes and reached[k - 1] < reached[k + 1])
    return reached[k + 1] if down else reached[k - 1] + 1


def _way_back(trail: list[dict[int, int]], x: int, y: int, start: Match) -> list[Match]:
    """The equal parts on the way that was found, from its end."""
    matches = []
    for changes in range(len(trail) - 1, -1, -1):
        reached, k = trail[changes], x - y
        down = k == -changes or (k != changes and reached[k - 1] < reached[k + 1])
        before = k + 1 if down else k - 1
        from_x = reached[before] if changes else 0
        from_y = from_x - before if changes else 0
        while x > from_x and y > from_y:
            x, y = x - 1, y - 1
            matches.append((start[0] + x, start[1] + y))
        x, y = from_x, from_y
    return matches
