"""What a reader typed, as needles: each is something that a good hit holds."""

import re
from dataclasses import dataclass
from functools import cached_property

from kb.search import terms
from kb.search.folding import fold, normal

LONGEST = 400  # characters of a query that are looked at
MOST = 24  # needles
LONG_RUN = 4  # characters; shorter ones are one word
_QUOTED = re.compile(r'["“”「」]([^"“”「」]{2,})["“”「」]')
_HIRAGANA = re.compile(r"[ぁ-ゖ]+")
_PIECE = re.compile(r"[ァ-ヺー]{2,}|[々-〇㐀-䶿一-鿿豈-﫿가-힣]{2,}|[㐀-䶿一-鿿][ぁ-ゖ]?|[가-힣]")
# Words that a question has and an answer need not have.
_COMMON_ONES = (
    "a an and any are as at be but by can cannot could did do does doing for from get gets give given go"
    " goes had has have how i if in into is it its me my no not of on or our so some that the their them"
    " then there this to up us was we were what when where which while who why will with without you your"
)
_COMMON = frozenset(_COMMON_ONES.split())
_ENDINGS = re.compile(r"(?:ies|ing|ed|es|s)$")


@dataclass(frozen=True)
class Needle:
    """Something to look for. `text` is folded; `parts` are the terms that it stands for, in order."""

    text: str
    parts: tuple[str, ...]
    is_run: bool = False  # of a script without spaces: the parts stand side by side
    whole: str = ""  # of a compound: its one term, which will do instead of the parts
    is_common: bool = False

    @cached_property
    def stem(self) -> str:
        """The beginning that other forms of the word share: retransmissions → retransmission."""
        word = self.parts[-1]
        if self.is_run or self.whole or len(word) < 5 or not word.isalpha():
            return word
        bare = _ENDINGS.sub("", word)
        if word != bare and bare[-1:] == bare[-2:-1] and not word.endswith("s"):
            bare = bare[:-1]  # dropped → drop
        return bare if len(bare) >= 3 else word


@dataclass(frozen=True)
class Query:
    """A query as it is looked for."""

    text: str  # as typed, without space around it
    folded: str
    needles: tuple[Needle, ...]
    phrases: tuple[str, ...]  # folded; what stood between quotation marks must be there as it is

    @cached_property
    def loose(self) -> tuple[Needle, ...]:
        """The parts that carry meaning, any of which may be missing."""
        found: dict[str, Needle] = {}
        for needle in self.needles:
            for piece in pieces(needle):
                found.setdefault(piece.text, piece)
        telling = [one for one in found.values() if not one.is_common]
        return tuple(telling or found.values())[:MOST]

    @cached_property
    def wide(self) -> tuple[Needle, ...]:
        """The same, and the beginnings and ends of long Japanese words: チェックサムエラー → チェックサ."""
        found = {piece.text: piece for piece in self.loose}
        for piece in self.loose:
            if piece.is_run and len(piece.text) >= LONG_RUN:
                half = len(piece.text) // 2 + (not is_kanji(piece.text))
                for end in (piece.text[:half], piece.text[-half:]):
                    found.setdefault(end, of_run(end))
        return tuple(found.values())


def is_kanji(run: str) -> bool:
    """Whether the run consists of Chinese characters, two of which make a word."""
    return all(letter >= "\u3400" for letter in run)


def parse(text: str) -> Query:
    """Reads a query. Nothing in it is syntax but quotation marks."""
    shown = " ".join(normal(text[:LONGEST]).split())
    found: dict[str, Needle] = {}
    for token in terms.TOKEN.finditer(shown):
        needle = of_run(token["run"]) if token["run"] else of_word(token["word"])
        found.setdefault(needle.text, needle)
    phrases = tuple(fold(each).strip() for each in _QUOTED.findall(shown))
    return Query(shown, fold(shown), tuple(found.values())[:MOST], tuple(filter(None, phrases)))


def of_run(run: str) -> Needle:
    """Japanese: the whole run, as a phrase of its pairs."""
    folded = fold(run)
    parts = tuple(folded[at : at + 2] for at in range(len(folded) - 1)) or (folded,)
    return Needle(folded, parts, is_run=True)


def of_word(word: str) -> Needle:
    """A word, or a compound of several."""
    words = [terms.cut(fold(one)) for one in terms.WORD.findall(word)]
    whole = terms.compound(words) if len(words) > 1 else ""
    return Needle(fold(word), tuple(words), whole=whole, is_common=len(words) == 1 and words[0] in _COMMON)


def pieces(needle: Needle) -> list[Needle]:
    """接続がタイムアウト → 接続, タイムアウト; words stay as they are, compounds fall apart."""
    if not needle.is_run:
        return [needle, *(of_word(part) for part in needle.parts if needle.whole and len(part) > 2)]
    found = [of_run(piece) for piece in _PIECE.findall(needle.text)]
    if found:
        return found
    hiragana = _HIRAGANA.search(needle.text)
    return [of_run(hiragana[0][:3])] if hiragana and len(hiragana[0]) > 3 else [needle]
