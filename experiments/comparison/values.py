"""What a comparison says."""

from collections.abc import Iterable
from dataclasses import dataclass

from packets.errors import Text

MOST = 12  # sentences of a section; who needs more looks at the captures


@dataclass(frozen=True)
class Section:
    """What differs in one respect."""

    title: Text
    sentences: tuple[Text, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs in the meaning of two runs; "here" is the first of them."""

    same: bool  # the same things happened, whatever was set to make them happen
    sections: tuple[Section, ...]  # only those that have something to say


def section(en: str, ja: str, said: Iterable[Text]) -> Section | None:
    """A section with the first of its sentences; None when there are none."""
    sentences = list(said)
    if len(sentences) > MOST:
        more = len(sentences) - MOST + 1
        rest = {
            "en": f"There are {more} more differences of this kind.",
            "ja": f"同様の違いがあと {more} 件あります。",
        }
        sentences = [*sentences[: MOST - 1], rest]
    return Section({"en": en, "ja": ja}, tuple(sentences)) if sentences else None
