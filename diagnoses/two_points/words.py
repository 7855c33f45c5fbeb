"""The words of the comparison: sentences.toml, in English and Japanese."""

import tomllib
from functools import cache
from pathlib import Path

from diagnoses.finding import Sentence
from diagnoses.words import fill


@cache
def sentences() -> dict[str, dict[str, str]]:
    """All sentences and names: key to {"en", "ja"}."""
    text = (Path(__file__).parent / "sentences.toml").read_text("utf-8")
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def render(sentence: Sentence, language: str) -> str:
    """The sentence in a language; a value that is a sentence itself is put into words first."""
    values = {
        name: render(value, language) if isinstance(value, Sentence) else value
        for name, value in sentence.values.items()
    }
    return fill(sentences()[sentence.key][language], values, language)


def kind(name: str, language: str) -> str:
    """The name of what happened, for a page."""
    return sentences()[f"kind_{name}"][language]


def where(name: str, language: str) -> str:
    """The name of the place, for a page."""
    return sentences()[f"where_{name.replace(' ', '_')}"][language]
