"""A declaration while it is written: what is wrong with it, line by line, or what it would make."""

from dataclasses import dataclass
from functools import lru_cache

from experiments.declaration import Experiment, Mistake, Mistakes, read

LONGEST = 64 * 1024  # bytes of a declaration that is written here


@dataclass(frozen=True)
class Checked:
    """Mistakes, in the order of their lines; without any the experiment."""

    mistakes: tuple[Mistake, ...]
    experiment: Experiment | None


def is_too_long(text: str) -> bool:
    """More than is taken here."""
    return len(text) > LONGEST or len(text.encode(errors="replace")) > LONGEST


@lru_cache(maxsize=32)
def check(text: str, name: str) -> Checked:
    """Reads it; the text is not too long. A person who types asks for the same again and again."""
    try:
        return Checked((), read(text, name=name))
    except Mistakes as found:
        return Checked(found.mistakes, None)
