"""A value of a declaration inside a sentence: short, on one line, and harmless whatever a stranger wrote."""

from collections.abc import Iterable
from datetime import date, time
from difflib import get_close_matches
from typing import Any

LONGEST = 60  # characters of a value in a sentence
MANY_DIGITS = 10**30
MANY = 64  # names in a list
LOOKALIKES = 64  # characters; a longer word is nobody's misspelling


def shown(value: Any) -> str:
    """The value between quotes, cut when it is long; what cannot be printed is escaped."""
    if isinstance(value, str):
        return f"'{plain(value)}'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < MANY_DIGITS else "a number of very many digits"
    if isinstance(value, float | date | time):
        return str(value)
    return "{…}" if isinstance(value, dict) else "[…]"


def plain(text: str) -> str:
    """The text on one line, cut when it is long; what cannot be printed is escaped."""
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in cut)


def listed(names: Iterable[str]) -> tuple[str, str]:
    """The names as an English and as a Japanese list; after MANY of them "…"."""
    all_names = list(names)
    short = [plain(name) for name in all_names[:MANY]] + ["…"] * (len(all_names) > MANY)
    return ", ".join(short), "、".join(short)


def nearest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """ " Did you mean 'x'?" in both languages; empty when nothing is near."""
    close = get_close_matches(word, list(known), 1, 0.6) if len(word) <= LOOKALIKES else []
    if not close:
        return "", ""
    return f" Did you mean '{plain(close[0])}'?", f"'{plain(close[0])}' のことですか。"
