"""A terminal as text: asciicast v2, its escapes taken away, each line with the time at which it began."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 200_000  # characters of output that a page shows of one terminal
# ECMA-48: control sequences (colours, cursor), strings (titles) up to BEL or ST, and two-character escapes.
ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)


@dataclass(frozen=True)
class Line:
    """One line of output."""

    at_s: float  # virtual time of its first character
    text: str  # may hold anything but escapes


@dataclass(frozen=True)
class Terminal:
    """What was seen at one host."""

    host: str
    lines: tuple[Line, ...]
    is_cut: bool  # there was more than a page shows


def read(path: Path) -> Terminal:
    """The terminal of the host that the file is named for. Raises ValueError for what is no cast."""
    pieces, left = [], LARGEST
    for at_s, text in _events(path):
        pieces.append((at_s, text[:left]))
        left -= len(text)
        if left <= 0:
            break
    return Terminal(path.stem, tuple(_lines(pieces)), left <= 0)


def _events(path: Path) -> Iterator[tuple[float, str]]:
    """Time and text of each output; the first line of the file is the header."""
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(iter(lambda: file.readline(4 * LARGEST), "")):
            if number and line.strip():
                at_s, kind, text = json.loads(line)
                if kind == "o":
                    yield float(at_s), str(text)


def _lines(pieces: list[tuple[float, str]]) -> Iterator[Line]:
    """The output in lines. A sequence that is split over two outputs is seen whole."""
    began: float | None = None
    text = ""
    for at_s, piece in pieces:
        for part in re.split(r"(\n)", piece):
            began = at_s if began is None else began
            if part == "\n":
                yield Line(began, plain(text))
                began, text = None, ""
            elif part:
                text += part
            else:
                began = began if text else None
    if text:
        yield Line(began or 0.0, plain(text))


def plain(text: str) -> str:
    """Without escapes; of what a carriage return wrote over, the last is seen."""
    return ESCAPES.sub("", text).rstrip("\r").rpartition("\r")[2]
