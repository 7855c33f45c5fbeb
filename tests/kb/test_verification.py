"""Verified until a day; and what the article's page says of its proof, its translation and its links."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kb import proofs, stale, translations
from kb.models import Article, Revision
from kb.proofs import Proof
from tests.kb.test_pages_of_articles import on_path, revision
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_review import give

__all__ = ["on_path"]
pytestmark = [pytest.mark.django_db, pytest.mark.both]
NOW = timezone.now()


@pytest.fixture
def known(monkeypatch) -> dict[int, Proof]:
    """What experiments say, by the article's pk."""
    said: dict[int, Proof] = {}
    monkeypatch.setattr(proofs, "_asked", [lambda articles: said])
    return said


def verified(article: Article, days: int, cast) -> None:
    until = timezone.now().date() + timedelta(days=days)
    Revision.objects.filter(article=article).update(verified_until=until, verified_by=cast.bob)


def test_the_page_says_until_when_and_by_whom(alice, cast, on_path, known):
    assert "verified until" not in text(page(alice, on_path.get_absolute_url()))
    verified(on_path, 30, cast)
    day = (timezone.now().date() + timedelta(days=30)).isoformat()
    assert f"verified until {day} by bob" in text(page(alice, on_path.get_absolute_url()))


def test_a_red_experiment_ends_the_verification(alice, cast, on_path, known):
    verified(on_path, 30, cast)
    known[on_path.pk] = Proof("refuted", NOW, ("6.12",), url="/experiments/a/runs/b/")
    words = text(page(alice, on_path.get_absolute_url()))
    assert "but its experiment has gone red since" in words
    assert "on Linux 6.12: it did not hold" in words
    assert "by bob" not in words


def test_the_day_ends_the_verification(alice, cast, on_path, known):
    verified(on_path, -1, cast)
    assert "its verification ended on" in text(page(alice, on_path.get_absolute_url()))


def test_the_head_of_an_article_says_how_it_is_proved(alice, on_path, known):
    known[on_path.pk] = Proof("proved", timezone.now(), ("6.1", "6.12"), identical=True)
    words = text(page(alice, on_path.get_absolute_url()))
    assert "replayed just now on Linux 6.1 and 6.12: identical" in words


@pytest.fixture
def moved(on_path) -> Article:
    """The original has moved on since it was translated."""
    was = on_path.revisions.get(language="en")
    on_path.revisions.filter(language="ja").update(translates=was)
    Revision.objects.filter(pk=was.pk).update(state="superseded")
    now = revision(on_path, "en", "Refused on the way", body="## First\n\n**Bolder**\n", based_on=was)
    Revision.objects.filter(pk=now.pk).update(digest="1")
    return on_path


def test_a_translation_says_that_its_original_has_moved_on(alice, cast, moved):
    html = page(alice, f"{moved.get_absolute_url()}?language=ja")
    assert "The English original has changed since this translation." in text(html)
    assert "/behind/" not in html
    give(cast.alice, "author")
    assert "/articles/refused-on-path/behind/?language=ja" in page(
        alice, f"{moved.get_absolute_url()}?language=ja"
    )
    assert "has changed since" not in text(page(alice, f"{moved.get_absolute_url()}?language=en"))


def test_the_translator_sees_the_difference_beside_the_translation(alice, cast, moved):
    give(cast.alice, "author")
    html = page(alice, "/articles/refused-on-path/behind/?language=ja")
    assert "</span>path</del>" in html
    assert "経路上で拒否" in html
    assert "/articles/refused-on-path/translate/?language=ja" in html
    assert alice.get("/articles/refused-on-path/behind/?language=xx").status_code == 404
    assert "経路上で拒否" in page(alice, "/review/")


def test_a_translation_of_the_newest_wording_is_not_behind(moved):
    assert [one.article for one in translations.every_one_behind()] == [moved]
    moved.revisions.filter(language="ja").update(translates=moved.current("en"))
    fresh = Article.objects.get(pk=moved.pk)
    fresh.revisions.filter(language="ja").update(translates=fresh.current("en"))
    assert translations.behind(fresh) is None
    assert translations.every_one_behind() == []


def test_the_same_words_again_leave_no_translation_behind(moved):
    was = moved.revisions.get(language="ja").translates
    moved.revisions.filter(state="approved", language="en").update(digest=was.digest)
    assert translations.behind(moved) is None


def test_the_stale_list_says_why(alice, cast, moved, known):
    give(cast.alice, "author")
    known[moved.pk] = Proof("refuted", NOW, ("6.1",))
    Revision.objects.filter(language="ja").update(created=NOW - timedelta(days=400))
    verified(moved, -1, cast)
    found = {one.revision.language: one.reasons for one in stale.every_one()}
    assert found == {"ja": ("red", "behind", "old"), "en": ("red",)}
    html = page(alice, "/stale/?why=behind")
    assert "経路上で拒否" in html
    assert "Refused on the way" not in html


def test_what_was_verified_is_not_too_old(moved, cast, known):
    Revision.objects.filter(language="en").update(created=NOW - timedelta(days=400))
    assert "old" in next(one.reasons for one in stale.every_one() if one.revision.language == "en")
    verified(moved, 10, cast)
    assert "en" not in {one.revision.language for one in stale.every_one()}


def test_what_links_here_is_named_once_in_the_readers_language(alice, on_path):
    for slug, body in (
        ("by-link", "See [this](/articles/refused-on-path/)."),
        ("by-code", "See [this](/articles/refused_on_path/#why)."),
        ("by-section", "::section refused-on-path#why"),
        ("by-finding", "Text.\n\n::finding refused_on_path"),
        ("longer", "See [this](/articles/refused-on-path-too/) and ::finding refused_on_path_too"),
        ("draft", "See [this](/articles/refused-on-path/)."),
    ):
        article = Article.objects.create(slug=slug)
        state = "in_review" if slug == "draft" else "approved"
        revision(article, "en", f"About {slug}", body=body, state=state)
        if slug == "by-link":
            revision(article, "ja", "リンクについて", body=body)
    words = text(page(alice, on_path.get_absolute_url()))
    for slug in ("by-link", "by-code", "by-section", "by-finding"):
        assert words.count(f"About {slug}") == 1
    assert "About longer" not in words
    assert "About draft" not in words
    assert "リンクについて" in page(alice, on_path.get_absolute_url(), "ja")


def test_many_links_cost_one_query(alice, on_path, django_assert_max_num_queries):
    articles = Article.objects.bulk_create(Article(slug=f"a{i}") for i in range(300))
    Revision.objects.bulk_create(
        Revision(
            article=a, language="en", title=a.slug, summary="s", body="[x](/articles/refused-on-path/)",
            origin="person", state="approved",
        )
        for a in articles
    )  # fmt: skip
    with django_assert_max_num_queries(26):
        page(alice, on_path.get_absolute_url())
