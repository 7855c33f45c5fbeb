"""The boxes of a decision tree: steps with their outcomes, words broken into lines, and the heights of it."""

from dataclasses import dataclass
from typing import Literal

from drawing.text import visible
from drawing.wrapping import wrap

BOX, PAD, ASIDE = 264, 12, 66  # pixels: width of a box, its padding, room for where an outcome leads
TITLE, TEXT = 14, 12  # type sizes
TITLE_LINE, TEXT_LINE, BETWEEN = 19, 16, 10
MOST_TITLE_LINES, MOST_TEXT_LINES = 4, 4

State = Literal["", "done", "now"]


@dataclass(frozen=True)
class Way:
    """An outcome: its words, and the id of the box it leads to, or how it ends (solved, ask, stop).

    `taken`: the case has gone here.
    """

    text: str
    target: str | None = None
    end: str | None = None
    taken: bool = False


@dataclass(frozen=True)
class Box:
    """A step: its title, its outcomes in order, whether the case has been here, or is here now."""

    id: str
    title: str
    ways: tuple[Way, ...]
    state: State = ""


@dataclass(frozen=True)
class Row:
    """An outcome as it stands in its box: lines of text, from `top` (below the box's top) on, pixels."""

    way: Way
    lines: list[str]
    top: float

    @property
    def height(self) -> float:
        """Pixels."""
        return len(self.lines) * TEXT_LINE + BETWEEN

    @property
    def middle(self) -> float:
        """Where its line begins."""
        return self.top + self.height / 2


@dataclass(frozen=True)
class Card:
    """A box with its lines of text; how high that makes it."""

    number: int
    box: Box
    title: list[str]
    rows: list[Row]

    @property
    def head(self) -> float:
        """Height of the title, with the word that says where the case is."""
        return PAD + len(self.title) * TITLE_LINE + (TEXT_LINE if self.box.state else 0) + BETWEEN / 2

    @property
    def height(self) -> float:
        """Pixels."""
        return self.head + sum(row.height for row in self.rows) + 4


def card(number: int, box: Box) -> Card:
    """The box as it is drawn, with its number from 1."""
    room = BOX - 2 * PAD
    title = wrap(visible(f"{number}. {box.title}"), room, TITLE * 1.06, MOST_TITLE_LINES)
    made = Card(number, box, title, [])
    top = made.head
    for way in box.ways:
        row = Row(way, wrap(visible(way.text), room - ASIDE, TEXT, MOST_TEXT_LINES), top)
        made.rows.append(row)
        top += row.height
    return made
