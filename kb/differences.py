"""What differs between two texts: paragraphs beside each other, and in those that changed, the words.

Pure: two Markdown texts in, marked pieces out. Words of English, and characters or words in katakana of
Japanese; a paragraph that only moved is said to have moved; fenced code is compared by lines. Taking the
added pieces away gives the old text exactly, and taking the removed ones away the new one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from typing import Literal

from kb.alignment import Effort, align

Mark = Literal["kept", "removed", "added"]
Kind = Literal["kept", "changed", "removed", "added", "moved_away", "moved_here"]

EFFORT = 1_500_000  # parts that one comparison looks at: about a second
MOST_PAIRS = 2_500  # of changed paragraphs beside each other that are tried
LEAST_ALIKE = 0.4  # of the words: below, it is another paragraph
LEAST_MOVED = 20  # characters; a shorter paragraph stands in two places by chance
SHORT = 2  # unchanged paragraphs in a row that are not worth folding
CONTEXT = 1  # unchanged paragraphs that are shown beside a changed one

# A word; a run of katakana; white space; any other character by itself, as kanji and hiragana are.
_PART = re.compile(r"[ァ-ヿｦ-ﾟ]+|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f]+|\s+|.", re.S)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BEGINS = re.compile(
    r"\s*([-*+] |\d+[.)] |#{1,6} |\||>|:{2,3}\s?\w)"
)  # a line that begins something of its own


@dataclass(frozen=True)
class Piece:
    """Some of the text, and what became of it."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Passage:
    """A paragraph, a list's item, a table's row, a heading, or a line of code."""

    kind: Kind
    pieces: tuple[Piece, ...]
    is_code: bool = False


@dataclass(frozen=True)
class Stretch:
    """Passages that follow each other: shown, or folded because nothing changed in them."""

    passages: tuple[Passage, ...]
    is_folded: bool


@dataclass(frozen=True)
class _Block:
    text: str
    gap: str  # the empty lines after it
    is_code: bool

    @property
    def key(self) -> tuple[str, bool]:
        return self.text, self.is_code

    @cached_property
    def parts(self) -> Counter[str]:
        return Counter(part for part in _PART.findall(self.text) if not part.isspace())


def compare(old: str, new: str) -> tuple[Passage, ...]:
    """The passages of both texts, in order."""
    effort = Effort(EFFORT)
    before, after = list(_blocks(old)), list(_blocks(new))
    same = align([block.key for block in before], [block.key for block in after], effort)
    moved = _moved(before, after, same)
    passages: list[Passage] = []
    for (i, j), (k, m) in pairwise([(-1, -1), *same, (len(before), len(after))]):
        passages += _between(before[i + 1 : k], after[j + 1 : m], moved, effort)
        if k < len(before):
            passages.append(_kept(before[k], after[m]))
    return tuple(passages)


def old_of(passages: Iterable[Passage]) -> str:
    """The old text again."""
    return "".join(piece.text for one in passages for piece in one.pieces if piece.mark != "added")


def new_of(passages: Iterable[Passage]) -> str:
    """The new text again."""
    return "".join(piece.text for one in passages for piece in one.pieces if piece.mark != "removed")


def folded(passages: Sequence[Passage]) -> list[Stretch]:
    """Stretches to show: what changed with one passage before and after it, and the rest folded."""
    near: set[int] = set()
    for place, passage in enumerate(passages):
        if passage.kind != "kept":
            near |= set(range(place - CONTEXT, place + CONTEXT + 1))
    groups = groupby(enumerate(passages), lambda pair: pair[0] not in near)
    runs = [(is_far, tuple(one for _, one in pairs)) for is_far, pairs in groups]
    return [Stretch(run, is_far and len(run) > SHORT) for is_far, run in runs]


def words(old: str, new: str, effort: Effort | None = None) -> tuple[Piece, ...]:
    """Both texts as pieces of one line."""
    before, after = _PART.findall(old), _PART.findall(new)
    same = align(before, after, effort or Effort(EFFORT))
    pieces: list[Piece] = []
    for (i, j), (k, m) in pairwise([(-1, -1), *same, (len(before), len(after))]):
        pieces += [Piece("removed", part) for part in before[i + 1 : k]]
        pieces += [Piece("added", part) for part in after[j + 1 : m]]
        pieces += [Piece("kept", before[k])] if k < len(before) else []
    return _joined(_without_crumbs(_joined(pieces)))


