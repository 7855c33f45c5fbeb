"""The words of the diagnoses: sentences in English and Japanese side by side (words.toml), filled with the
case's values.

A gap in a sentence is ``{name}`` or ``{name:form}``. Forms: ``s`` seconds, ``list_s`` seconds in a row,
``list``, ``frames``, and ``one|many`` for English counting.
"""

import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from diagnoses.finding import Sentence

LANGUAGES = ("en", "ja")
FOLDER = Path(__file__).parent
_SHOWN = 10  # items of a list that a sentence names; more are counted


class _Filler(string.Formatter):
    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, form: str) -> str:
        if "|" in form:
            one, many = form.split("|")
            return f"{value} {one if value == 1 else many}"
        show = _FORMS.get(form)
        return show(value, self.language) if show else str(super().format_field(value, form))

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs[str(key)]


def seconds(value: float, language: str) -> str:
    """A duration with a sensible unit and no more digits than it deserves."""
    unit = "秒" if language == "ja" else "s"
    if value == 0:
        return f"0 {unit}"
    if abs(value) < 0.001:
        return f"{value * 1e6:.0f} {'マイクロ秒' if language == 'ja' else 'µs'}"
    if abs(value) < 0.1:
        return f"{value * 1e3:.1f} {'ミリ秒' if language == 'ja' else 'ms'}"
    return f"{value:.0f} {unit}" if abs(value) >= 100 else f"{value:.1f} {unit}"


def _list(values: Sequence[object], language: str) -> str:
    shown = [str(v) for v in values[:_SHOWN]]
    more = len(values) - len(shown)
    if language == "ja":
        return "、".join(shown) + (f" ほか {more} 個" if more else "")
    if more:
        return ", ".join(shown) + f" and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _frames(values: Sequence[int | str], language: str) -> str:
    if language == "ja":
        return "フレーム " + _list(values, language)
    return ("frame " if len(values) == 1 else "frames ") + _list(values, language)


def _list_s(values: Sequence[float], language: str) -> str:
    digits = [f"{v:.2f}" if v < 0.995 else f"{v:.1f}" for v in values]
    return _list(digits, language) + (" 秒" if language == "ja" else " s")


_FORMS: dict[str, Callable[[Any, str], str]] = {
    "s": seconds,
    "list": _list,
    "frames": _frames,
    "list_s": _list_s,
}


@cache
def words(code: str) -> dict[str, dict[str, str]]:
    """All sentences of a diagnosis: key to {"en", "ja"}."""
    found: dict[str, dict[str, str]] = tomllib.loads((FOLDER / code / "words.toml").read_text("utf-8"))
    return found


@cache
def common() -> dict[str, dict[str, str]]:
    """Sentences that any diagnosis may use."""
    found: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "words.toml").read_text("utf-8"))
    return found


def render(code: str, sentence: Sentence, language: str) -> str:
    """The sentence in a language. KeyError when the key, the language or a value is missing: a test forbids
    it.
    """
    own = words(code)
    text = (own if sentence.key in own else common())[sentence.key][language]
    return fill(text, sentence.values, language)


def fill(text: str, values: Mapping[str, object], language: str) -> str:
    """A sentence with its gaps filled."""
    return _Filler(language).vformat(text, (), values).strip()


def name(code: str, language: str) -> str:
    """The short name of a diagnosis."""
    return words(code)["name"][language]


def join(sentences: Sequence[str], language: str) -> str:
    """Sentences as one paragraph."""
    return ("" if language == "ja" else " ").join(sentences)
