"""A reader's words, and what is found: `find(user, "connection reset by peer", "en")`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from kb.models import SearchEntry, User
from kb.models.searchentry import SearchEntryQuerySet
from kb.search import needles, ranking, snippets, store
from kb.search.needles import Needle, Query
from kb.search.snippets import Snippet

CANDIDATES = 200  # of each way to look; the ranking reads their texts
ENOUGH = 20  # hits that hold every word; with fewer, those that hold some are looked at, too
KIND = SearchEntry.Kind


@dataclass(frozen=True)
class Hit:
    """One thing that was found, in the language that is shown."""

    kind: str
    title: str
    url: str
    slug: str
    language: str
    codes: tuple[str, ...]
    named: Snippet  # the title with its marks
    snippet: Snippet


@dataclass(frozen=True)
class Found:
    """The answer: the first hits, and how many there are (of at most some hundred that are looked at)."""

    query: Query
    hits: tuple[Hit, ...]
    count: int


def find(
    user: User,
    text: str,
    language: str,
    *,
    limit: int = 20,
    kinds: Iterable[str] = (),
    codes: Sequence[str] = (),
) -> Found:
    """What this person may see and what holds the words, best first, each thing once.

    `kinds` narrows; `codes` are diagnoses that the words are known to mean, and whose pages are found, too.
    """
    query = needles.parse(text)
    seen = SearchEntry.objects.visible_to(user)
    among = seen.filter(kind__in=tuple(kinds)) if kinds else seen
    entries, looked_for = candidates(among, query, codes)
    order = once(ranking.ranked(entries, query, looked_for, language, codes))
    shown = order[:limit]
    texts = dict(seen.filter(pk__in=[each.pk for each in shown]).values_list("pk", "text"))
    hits = tuple(hit(each, texts.get(each.pk, ""), query, looked_for) for each in shown)
    return Found(query, hits, len(order))


def candidates(
    among: SearchEntryQuerySet, query: Query, codes: Sequence[str]
) -> tuple[list[SearchEntry], tuple[Needle, ...]]:
    """The entries to be ranked, and what found them: all words, else some, else any part of a text."""
    public, captures = among.exclude(kind=KIND.CAPTURE), among.filter(kind=KIND.CAPTURE)
    found: dict[int, SearchEntry] = {}
    looked_for = query.loose
    if query.needles:
        take(found, store.holding(public, query.needles, every=True))
        take(found, parts_of(captures, query.folded.split()))
        if len(found) < ENOUGH:
            take(found, store.holding(public, query.wide, every=False))
    if codes:
        take(found, store.about(public, codes))
    if not found and query.folded:
        take(found, parts_of(among, [query.folded]))
        looked_for = (*looked_for, Needle(query.folded, (query.folded,), is_run=True))
    return list(found.values()), looked_for


def take(found: dict[int, SearchEntry], entries: SearchEntryQuerySet) -> None:
    """Adds the first of these entries."""
    for entry in entries.defer("text", "tags")[:CANDIDATES]:
        found.setdefault(entry.pk, entry)


def parts_of(entries: SearchEntryQuerySet, words: Sequence[str]) -> SearchEntryQuerySet:
    """Those whose text holds each of the words, wherever it stands."""
    for word in words[: needles.MOST]:
        head, body = (StrIndex(field, Value(word)) for field in ("head", "body"))
        entries = entries.alias(in_head=head, in_body=body).filter(Q(in_head__gt=0) | Q(in_body__gt=0))
    return entries.order_by("-updated", "pk")


def once(order: Sequence[ranking.Ranked]) -> list[SearchEntry]:
    """Each thing once, in the language that came first."""
    found: dict[tuple[str, str], SearchEntry] = {}
    for each in order:
        found.setdefault((each.entry.kind, each.entry.key), each.entry)
    return list(found.values())


def hit(entry: SearchEntry, text: str, query: Query, looked_for: Sequence[Needle]) -> Hit:
    """The entry as it is shown: the place of its text that holds the words, else what it is about."""
    telling = [needle for needle in looked_for if not needle.is_common] or looked_for
    whole = Needle(query.folded, (query.folded,), is_run=True)
    wanted = (whole, *telling) if query.folded else telling
    found = (
        None if query.folded in entry.codes else snippets.of_text(f"{entry.lead}\n{text}", entry.body, wanted)
    )
    return Hit(
        entry.kind,
        entry.title,
        entry.url,
        entry.slug,
        entry.language,
        tuple(entry.codes),
        snippets.marked(entry.title, wanted),
        found or snippets.beginning(entry.lead or text),
    )
