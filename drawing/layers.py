"""Where the boxes of a decision tree stand: in layers, each below all that lead to it; columns beside each
other. Lines run where no box is: down a gutter right of their column, then along a lane above their target.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# What leads where: for every box, in their order, the places of its targets, by outcome; None: it ends.
Targets = Sequence[Sequence[int | None]]
Line = tuple[int, int]  # box, outcome


def layers(targets: Targets) -> list[int]:
    """The layer of each box: one below the lowest that leads to it, where loops are not counted. Boxes that
    the first does not lead to stand in one layer below all.
    """
    if not targets:
        return []
    forward, order = _forward(targets)
    found = dict.fromkeys(order, 0)
    for box in order:
        for target in forward[box]:
            found[target] = max(found[target], found[box] + 1)
    last = max(found.values()) + 1
    return [found.get(box, last) for box in range(len(targets))]


def _forward(targets: Targets) -> tuple[dict[int, list[int]], list[int]]:
    """What leads on from each box that the first leads to, without the lines that close a loop; and these
    boxes, each before all that it leads to.
    """
    forward: dict[int, list[int]] = {0: []}
    done: list[int] = []
    above, stack = {0}, [(0, iter(targets[0]))]
    while stack:
        box, ways = stack[-1]
        target = next(ways, -1)
        if target == -1:
            above.discard(box)
            done.append(box)
            stack.pop()
        elif target is not None and target not in above:
            forward[box].append(target)
            if target not in forward:
                forward[target] = []
                above.add(target)
                stack.append((target, iter(targets[target])))
    return forward, done[::-1]


@dataclass(frozen=True)
class Span:
    """A line's way down a gutter, in pixels."""

    line: Line
    top: float
    bottom: float


def tracks(spans: Sequence[Span]) -> dict[Line, int]:
    """For each line of one gutter its track, from 0, so that no two lie on each other; short ones inside."""
    taken: list[list[Span]] = []
    found: dict[Line, int] = {}
    for span in sorted(spans, key=lambda one: (one.bottom - one.top, one.line)):
        place = next((i for i, others in enumerate(taken) if _fits(span, others)), len(taken))
        if place == len(taken):
            taken.append([])
        taken[place].append(span)
        found[span.line] = place
    return found


def _fits(span: Span, others: Sequence[Span]) -> bool:
    return all(span.bottom + 4 < other.top or other.bottom + 4 < span.top for other in others)
