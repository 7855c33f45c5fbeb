"""The forms of single values: texts, numbers, times. Each raises Wrong for what it cannot read.

Wherever a value is not for people only, its placeholders are replaced before it is read, and a text of
digits counts as a number: ``delay = "{delay_ms}ms"``, ``count = "{retries}"``.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from experiments.declaration import limits, quantities, texts
from experiments.declaration.forms import Schema, must_be, read_each
from experiments.declaration.mistakes import Wrong
from experiments.declaration.place import Place
from experiments.declaration.placeholders import fill
from experiments.declaration.shown import listed, nearest, shown

PLACEHOLDER = r"\{"  # in a schema: a text with a placeholder may become anything
DIGITS = "-?[0-9]{1,13}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})"
YEARS = range(2000, 2100)  # pcap counts seconds to 2106


@dataclass(frozen=True)
class Text:
    """Any text that is not empty, on one line unless more is allowed."""

    fills: bool = True  # placeholders are replaced
    allowed: str = ""  # control characters
    longest: int = limits.TEXT  # bytes
    may_be_empty: bool = False

    def read(self, value: Any, here: Place) -> str:
        """The text, its placeholders replaced."""
        if not isinstance(value, str):
            raise must_be(here, "a text between quotes", "引用符で囲んだ文字列", value)
        texts.refuse_unseen(value, self.allowed)
        filled = fill(value, here.scope.placeholders) if self.fills else value
        texts.refuse_long(filled, self.longest)
        if not filled.strip(" ") and not self.may_be_empty:
            raise Wrong(f"'{here.key}' is empty.", f"'{here.key}' が空です。")
        return filled

    def schema(self) -> Schema:
        """A string; its bytes cannot be counted there, its characters can."""
        line = {} if self.allowed else {"pattern": f"^[^{texts.CONTROLS}]*$"}
        least = {} if self.may_be_empty else {"minLength": 1}
        return {"type": "string", "maxLength": self.longest, **least, **line}


@dataclass(frozen=True)
class Name:
    """A text of a fixed pattern; nothing in it is replaced."""

    pattern: str
    what: tuple[str, str]  # "the name of a host is made of a-z and 0-9, begins with a letter, …"
    refused: tuple[str, ...] = ()

    def read(self, value: Any, here: Place) -> str:
        """The name."""
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value) or value in self.refused:
            raise Wrong(
                f"{shown(value)} cannot be used: {self.what[0]}.",
                f"{shown(value)} は使えません。{self.what[1]}。",
            )
        return value

    def schema(self) -> Schema:
        """A string with a pattern."""
        never = {"not": {"enum": list(self.refused)}} if self.refused else {}
        return {"type": "string", "pattern": f"^(?:{self.pattern})$", **never}


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any, here: Place) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            (en, ja), (hint, hint_ja) = listed(self.words), nearest(str(value)[:65], self.words)
            raise Wrong(
                f"'{here.key}' must be one of {en}, not {shown(value)}.{hint}",
                f"'{here.key}' は {ja} のいずれかです。{shown(value)} は使えません。{hint_ja}",
            )
        return value

    def schema(self) -> Schema:
        """An enum."""
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Flag:
    """true or false."""

    def read(self, value: Any, here: Place) -> bool:
        """The truth."""
        if not isinstance(value, bool):
            raise must_be(here, "true or false", " true か false ", value)
        return value

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Whole:
    """A whole number within bounds, both included."""

    least: int = -limits.NUMBER
    most: int = limits.NUMBER
    as_text: bool = True  # a text of digits will do, once its placeholders are replaced

    def read(self, value: Any, here: Place) -> int:
        """The number."""
        if isinstance(value, str) and self.as_text:
            filled = Text().read(value, here)
            value = int(filled) if re.fullmatch(DIGITS, filled) else filled
        if not isinstance(value, int) or isinstance(value, bool):
            raise must_be(here, "a whole number", "整数", value)
        within(value, self.least, self.most, here)
        return value

    def schema(self) -> Schema:
        """An integer, or a string of digits or with a placeholder."""
        number = {"type": "integer", "minimum": self.least, "maximum": self.most}
        if not self.as_text:
            return number
        return {"anyOf": [number, {"type": "string", "pattern": f"^{DIGITS}$|{PLACEHOLDER}"}]}


@dataclass(frozen=True)
class Number:
    """A number within bounds, whole or not."""

    least: float = -limits.NUMBER
    most: float = limits.NUMBER

    def read(self, value: Any, here: Place) -> float:
        """The number."""
        if isinstance(value, str):
            filled = Text().read(value, here)
            value = float(filled) if re.fullmatch(r"-?[0-9]{1,13}(?:\.[0-9]{1,9})?", filled) else filled
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise must_be(here, "a number", "数値", value)
        within(value, self.least, self.most, here)
        return float(value)

    def schema(self) -> Schema:
        """A number, or a string of digits or with a placeholder."""
        number = {"type": "number", "minimum": self.least, "maximum": self.most}
        return {"anyOf": [number, {"type": "string", "pattern": rf"^-?[0-9.]+$|{PLACEHOLDER}"}]}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, such as a time."""

    parse: Callable[[str], float]
    pattern: str
    example: str
    most: float = math.inf
    most_shown: str = ""

    def read(self, value: Any, here: Place) -> Any:
        """What ``parse`` makes of it."""
        if not isinstance(value, str):
            raise must_be(
                here,
                f'written with its unit, such as "{self.example}"',
                f' "{self.example}" のような単位付きの値',
                value,
            )
        parsed = self.parse(Text().read(value, here))
        if parsed > self.most:
            raise Wrong(
                f"{shown(value)} is more than {self.most_shown}.",
                f"{shown(value)} は上限の {self.most_shown} を超えています。",
            )
        return parsed

    def schema(self) -> Schema:
        """A string with a pattern."""
        return {
            "type": "string",
            "pattern": f"^(?:{self.pattern})$|{PLACEHOLDER}",
            "examples": [self.example],
        }


