"""The place of a text that shows why it was found, with the words marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.search.folding import Folded, fold_with_places
from kb.search.needles import Needle
from kb.search.ranking import fit

WIDTH = 220  # columns; a Japanese character takes two
MARKS = 100  # places that are looked at
Marks = list[tuple[int, int]]


@dataclass(frozen=True)
class Snippet:
    """A piece of text, and where the words of the query stand in it: start and end, in characters."""

    text: str
    marks: Marks


def of_text(text: str, folded: str, needles: Sequence[Needle], *, width: int = WIDTH) -> Snippet | None:
    """The best place of the text; None when no needle is in it. `folded`: the same text, folded before, which
    has as many lines."""
    found = places(folded, needles)
    if not found:
        return None
    start, end = window(folded, found, width)
    first = folded.count("\n", 0, start)
    last = first + folded.count("\n", start, end)
    begin = folded.rfind("\n", 0, start) + 1
    # Only these lines are folded with the way back: it takes a hundred times as long.
    lines = "\n".join(text.split("\n")[first : last + 1])
    way = fold_with_places(lines)
    shown = [(a - begin, b - begin) for a, b, _ in found if a >= start and b <= end]
    return cut_out(
        lines, way, (start - begin, min(end - begin, len(way.text))), shown, start, end < len(folded)
    )


def cut_out(
    lines: str, way: Folded, window: tuple[int, int], shown: Marks, before: int, is_more: bool
) -> Snippet:
    """The window as it was written, with its marks moved to where they are in it."""
    first, last = way.starts[window[0]], way.ends[window[1] - 1]
    sign = "…" if before else ""
    marks = [(way.starts[a], way.ends[b - 1]) for a, b in shown if b <= len(way.text)]
    moved = [(a - first + len(sign), b - first + len(sign)) for a, b in united(marks)]
    return Snippet(sign + lines[first:last].replace("\n", " ") + ("…" if is_more else ""), moved)


def beginning(text: str, *, width: int = WIDTH) -> Snippet:
    """The text's beginning, nothing marked."""
    end = reach(text, 0, width)
    return Snippet(" ".join(text[:end].split()) + ("…" if end < len(text) else ""), [])


def marked(text: str, needles: Sequence[Needle]) -> Snippet:
    """A whole short text with its marks, such as a title."""
    folded = fold_with_places(text)
    found = [(folded.starts[a], folded.ends[b - 1]) for a, b, _ in places(folded.text, needles)]
    return Snippet(text, united(found))


def places(folded: str, needles: Sequence[Needle]) -> list[tuple[int, int, int]]:
    """Where the needles stand in the folded text: start, end, number of the needle; in order."""
    found = [
        (start, end, number)
        for number, needle in enumerate(needles)
        for wanted in wordings(needle, folded)
        for start, end in occurrences(folded, wanted, needle.is_run)
    ]
    return sorted(found)


def wordings(needle: Needle, folded: str) -> list[str]:
    """The needle as it is; where it is not there, its words."""
    is_there = needle.is_run or (len(needle.parts) > 1 and needle.text in folded)
    return [needle.text] if is_there else [*needle.parts[:-1], needle.stem]


def occurrences(folded: str, wanted: str, is_run: bool) -> list[tuple[int, int]]:
    """The first places of one word; of a word that is longer there, all of it."""
    found: list[tuple[int, int]] = []
    at = folded.find(wanted)
    while at >= 0 and len(found) < MARKS:
        end = at + len(wanted)
        if is_run or fit(folded, at, end):
            found.append((at, end))
        at = folded.find(wanted, end)
    return found


def window(folded: str, marks: Sequence[tuple[int, int, int]], width: int) -> tuple[int, int]:
    """Start and end of the piece that holds the most different needles, then the most marks."""
    best = max(range(len(marks)), key=lambda at: (*richness(folded, marks, at, width), -at))
    start, end = marks[best][0], marks[best][1]
    begin = back(folded, start, width // 4)
    return begin, max(end, reach(folded, begin, width))


def richness(folded: str, marks: Sequence[tuple[int, int, int]], at: int, width: int) -> tuple[int, int]:
    """How many different needles, and how many marks, a piece that begins with this mark holds."""
    start = marks[at][0]
    columns = 2 if folded[start] >= "\u2e80" else 1
    end = start + width * 3 // 4 // columns
    inside = [number for _, last, number in marks[at : at + 20] if last <= end]
    return len(set(inside)), len(inside)


def reach(text: str, start: int, width: int) -> int:
    """Where a piece of that many columns ends; at a word's end where there is one."""
    at = start
    while at < len(text) and width > 0:
        width -= 1 + (text[at] >= "\u2e80")
        at += 1
    if at < len(text) and text[at].isalnum() and text[at] < "\u2e80":
        space = text.rfind(" ", start, at)
        return space if space > start + (at - start) // 2 else at
    return at


def back(text: str, start: int, width: int) -> int:
    """So many columns before the place, at the beginning of a word, a sentence or a line."""
    at = start
    while at > 0 and width > 0:
        at -= 1
        width -= 1 + (text[at] >= "\u2e80")
    if at == 0:
        return 0
    for sign in ("\n", "。", ". ", " "):
        found = text.find(sign, at, start)
        if found >= 0:
            return found + len(sign)
    return at


def united(marks: Marks) -> Marks:
    """Marks that touch or overlap as one."""
    found: Marks = []
    for start, end in sorted(marks):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
