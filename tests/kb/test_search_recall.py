"""The labelled queries over what is shipped: a right page is among the first five hits."""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from kb.models import SearchEntry
from kb.search.answer import by_words
from kb.search.folding import fold

pytestmark = [pytest.mark.django_db, pytest.mark.both]
QUERIES = tomllib.loads((Path(__file__).parent / "search_queries.toml").read_text("utf-8"))["query"]
FIRST, RECALL = 5, 0.95


@pytest.fixture
def shipped(cast):
    call_command("load_articles")
    return cast


def language(text: str) -> str:
    return "en" if text.isascii() else "ja"


def test_there_are_sixty_queries_and_half_are_japanese():
    assert len(QUERIES) >= 60
    assert sum(language(query["text"]) == "ja" for query in QUERIES) * 2 >= len(QUERIES)
    assert len({query["text"] for query in QUERIES}) == len(QUERIES)
    slugs = {path.name for path in (settings.BASE_DIR / "diagnoses").iterdir()}
    slugs |= {
        path.name.split(".")[0]
        for room in ("content", "runbooks")
        for path in (settings.BASE_DIR / "kb" / room).iterdir()
    }
    assert {slug for query in QUERIES for slug in query["right"]} <= {
        name.replace("_", "-") for name in slugs
    }


def test_the_right_pages_are_among_the_first_five(shipped):
    bodies = [head + body for head, body in SearchEntry.objects.values_list("head", "body")]
    missed = []
    for query in QUERIES:
        hits = by_words(shipped.alice, query["text"], language(query["text"]), limit=FIRST).hits
        there = {hit.slug for hit in hits} & set(query["right"])
        if not there:
            missed.append((query["text"], [hit.slug for hit in hits]))
        assert hits or not any(fold(query["text"]) in body for body in bodies), query["text"]
    assert 1 - len(missed) / len(QUERIES) >= RECALL, missed
