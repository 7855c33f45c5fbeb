"""One form for letters that mean the same: ＡＣＫ, ack and ACK; ｶﾞ and ガ; サーバー and サーバ."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# What belongs to the letter before it, also the half-width voicing marks: NFKC makes one letter of them.
_CLUSTER = re.compile(r".[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)
# The long vowel at the end of a loan word is written by some and left out by others: サーバー, サーバ.
_TAIL = re.compile(r"(?<=[ァ-ヺー][ァ-ヺ])ー(?![ァ-ヺー])")


def normal(text: str) -> str:
    """NFKC without what no database takes (NUL, lone surrogates); letters keep their case."""
    return unicodedata.normalize("NFKC", text.replace("\0", " ").encode("utf-8", "replace").decode())


def fold(text: str) -> str:
    """The form in which words are compared."""
    if text.isascii():
        return text.replace("\0", " ").lower()
    return _TAIL.sub("", normal(text).casefold())


@dataclass(frozen=True)
class Folded:
    """A folded text, and for each of its characters where it came from: start and end in the original."""

    text: str
    starts: list[int]
    ends: list[int]


@lru_cache(maxsize=8192)
def letters_of(cluster: str) -> str:
    """One letter with what belongs to it, in the form in which it is compared."""
    return normal(cluster).casefold()


def fold_with_places(text: str) -> Folded:
    """As `fold`, with the way back; for short texts."""
    if text.isascii():
        return Folded(fold(text), list(range(len(text))), list(range(1, len(text) + 1)))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for found in _CLUSTER.finditer(text):
        for letter in letters_of(found[0]):
            letters.append(letter)
            starts.append(found.start())
            ends.append(found.end())
    tails = {found.start() for found in _TAIL.finditer("".join(letters))}
    kept = [at for at in range(len(letters)) if at not in tails]
    return Folded("".join(letters[at] for at in kept), [starts[at] for at in kept], [ends[at] for at in kept])
