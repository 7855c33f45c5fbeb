"""Where in a declaration a reader stands, and what the names there mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from experiments.declaration import limits
from experiments.declaration.mistakes import Mistake, Mistakes, Wrong
from experiments.declaration.shown import listed, nearest, shown
from experiments.declaration.source import Path, Source


class Found:
    """The mistakes found so far; after limits.MISTAKES of them the reading ends."""

    def __init__(self) -> None:
        self.mistakes: set[Mistake] = set()

    def add(self, mistake: Mistake) -> None:
        """Keep a mistake. Raises Mistakes when there are many."""
        self.mistakes.add(mistake)
        if len(self.mistakes) >= limits.MISTAKES:
            self.refuse()

    def refuse(self) -> None:
        """Raise Mistakes if there are any, in the order of their lines."""
        if self.mistakes:
            raise Mistakes(tuple(sorted(self.mistakes, key=lambda one: (one.row, one.en))))


@dataclass(frozen=True)
class Scope:
    """What names and placeholders mean."""

    placeholders: Mapping[str, str] = field(default_factory=dict)
    neighbours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by host, in the order of links
    codes: frozenset[str] = frozenset()  # of diagnoses


@dataclass(frozen=True)
class Place:
    """A value of the declaration: its path, and what is known there."""

    source: Source
    found: Found
    scope: Scope = field(default_factory=Scope)
    path: Path = ()

    @property
    def row(self) -> int:
        """The line of the value."""
        return self.source.row(self.path)

    @property
    def key(self) -> str:
        """The key under which the value, or the list that holds it, is written."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    def at(self, *parts: str | int) -> "Place":
        """A value within this one."""
        return replace(self, path=(*self.path, *parts))

    def holds(self, key: str) -> bool:
        """Whether the key was written in this table, right or wrong."""
        return self.source.holds((*self.path, key))

    def wrong(self, en: str, ja: str) -> None:
        """Keep a mistake of this line."""
        self.found.add(Mistake(self.row, en, ja))

    def caught(self, wrong: Wrong) -> None:
        """Keep what somebody raised as a mistake of this line."""
        self.wrong(wrong.en, wrong.ja)


def no_such(what: tuple[str, str], name: str, known: Mapping[str, object] | tuple[str, ...]) -> Wrong:
    """ "no host is called 'x'; there are a, b." for a name that is not among the known."""
    (en, ja), (hint, hint_ja) = listed(known), nearest(name, known)
    several = len(known) != 1
    there = f"there {'are' if several else 'is only'} {en}" if en else "there is none"
    there_ja = f"あるのは {ja} です。" if en else "1 つも宣言されていません。"
    return Wrong(
        f"no {what[0]} is called {shown(name)}; {there}.{hint}",
        f"{shown(name)} という{what[1]}はありません。{there_ja}{hint_ja}",
    )
