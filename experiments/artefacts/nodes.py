"""A value inside a JSON file of a stranger, with its place: taken only as what it must be."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from experiments.artefacts.broken import Broken
from experiments.declaration.shown import plain, shown

LONGEST_NUMBER = 40  # characters; Python would work long on very long ones


@dataclass(frozen=True)
class Node:
    """A value and where it stands. What is not as it must be is Broken, with a sentence."""

    value: Any
    place: str  # "steps.json [3].exit"

    def wrong(self, en: str, ja: str) -> NoReturn:
        """It must be something else."""
        raise Broken(
            f"{self.place} must be {en}, not {shown(self.value)}.",
            f"{self.place} は{ja}でなければなりませんが、{shown(self.value)} です。",
        )

    def table(self) -> dict[str, "Node"]:
        """An object, with whatever keys."""
        if not isinstance(self.value, dict):
            self.wrong("an object", "オブジェクト")
        return {key: Node(value, f"{self.place}.{plain(key)}") for key, value in self.value.items()}

    def record(self, keys: Iterable[str]) -> dict[str, "Node"]:
        """An object with exactly these keys."""
        found, wanted = self.table(), set(keys)
        for key in sorted(wanted ^ set(found)):
            if key in wanted:
                raise Broken(f"{self.place} has no {key!r}.", f"{self.place} に {key!r} がありません。")
            raise Broken(
                f"{self.place} has {shown(key)}, which does not belong there.",
                f"{self.place} に {shown(key)} がありますが、そこに書けるものではありません。",
            )
        return found

    def items(self, most: int) -> list["Node"]:
        """An array."""
        if not isinstance(self.value, list) or len(self.value) > most:
            self.wrong(f"an array of {most} items or fewer", f"{most} 個以下の配列")
        return [Node(value, f"{self.place} [{number}]") for number, value in enumerate(self.value)]

    def text(self, most: int, pattern: str = "") -> str:
        """A text that can be written as UTF-8; all of it matches the pattern, if there is one."""
        if not isinstance(self.value, str) or len(self.value) > most or not _encodable(self.value):
            self.wrong(f"a text of {most} characters or fewer", f"{most} 文字以下のテキスト")
        if pattern and not re.fullmatch(pattern, self.value):
            self.wrong(f"written as {pattern}", f" {pattern} の形")
        return str(self.value)

    def whole(self, low: int, high: int) -> int:
        """An integer in a range."""
        fits = isinstance(self.value, int) and not isinstance(self.value, bool)
        if not fits or not low <= self.value <= high:
            self.wrong(f"a whole number from {low} to {high}", f" {low} から {high} までの整数")
        return int(self.value)

    def whole_or_none(self, low: int, high: int) -> int | None:
        """An integer in a range, or null."""
        return None if self.value is None else self.whole(low, high)

    def number(self, low: float, high: float) -> float:
        """A finite number in a range."""
        fits = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not fits or not low <= self.value <= high:
            self.wrong(f"a number from {low:g} to {high:g}", f" {low:g} から {high:g} までの数値")
        return float(self.value)

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            self.wrong("true or false", " true か false ")
        return bool(self.value)

    def one_of(self, known: Iterable[str]) -> str:
        """One of some texts."""
        names = list(known)
        if not isinstance(self.value, str) or self.value not in names:
            self.wrong("one of " + ", ".join(names), "、".join(names) + " のいずれか")
        return str(self.value)


def _encodable(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def load(path: Path, most: int) -> Node:
    """The value of a JSON file of at most so many bytes."""
    data = limited(path, most)
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_int=_whole,
            parse_float=_number,
            parse_constant=_number,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError) as problem:
        raise Broken(
            f"{path.name} is not JSON as this program writes it.",
            f"{path.name} は本プログラムが書く形の JSON ではありません。",
        ) from problem
    return Node(value, path.name)


def limited(path: Path, most: int) -> bytes:
    """The bytes of a file that must exist and be of at most so many bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as problem:
        raise Broken(f"{path.name} cannot be read.", f"{path.name} を読み込めません。") from problem
    if len(data) > most:
        raise Broken(
            f"{path.name} is longer than {most} bytes.", f"{path.name} は {most} バイトを超えています。"
        )
    return data


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError("a very long number")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):  # NaN, Infinity and 1e999
        raise ValueError("no finite number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
