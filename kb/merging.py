"""Three texts to one, by lines: what two people made of a common base. Nothing is ever dropped silently.

Where only one of them changed something, the change is taken; where both did, both wordings stand in the
text, marked, and a person settles it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

MINE, BETWEEN, END = "<<<<<<<", "=======", ">>>>>>>"
# Seven equals signs alone are a heading in Markdown; with words behind them they are ours.
MARKED = re.compile(rf"^(?:{MINE}(?: .*)?|{BETWEEN} .+|{END}(?: .*)?)$", re.M)
# Pairs of equal lines above which lines are not compared one by one: a text of a thousand blank lines on
# either side is a million pairs, and takes about a second.
MOST_PAIRS = 1_000_000


@dataclass(frozen=True)
class Merged:
    """The text, and how many places in it somebody must settle."""

    text: str
    conflicts: int


@dataclass(frozen=True)
class Labels:
    """What stands behind the marks: whose words are whose."""

    mine: str
    theirs: str


def merge(base: str, mine: str, theirs: str, labels: Labels) -> Merged:
    """Both changes of the base in one text."""
    out: list[str] = []
    conflicts = 0
    for lines, ours, others in pieces(base.split("\n"), mine.split("\n"), theirs.split("\n")):
        conflicts += ours != others
        out += lines if ours == others else [*lines, *marked(ours, others, labels)]
    return Merged("\n".join(out), conflicts)


def marked(mine: Sequence[str], theirs: Sequence[str], labels: Labels) -> list[str]:
    """Both wordings of one place, between marks."""
    return [f"{MINE} {labels.mine}", *mine, f"{BETWEEN} {labels.theirs}", *theirs, END]


def is_unsettled(text: str) -> bool:
    """Whether a mark is left in it."""
    return MARKED.search(text) is not None


def common(mine: str, theirs: str) -> str:
    """The lines that two texts share, in order: a base for texts whose base is not known."""
    a, b = mine.split("\n"), theirs.split("\n")
    return "\n".join(line for match in matches(a, b) for line in a[match.a : match.a + match.size])


Piece = tuple[list[str], list[str], list[str]]  # settled lines, then mine and theirs where they disagree


def pieces(base: list[str], mine: list[str], theirs: list[str]) -> Iterator[Piece]:
    """The texts from their beginning to their end, in pieces."""
    b = m = t = 0
    for at_base, at_mine, at_theirs, size in shared(base, mine, theirs):
        yield decided(base[b:at_base], mine[m:at_mine], theirs[t:at_theirs])
        yield base[at_base : at_base + size], [], []
        b, m, t = at_base + size, at_mine + size, at_theirs + size


def decided(base: list[str], mine: list[str], theirs: list[str]) -> Piece:
    """A piece without a line that all three share."""
    if mine in (base, theirs):
        return theirs, [], []
    return (mine, [], []) if theirs == base else ([], mine, theirs)


def shared(base: list[str], mine: list[str], theirs: list[str]) -> list[tuple[int, int, int, int]]:
    """Runs of lines that all three have: where in base, mine and theirs, and how many. The last is empty."""
    ours, others = matches(base, mine), matches(base, theirs)
    found, i, j = [], 0, 0
    while i < len(ours) and j < len(others):
        a, b = ours[i], others[j]
        begin, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if begin < end:
            found.append((begin, a.b + begin - a.a, b.b + begin - b.a, end - begin))
        if a.a + a.size < b.a + b.size:
            i += 1
        else:
            j += 1
    return [*found, (len(base), len(mine), len(theirs), 0)]


def matches(a: list[str], b: list[str]) -> list[Match]:
    """Runs of equal lines, in order. Beginning and end first: most of two wordings is the same."""
    least = min(len(a), len(b))
    head = next((n for n in range(least) if a[n] != b[n]), least)
    tail = next((n for n in range(least - head) if a[-1 - n] != b[-1 - n]), least - head)
    inside = inner(a[head : len(a) - tail], b[head : len(b) - tail])
    return [
        Match(0, 0, head),
        *(Match(match.a + head, match.b + head, match.size) for match in inside),
        Match(len(a) - tail, len(b) - tail, tail),
    ]


def inner(a: list[str], b: list[str]) -> list[Match]:
    """What difflib finds; nothing where it would take too long."""
    there = Counter(b)
    if sum(count * there[line] for line, count in Counter(a).items()) > MOST_PAIRS:
        return []
    return SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
