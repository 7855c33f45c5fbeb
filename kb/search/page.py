"""A thing that can be found, as whoever knows it describes it."""

import hashlib
import json
from dataclasses import dataclass

from diagnoses import words
from diagnoses.registry import CODES
from kb.search.folding import fold

SCHEME = "1"  # raised when terms or folding change: every entry is then written again
MOST = 200_000  # characters of a text that are searched


@dataclass(frozen=True)
class Page:
    """One thing in one language; `key` names it among its kind, `lead` says it in a sentence."""

    kind: str
    key: str
    language: str
    title: str
    lead: str
    text: str
    url: str
    slug: str
    codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """What counts most: title, codes, tags and key, folded."""
        languages = (self.language,) if self.language else ("en", "ja")
        known = [code for code in self.codes if code in CODES]
        names = [words.name(code, language) for code in known for language in languages]
        parts = (self.title, *names, *self.codes, *self.tags, self.slug, self.key)
        return fold("\n".join(dict.fromkeys(parts)))

    @property
    def body(self) -> str:
        """The rest, folded."""
        return fold(f"{self.lead}\n{self.text[:MOST]}")

    @property
    def stamp(self) -> str:
        """SHA-256 of all of it."""
        return stamp(*vars(self).values())


def stamp(*of: object) -> str:
    """SHA-256 of values that JSON knows, and of how they would be indexed."""
    return hashlib.sha256(json.dumps([SCHEME, *of]).encode()).hexdigest()
