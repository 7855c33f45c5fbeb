"""A line of the tables, and what comes of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SHOWN = 160  # characters of the line that is shown


@dataclass(frozen=True)
class Reason:
    """The diagnoses that something in the text points to, the likeliest first, and why; with the line."""

    codes: tuple[str, ...]
    en: str
    ja: str
    line: str = ""

    def text(self, language: str) -> str:
        """The sentence."""
        return self.ja if language == "ja" else self.en


@dataclass(frozen=True)
class Sign:
    """A pattern for one line of text, and what it says. Groups of the pattern may stand in the sentences."""

    pattern: re.Pattern[str]
    codes: tuple[str, ...]
    en: str
    ja: str


def sign(pattern: str, codes: str, en: str, ja: str) -> Sign:
    """A row of a table; `codes` with spaces between. Letters may be large or small."""
    return Sign(re.compile(pattern, re.IGNORECASE), tuple(codes.split()), en, ja)


def read(lines: Sequence[str], table: Iterable[Sign]) -> Iterator[Reason]:
    """Each row that is seen, once, with the first line that shows it."""
    for row in table:
        for line in lines:
            if found := row.pattern.search(line):
                words = {name: value or "" for name, value in found.groupdict().items()}
                yield Reason(row.codes, row.en.format(**words), row.ja.format(**words), line.strip()[:SHOWN])
                break
