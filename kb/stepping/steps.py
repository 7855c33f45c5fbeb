"""What a runbook is made of. Plain values; kb/stepping/reading.py makes them of Markdown."""

from dataclasses import dataclass, field
from typing import Literal

End = Literal["solved", "ask", "stop"]
ENDS: tuple[End, ...] = ("solved", "ask", "stop")


@dataclass(frozen=True)
class Command:
    """Something to copy; `where` says on which machine, empty when the step says it."""

    text: str
    where: str = ""


@dataclass(frozen=True)
class Outcome:
    """What may come out of a step (inline Markdown), and where it leads: "#id" of a step, or an end, then
    with what is to be said or sent. Lines count from 1, in the runbook's Markdown.
    """

    text: str
    leads: str
    says: str = ""
    line: int = 0

    @property
    def target(self) -> str | None:
        """The id of the next step; None at an end."""
        return self.leads[1:] if self.leads.startswith("#") else None

    @property
    def end(self) -> End | None:
        """How the case ends here; None when it goes on."""
        return next((end for end in ENDS if end == self.leads), None)


@dataclass(frozen=True)
class Step:
    """One thing to do: why (Markdown), with which commands, what to expect (inline Markdown), what then."""

    id: str
    title: str
    purpose: str
    commands: tuple[Command, ...]
    expect: str
    outcomes: tuple[Outcome, ...]
    line: int = 0


@dataclass(frozen=True)
class Mistake:
    """What keeps a runbook from being followed: the line of its Markdown, and a sentence in each language."""

    line: int
    en: str
    ja: str

    def text(self, language: str) -> str:
        """The sentence."""
        return self.ja if language == "ja" else self.en

    def said(self, language: str) -> str:
        """The sentence with its line."""
        return f"{self.line} 行目: {self.ja}" if language == "ja" else f"Line {self.line}: {self.en}"


@dataclass(frozen=True)
class Steps:
    """A runbook: its opening (Markdown), its steps in order (the first is the start), its mistakes."""

    opening: str = ""
    steps: tuple[Step, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    _places: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for place, step in enumerate(self.steps):
            self._places.setdefault(step.id, place)

    def named(self, anchor: str | None) -> Step | None:
        """The step with that id; None when there is none."""
        place = self._places.get(anchor) if anchor is not None else None
        return None if place is None else self.steps[place]

    def number(self, anchor: str) -> int:
        """The step's place in the runbook, from 1; 0 when there is none."""
        return self._places.get(anchor, -1) + 1

    @property
    def first(self) -> Step | None:
        """The start; None in a text without steps."""
        return self.steps[0] if self.steps else None