@dataclass(frozen=True)
class Date:
    """A date with its time and zone, as text or as TOML's own; in UTC."""

    def read(self, value: Any, here: Place) -> datetime:
        """The moment, in UTC."""
        date = value if isinstance(value, datetime) else self._parsed(value)
        if date is None or date.tzinfo is None or date.microsecond or date.year not in YEARS:
            raise Wrong(
                f"{shown(value)} is not a date such as 2026-01-15T09:00:00Z, with its zone and in whole "
                f"seconds, from {YEARS[0]} to {YEARS[-1]}.",
                f"{shown(value)} は 2026-01-15T09:00:00Z のような日付ではありません。"
                f"タイムゾーンを付けて秒単位で、{YEARS[0]} 年から {YEARS[-1]} 年までで書いてください。",
            )
        return date.astimezone(UTC)

    def _parsed(self, value: Any) -> datetime | None:
        if not isinstance(value, str) or not re.fullmatch(DATE, value):
            return None
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # there is no 30th of February
            return None

    def schema(self) -> Schema:
        """A string with a pattern; a date of TOML's own comes as one too."""
        return {"type": "string", "pattern": f"^{DATE}$"}


@dataclass(frozen=True)
class BothLanguages:
    """A text for people, ``{"en": …, "ja": …}``; nothing in it is replaced."""

    def read(self, value: Any, here: Place) -> dict[str, str]:
        """The text in both languages."""
        if not isinstance(value, dict) or set(value) != {"en", "ja"}:
            raise Wrong(
                f"'{here.key}' is said in both languages: {here.key}.en and {here.key}.ja.",
                f"'{here.key}' は {here.key}.en と {here.key}.ja として、英語と日本語の両方で書きます。",
            )
        return dict(read_each(value, {"en": PROSE, "ja": PROSE}, here))

    def schema(self) -> Schema:
        """An object with two texts."""
        return {
            "type": "object",
            "properties": {"en": PROSE.schema(), "ja": PROSE.schema()},
            "required": ["en", "ja"],
            "additionalProperties": False,
        }


PROSE = Text(fills=False)


def within(value: float, least: float, most: float, here: Place) -> None:
    """Refuse a number out of bounds. Raises Wrong."""
    if not least <= value <= most:  # NaN is not within anything
        raise must_be(here, f"from {least} to {most}", f" {least} 以上 {most} 以下", value)


DURATION = Quantity(quantities.duration_ns, quantities.DURATION, "5s", limits.DAY_NS, "24h")
PERCENT = Quantity(quantities.percent, quantities.PERCENT, "1%")
RATE = Quantity(quantities.rate_bit, quantities.RATE, "10mbit", 100 * 10**9, "100gbit")
