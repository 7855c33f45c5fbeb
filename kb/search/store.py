"""Where the terms are kept, and how a database is asked for them: FTS5 in SQLite, tsvector in PostgreSQL.

Both find the same entries; kb/search/ranking.py puts them in order, so that both give the same answer.
"""

from collections.abc import Iterable, Sequence
from typing import cast

from django.db import connection

from kb.models import SearchEntry
from kb.models.searchentry import SearchEntryQuerySet
from kb.search import terms
from kb.search.needles import Needle

FIELDS = ("head", "lead", "body")
# PostgreSQL numbers the places of a term up to 16,383, and keeps 256 of them.
LAST_PLACE, PLACES = 16_383, 256


def is_sqlite() -> bool:
    """Else it is PostgreSQL: the settings know no third."""
    return connection.vendor == "sqlite"


def write(entry: SearchEntry, head: str, lead: str, body: str) -> None:
    """Keeps the terms of these texts for the entry, in place of those before."""
    fields = [list(terms.of_text(text)) for text in (head, lead, body)]
    with connection.cursor() as cursor:
        if is_sqlite():
            cursor.execute("DELETE FROM kb_searchterms WHERE rowid = %s", [entry.pk])
            joined = [" ".join(field) for field in fields]
            cursor.execute(
                "INSERT INTO kb_searchterms(rowid, head, lead, body) VALUES (%s, %s, %s, %s)",
                [entry.pk, *joined],
            )
        else:
            cursor.execute(
                "UPDATE kb_searchentry SET terms = %s::tsvector WHERE id = %s", [vector(fields), entry.pk]
            )


def vector(fields: Sequence[Iterable[str]]) -> str:
    """The terms of head, lead and body as PostgreSQL writes a tsvector, with the weights A, B and D."""
    places: dict[str, list[str]] = {}
    place = 0
    for field, weight in zip(fields, "ABD", strict=True):
        for term in field:
            place += 1
            kept = places.setdefault(term, [])
            if len(kept) < PLACES and place < LAST_PLACE:
                kept.append(f"{place}{weight}")
    return " ".join(f"'{term}':{','.join(kept)}" if kept else f"'{term}'" for term, kept in places.items())


def holding(entries: SearchEntryQuerySet, needles: Sequence[Needle], *, every: bool) -> SearchEntryQuerySet:
    """Those of the entries that hold every needle (or any of them), the most promising first."""
    if is_sqlite():
        return matching(entries, (" AND " if every else " OR ").join(map(fts, needles)))
    return matching(entries, (" & " if every else " | ").join(map(tsquery, needles)))


def about(entries: SearchEntryQuerySet, codes: Iterable[str]) -> SearchEntryQuerySet:
    """Those of the entries that explain, show or hold one of the diagnoses."""
    if is_sqlite():
        return matching(entries, "head : (" + " OR ".join(f'"{code}"' for code in codes) + ")")
    return matching(entries, " | ".join(f"'{code}':A" for code in codes))


def matching(entries: SearchEntryQuerySet, expression: str) -> SearchEntryQuerySet:
    """Those that match an expression in the database's own syntax. It holds quoted terms only, and terms hold
    letters, digits and `_` only."""
    found = (
        entries.extra(
            tables=["kb_searchterms"],
            where=["kb_searchterms.rowid = kb_searchentry.id", "kb_searchterms MATCH %s"],
            params=[expression],
            order_by=["kb_searchterms.rank"],
        )
        if is_sqlite()
        else entries.extra(
            select={"promise": "ts_rank('{0.05, 0.05, 0.3, 1.0}', terms, %s::tsquery)"},
            select_params=[expression],
            where=["terms @@ %s::tsquery"],
            params=[expression],
            order_by=["-promise"],
        )
    )
    return cast(SearchEntryQuerySet, found)


def fts(needle: Needle) -> str:
    """The needle in FTS5's syntax."""
    if needle.is_run:
        return f'"{" ".join(needle.parts)}"' + (" *" if len(needle.text) == 1 else "")
    apart = " AND ".join(
        f'"{part}"' + (" *" if last and is_open(part) else "") for part, last in parts(needle)
    )
    return f'("{needle.whole}" * OR ({apart}))' if needle.whole else f"({apart})"


def tsquery(needle: Needle) -> str:
    """The needle as PostgreSQL writes a tsquery. Pairs need not stand side by side: of frequent ones not all
    places are kept, and the ranking reads the text."""
    if needle.is_run:
        return (
            f"'{needle.text}':*"
            if len(needle.text) == 1
            else "(" + " & ".join(f"'{p}'" for p in needle.parts) + ")"
        )
    apart = " & ".join(f"'{part}'" + (":*" if last and is_open(part) else "") for part, last in parts(needle))
    return f"('{needle.whole}':* | ({apart}))" if needle.whole else f"({apart})"


def parts(needle: Needle) -> list[tuple[str, bool]]:
    """Its terms, and whether each is the last; that one as its stem."""
    *before, _ = needle.parts
    return [*((part, False) for part in before), (needle.stem, True)]


def is_open(term: str) -> bool:
    """Whether longer words will do, too: not for numbers, and not for a single letter."""
    return len(term) > 1 and not term.isdigit()
