"""Values of a run inside a sentence: short, on one line, and harmless whatever the guest wrote."""

from collections.abc import Callable
from typing import Any, TypeVar

from packets.errors import Text, printable

SECOND = 10**9
LONGEST = 60  # characters of a value
DIGITS = (3, 6, 9)  # of a time: milliseconds are read most easily, unless only less tells two times apart
Said = TypeVar("Said", str, Text)
SHORT = SECOND // 100
NOTHING: Text = {"en": "nothing", "ja": "なし"}


def shown(value: Any) -> str:
    """A value of a JSON document; text stands between quotes, None is a dash."""
    if isinstance(value, str):
        return f"“{printable(value, LONGEST)}”"
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    return "–" if value is None else printable(str(value), LONGEST)


def number(value: Any) -> int | None:
    """The value where it is a whole number; a run folder may hold anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def seconds(time_ns: int, digits: int = 3) -> str:
    """ "7.153 s"."""
    sign, whole = "-" if time_ns < 0 else "", abs(time_ns)
    return f"{sign}{whole // SECOND}.{whole % SECOND // 10 ** (9 - digits):0{digits}} s"


def told_apart(one: Callable[[int], Said], other: Callable[[int], Said]) -> tuple[Said, Said]:
    """Both texts, with as few digits as tell them apart."""
    pairs = [(one(digits), other(digits)) for digits in DIGITS]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[0])


def apart_in_time(one: int, other: int) -> tuple[str, str]:
    """Two durations with as few digits as tell them apart; short ones with more than a digit or two."""
    if max(abs(one), abs(other)) < SHORT:
        return seconds(one, 6), seconds(other, 6)
    return told_apart(lambda digits: seconds(one, digits), lambda digits: seconds(other, digits))


def here_and_there(one: str | Text, other: str | Text) -> Text:
    """ "A here, B there" in both languages."""
    here, there = (text if isinstance(text, dict) else {"en": text, "ja": text} for text in (one, other))
    return {
        "en": f"{here['en']} here, {there['en']} there",
        "ja": f"こちらは {here['ja']}、もう一方は {there['ja']}",
    }
