"""Texts as terms: what stands in the index, and what a query asks of it.

Words of letters and digits are terms as they are; a word with points, colons, dashes or underscores inside
(10.0.3.2, tcp_retries2) is one more term, and so are the parts of a CamelCase name. Text without spaces
(Chinese, Japanese, Korean) becomes overlapping pairs of characters, so that any part of a sentence is found.
A term holds letters, digits and `_` only: nothing in it can be syntax of a database.
"""

import re
from collections.abc import Iterator

from kb.search.folding import fold, normal

LONGEST = 64  # characters of a term; longer ones are hashes and keys, and are cut
_CJK = "々-〇ぁ-ゖゝ-ゟァ-ヺー-ヿㇰ-ㇿ㐀-䶿一-鿿豈-﫿가-힣\U00020000-\U0003ffff"
_LETTER = rf"(?:(?![{_CJK}])[^\W_])"
RUN = re.compile(rf"[{_CJK}]+")
WORD = re.compile(rf"{_LETTER}+")
TOKEN = re.compile(rf"(?P<run>[{_CJK}]+)|(?P<word>{_LETTER}+(?:[._:/@+-]{_LETTER}+)*)")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


def of_text(text: str) -> Iterator[str]:
    """The terms of a text in their order."""
    for found in TOKEN.finditer(normal(text)):
        if run := found["run"]:
            yield from pairs(fold(run))
        else:
            yield from of_word(found["word"])


def pairs(run: str) -> Iterator[str]:
    """ABC → AB BC C: the last one alone, so that a single character is the beginning of some term."""
    for at in range(len(run) - 1):
        yield run[at : at + 2]
    yield run[-1]


def of_word(word: str) -> Iterator[str]:
    """A word's own terms: its words, the whole of a compound, the parts of a CamelCase name."""
    words = WORD.findall(word)
    for one in words:
        yield cut(fold(one))
        parts = _CAMEL.findall(one)
        if len(parts) > 1 and not (one.islower() or one.isupper()):
            yield from (fold(part) for part in parts if len(part) > 2)
    if len(words) > 1:
        yield compound(words)


def compound(words: list[str]) -> str:
    """tcp.retries2, tcp-retries2 and tcp_retries2 are one term."""
    return cut("_".join(fold(word) for word in words))


def cut(term: str) -> str:
    """Not longer than a term may be."""
    return term[:LONGEST]
