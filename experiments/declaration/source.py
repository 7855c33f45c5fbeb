"""The text of a declaration with its values, and the line of each: tomllib does not tell lines.

The text is walked once before tomllib reads it, quickly and without judging: where something cannot be
walked, tomllib says why. The walk also refuses what would cost tomllib long: it needs quadratic time for a
key of many parts, and recurses into lists.
"""

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from typing import Any

from experiments.declaration import limits
from experiments.declaration.malformed import malformed
from experiments.declaration.mistakes import Mistake, Mistakes, Wrong

Path = tuple[str | int, ...]  # ("step", 2, "says", "en")

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
SCALAR = re.compile(r"[^\s,\]}#]++(?: [0-9][^\s,\]}#]*+)?")  # a date may have a space before its time
STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'''
    r"""|'''(?:[^']|'(?!''))*+'{3,5}"""
    r"""|"(?:[^"\\\n]|\\[^\n])*+"|'[^'\n]*+'""",
    re.DOTALL,
)


class Source:
    """A text that is TOML.

    Attributes:
        values: what tomllib read.

    Raises:
        Mistakes: when the text is not TOML, or a value lies too deep.
    """

    def __init__(self, text: str) -> None:
        walk = _Walk(text)
        stop = walk.document()
        self._rows = walk.rows
        try:
            self.values: dict[str, Any] = tomllib.loads(text[:stop])
        except tomllib.TOMLDecodeError as error:
            raise Mistakes((malformed(error, text[:stop]),)) from None
        except (ValueError, RecursionError):
            raise Mistakes((walk.not_toml(),)) from None
        if stop < len(text):
            raise Mistakes((walk.not_toml(),))

    def holds(self, path: Path) -> bool:
        """Whether something is written there."""
        return path in self._rows

    def row(self, path: Path) -> int:
        """The line, from 1, where this value, or the nearest table around it, begins."""
        while path and path not in self._rows:
            path = path[:-1]
        return self._rows.get(path, 1)


class _Stop(Exception):
    """The walk cannot go on; tomllib will say why."""


class _Walk:
    """One way through the text; ``at`` is the place, ``rows`` the line where each path begins."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.rows: dict[Path, int] = {}
        self.lines = [found.start() for found in re.finditer("\n", text)]
        self.tables: Counter[Path] = Counter()  # [[TABLE]]s seen so far

    def document(self) -> int:
        """Walk it all; the end of the last line that tomllib should read."""
        base: Path = ()
        try:
            while self._more():
                if self._peek("["):
                    base = self._heading()
                else:
                    self._pair(base)
        except Wrong as wrong:
            raise Mistakes((Mistake(self._row(), wrong.en, wrong.ja),)) from None
        except _Stop:
            end = self.text.find("\n", self.at)
            return end if end >= 0 else len(self.text)
        return len(self.text)

    def not_toml(self) -> Mistake:
        """Said when tomllib says nothing better."""
        return Mistake(self._row(), "this is not TOML.", "TOML として読めません。")

    def _row(self) -> int:
        return bisect_right(self.lines, self.at - 1) + 1

    def _more(self) -> bool:
        self._match(BLANK)
        return self.at < len(self.text)

    def _peek(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def _take(self, mark: str) -> bool:
        found = self._peek(mark)
        self.at += len(mark) if found else 0
        return found

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            raise _Stop

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""

    def _note(self, path: Path) -> None:
        if len(path) > limits.DEPTH:
            raise Wrong(
                f"tables and lists lie more than {limits.DEPTH} deep here.",
                f"表とリストの入れ子が {limits.DEPTH} 段を超えています。",
            )
        self.rows.setdefault(path, self._row())

    def _heading(self) -> Path:
        """[TABLE] or [[TABLE]]; the path of the keys that follow."""
        close = "]]" if self._take("[[") else "]"
        if close == "]":
            self._need("[")
        base: Path = ()
        parts = self._key(base)
        for part in parts[:-1]:
            base = self._inside((*base, part))
        base = (*base, parts[-1])
        self._note(base)
        if close == "]]":
            self.tables[base] += 1
        base = self._inside(base)
        self._need(close)
        return base

    def _inside(self, path: Path) -> Path:
        """Of a list of tables the last one."""
        self._note(path)
        if path in self.tables:
            path = (*path, self.tables[path] - 1)
            self._note(path)
        return path

    def _key(self, base: Path) -> list[str]:
        parts: list[str] = []
        while not parts or self._take("."):
            self._spaces()
            parts.append(self._key_part())
            self._spaces()
            if len(base) + len(parts) > limits.DEPTH:
                self._note((*base, *parts))
        return parts

    def _key_part(self) -> str:
        if bare := self._match(BARE_KEY):
            return bare
        quoted = self._match(STRING)
        if not quoted:
            raise _Stop
        if "\\" not in quoted:
            return quoted[1:-1]
        try:
            return str(tomllib.loads(f"key = {quoted}")["key"])
        except tomllib.TOMLDecodeError:
            raise _Stop from None

    def _spaces(self) -> None:
        while self._take(" ") or self._take("\t"):
            pass

    def _pair(self, base: Path) -> None:
        parts = self._key(base)
        for length in range(1, len(parts) + 1):
            self._note((*base, *parts[:length]))
        self._spaces()
        self._need("=")
        self._spaces()
        self._value((*base, *parts))

    def _value(self, path: Path) -> None:
        if self._take("["):
            self._items(path)
        elif self._take("{"):
            self._pairs(path)
        elif not self._match(STRING):
            self._scalar()

    def _scalar(self) -> None:
        found = self._match(SCALAR)
        if not found:
            raise _Stop
        if len(found) > limits.SCALAR:  # int() of thousands of digits is an exception of its own kind
            raise Wrong(
                "no number or date is so long; a text stands between quotes.",
                "数値や日付としては長すぎます。文字列は引用符で囲んでください。",
            )

    def _items(self, path: Path) -> None:
        count = 0
        while self._more() and not self._take("]"):
            element = (*path, min(count, limits.SEQUENCE))  # no list that long is read
            self._note(element)
            self._value(element)
            count += 1
            self._match(BLANK)
            if not self._take(",") and not self._peek("]"):
                raise _Stop

    def _pairs(self, path: Path) -> None:
        self._spaces()
        while not self._take("}"):
            self._pair(path)
            self._spaces()
            if not self._take(",") and not self._peek("}"):
                raise _Stop
            self._spaces()
