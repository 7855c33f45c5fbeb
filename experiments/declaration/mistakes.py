"""What is wrong with a declaration: sentences for the person who wrote it, each with its line."""

from dataclasses import dataclass


class Wrong(ValueError):
    """One value is not what it must be. Whoever knows its line makes a Mistake of it.

    Attributes:
        en: one sentence in English; also ``str()`` of the exception.
        ja: the same in Japanese.
    """

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en, self.ja = en, ja


@dataclass(frozen=True)
class Mistake:
    """One mistake of a declaration."""

    row: int  # line, from 1; 0 when no line is to blame
    en: str
    ja: str


class Mistakes(ValueError):
    """A declaration cannot be used.

    Attributes:
        mistakes: all that were found, in the order of their lines; never empty.
    """

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(f"line {mistake.row}: {mistake.en}" for mistake in mistakes))
        self.mistakes = mistakes
