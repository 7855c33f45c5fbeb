"""Words on several lines: SVG breaks none by itself. Widths are estimates, on the safe side."""

import re
import unicodedata
from functools import lru_cache

_NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〕》〉…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:!?)]}’”%"
)
_NOT_LAST = frozenset("（「『【〔《〈([{‘“")
_WORDS = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]|\s+")
_NARROW = frozenset("fijlrtI.,:;'|!()[]{} -/`\"")
_BROAD = frozenset("mwMW@%—→…ABCDGHKNOQRUVXYZ")


@lru_cache(maxsize=4096)
def ems(character: str) -> float:
    """The width of a character as a share of the type size."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.category(character) == "Mn":
        return 0.0
    return 0.36 if character in _NARROW else 0.84 if character in _BROAD else 0.6


def width(text: str, size: float) -> float:
    """Pixels of a line set in that size."""
    return sum(map(ems, text)) * size


def wrap(text: str, room: float, size: float, most: int) -> list[str]:
    """At most `most` lines, none wider than `room` pixels, about equally long; what is left out is an
    ellipsis. Words are divided only where one alone is too wide; Japanese between characters, except before
    、 and after （.
    """
    lines = best = _filled(text, room, size, most)
    while 1 < len(lines) == len(best) and room > 40 and not best[-1].endswith("…"):
        best, room = lines, room - 8
        lines = _filled(text, room, size, most)
    return best


def _filled(text: str, room: float, size: float, most: int) -> list[str]:
    """Every line as full as can be."""
    lines, line = [], ""
    for piece in _pieces(text, room, size):
        if line and width(line + piece.rstrip(), size) > room:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
        if len(lines) > most:
            break
    lines = [one for one in [*lines, line.rstrip()] if one] or [""]
    return lines if len(lines) <= most else [*lines[: most - 1], _shortened(lines[most - 1], room, size)]


def _shortened(line: str, room: float, size: float) -> str:
    while line and width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip() + "…"


def _pieces(text: str, room: float, size: float) -> list[str]:
    """What stays together: words, characters of Japanese, each with the punctuation that belongs to it."""
    found: list[str] = []
    for word in _WORDS.findall(text):
        if word.isspace():
            found.append(" ")
        elif found and (word[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST) and len(found[-1]) < 4:
            found[-1] += word
        else:
            found += _divided(word, room, size)
    return found


def _divided(word: str, room: float, size: float) -> list[str]:
    """The word, in parts where it is wider than a line."""
    parts, part = [], ""
    for character in word:
        if part and width(part + character, size) > room:
            parts.append(part)
            part = ""
        part += character
    return [*parts, part]
