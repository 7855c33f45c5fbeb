"""Where nothing was found: the nearest words and titles that there are."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from kb.models import SearchEntry, User
from kb.search import needles, terms
from kb.search.folding import fold
from kb.search.needles import Query

LIKE = 0.7  # of 1: how like a word must be
TITLES = 5
LEAST = 0.12  # of 1: of the pairs of letters that a title shares


@dataclass(frozen=True)
class Title:
    """A page that comes near."""

    title: str
    url: str
    language: str


@dataclass(frozen=True)
class Suggestions:
    """The query with its words put right (empty when nothing is like them), and pages that come near."""

    query: str
    titles: tuple[Title, ...]


def suggest(user: User, query: Query, language: str) -> Suggestions:
    """From titles, codes and tags of what everybody may read: a capture's name is nobody's suggestion."""
    public = SearchEntry.objects.visible_to(user).filter(capture=None)
    rows = list(public.values_list("title", "url", "language", "head"))
    known = {term for *_, head in rows for term in terms.WORD.findall(head) if len(term) > 2}
    titles = near(query.folded, ((Title(*row[:3]), row[3]) for row in rows if row[2] in ("", language)))
    return Suggestions(corrected(query, known), titles)


def corrected(query: Query, known: set[str]) -> str:
    """Each word as the nearest known one; empty when that changes nothing."""
    words = [nearest(needle, known) for needle in query.needles]
    return " ".join(words) if words != [needle.text for needle in query.needles] else ""


def nearest(needle: needles.Needle, known: set[str]) -> str:
    """The known word that is most like this one, else itself."""
    if needle.is_run or needle.text in known or len(needle.text) < 3 or needle.is_common:
        return needle.text
    alike = [word for word in known if abs(len(word) - len(needle.text)) < 4]
    return (difflib.get_close_matches(needle.text, sorted(alike), 1, LIKE) or [needle.text])[0]


def near(folded: str, pages: Iterable[tuple[Title, str]]) -> tuple[Title, ...]:
    """The pages whose titles share the most pairs of letters with the query."""
    wanted = pairs(folded)
    scored = [(likeness(wanted, pairs(fold(page.title))), page) for page, _ in pages]
    best = sorted((each for each in scored if each[0] >= LEAST), key=lambda each: (-each[0], each[1].title))
    return tuple(page for _, page in best[:TITLES])


def pairs(folded: str) -> frozenset[str]:
    """Pairs of letters that stand side by side."""
    return frozenset(a + b for a, b in pairwise(folded) if not (a + b).isspace())


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