# ---- a text's blocks


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    gap: list[str] = []
    was_code = False
    for line, is_code in _lines(text):
        if not is_code and not line.strip():
            gap.append(line)
            continue
        if (lines or gap) and (gap or is_code or was_code or _BEGINS.match(line)):
            yield _Block("".join(lines), "".join(gap), was_code)
            lines, gap = [], []
        lines.append(line)
        was_code = is_code
    if lines or gap:
        yield _Block("".join(lines), "".join(gap), was_code)


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line with its end, and whether it belongs to fenced code."""
    fence = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        found = _FENCE.match(line)
        yield line, bool(fence or found)
        if not fence:
            fence = found[1] if found else ""
        elif line.strip() and line.strip() == fence[0] * max(len(line.strip()), len(fence)):
            fence = ""


def _moved(before: list[_Block], after: list[_Block], same: list[tuple[int, int]]) -> frozenset[str]:
    """Paragraphs that are in both texts, but not in the same order."""
    old, new = {i for i, _ in same}, {j for _, j in same}
    gone = {block.text for i, block in enumerate(before) if i not in old and not block.is_code}
    come = {block.text for j, block in enumerate(after) if j not in new and not block.is_code}
    return frozenset(text for text in gone & come if len(text.strip()) >= LEAST_MOVED)


# ---- passages


def _between(
    before: list[_Block], after: list[_Block], moved: frozenset[str], effort: Effort
) -> Iterator[Passage]:
    """What stands between two paragraphs that are the same."""
    pairs = _pairs(before, after, moved, effort)
    for (i, j), (k, m) in pairwise([(-1, -1), *pairs, (len(before), len(after))]):
        for block in before[i + 1 : k]:
            yield _alone(block, "moved_away" if block.text in moved else "removed", "removed")
        for block in after[j + 1 : m]:
            yield _alone(block, "moved_here" if block.text in moved else "added", "added")
        if k < len(before):
            pieces = words(before[k].text, after[m].text, effort)
            yield Passage("changed", (*pieces, *_gaps(before[k], after[m])))


def _pairs(
    before: list[_Block], after: list[_Block], moved: frozenset[str], effort: Effort
) -> list[tuple[int, int]]:
    """Which paragraph became which: the pairs, in order, that have the most words in common."""
    if not before or not after or len(before) * len(after) > MOST_PAIRS:
        return []
    alike = [[_alike(one, other, moved, effort) for other in after] for one in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], paired)
    return list(_chosen(alike, best))


def _chosen(alike: list[list[float]], best: list[list[float]]) -> Iterator[tuple[int, int]]:
    i = j = 0
    while i < len(alike) and j < len(alike[0]):
        if alike[i][j] and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            yield i, j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1


def _alike(one: _Block, other: _Block, moved: frozenset[str], effort: Effort) -> float:
    """From 0 to 1; 0 for what is too different to be called the same paragraph."""
    if one.is_code or other.is_code or not moved.isdisjoint((one.text, other.text)):
        return 0.0
    if not effort.spend(len(one.parts)):
        return 0.0
    most = max(one.parts.total(), other.parts.total())
    share = (one.parts & other.parts).total() / most if most else 0.0
    return share if share >= LEAST_ALIKE else 0.0


def _alone(block: _Block, kind: Kind, mark: Mark) -> Passage:
    return Passage(kind, (Piece(mark, block.text + block.gap),), block.is_code)


def _kept(one: _Block, other: _Block) -> Passage:
    kept = (Piece("kept", one.text),) if one.text else ()
    return Passage("kept", (*kept, *_gaps(one, other)), one.is_code)


def _gaps(one: _Block, other: _Block) -> Iterator[Piece]:
    """The empty lines after the paragraph; that only their number changed is not worth a word."""
    if one.gap == other.gap:
        yield from [Piece("kept", one.gap)] if one.gap else []
    else:
        yield from [Piece("removed", one.gap)] if one.gap else []
        yield from [Piece("added", other.gap)] if other.gap else []


# ---- pieces


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Between what is kept, one removed and one added piece."""
    joined: list[Piece] = []
    for is_kept, run in groupby(pieces, lambda piece: piece.mark == "kept"):
        same = list(run)
        marks: tuple[Mark, ...] = ("kept",) if is_kept else ("removed", "added")
        for mark in marks:
            text = "".join(piece.text for piece in same if piece.mark == mark)
            joined += [Piece(mark, text)] if text else []
    return tuple(joined)


def _without_crumbs(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """What is kept between two changes and says nothing by itself is part of the change."""
    for place, piece in enumerate(pieces):
        is_between = 0 < place < len(pieces) - 1
        if piece.mark == "kept" and is_between and _is_crumb(piece.text):
            yield Piece("removed", piece.text)
            yield Piece("added", piece.text)
        else:
            yield piece


def _is_crumb(text: str) -> bool:
    bare = re.sub(r"[\W_]+", "", text)
    return not bare or (len(bare) == 1 and "\u3040" <= bare <= "\u309f")
