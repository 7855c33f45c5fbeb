"""What a reader gets, by words (an error string is also read as the symptom that it is) and by symptom."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.models import SearchEntry, User
from kb.search import terms
from kb.search.find import Found, Hit, find
from kb.search.folding import normal
from kb.search.needles import LONGEST
from kb.search.symptoms.recognise import LONGEST as LONGEST_TEXT
from kb.search.symptoms.recognise import recognise
from kb.search.symptoms.sign import Reason

MEANT = 3  # codes of a recognised error string that words are searched with
EXPLAINED = 8  # codes of a symptom whose pages are shown
KINDS = (SearchEntry.Kind.ARTICLE, SearchEntry.Kind.RUNBOOK)


def by_words(user: User, text: str, language: str, *, limit: int = 20, kinds: Iterable[str] = ()) -> Found:
    """What holds the words, and what explains them: "10061" stands in few articles, and means a refusal."""
    codes = recognise(text[:LONGEST]).codes[:MEANT]
    return find(user, text, language, limit=limit, kinds=kinds, codes=codes)


@dataclass(frozen=True)
class Symptom:
    """What was recognised in a text, and the pages that explain it, else those that hold its words."""

    reasons: tuple[Reason, ...]
    codes: tuple[str, ...]
    hits: tuple[Hit, ...]


def by_symptom(user: User, text: str, language: str, *, limit: int = 12) -> Symptom:
    """Articles and runbooks for a pasted text. The text is not kept."""
    found = recognise(text)
    codes = found.codes[:EXPLAINED]
    hits = find(user, "", language, limit=limit, kinds=KINDS, codes=codes).hits if codes else ()
    return Symptom(found.reasons, found.codes, hits or find(user, telling(text), language, limit=limit).hits)


def telling(text: str) -> str:
    """The words of a long text without numbers, addresses and repetitions, as far as a query goes."""
    words = (found[0] for found in terms.TOKEN.finditer(normal(text[:LONGEST_TEXT])))
    kept = dict.fromkeys(
        word for word in words if not any(letter.isdigit() for letter in word) and len(word) > 1
    )
    return " ".join(kept)[:LONGEST]
