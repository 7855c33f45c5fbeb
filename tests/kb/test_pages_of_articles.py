"""Articles: the list, one of them, both languages."""

import pytest

from kb.models import Article, Revision
from tests import sample_report as sample
from tests.kb import shown
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


def revision(article: Article, language: str, title: str, **more: object) -> Revision:
    values = {
        "summary": f"About {title}.",
        "body": "## First\n\n**Bold**\n",
        "origin": "shipped",
        "state": "approved",
    }
    return Revision.objects.create(
        article=article, language=language, title=title, digest="0", **{**values, **more}
    )


@pytest.fixture
def on_path(db) -> Article:
    article = Article.objects.create(slug="refused-on-path", code="refused_on_path")
    revision(article, "en", "Refused on the path")
    revision(article, "ja", "経路上で拒否")
    return article


def test_the_list_is_in_the_readers_language_and_falls_back_to_the_other(alice, on_path):
    revision(Article.objects.create(slug="handshake"), "en", "The handshake")
    words = text(page(alice, "/articles/", "ja"))
    assert "経路上で拒否" in words
    assert "Refused on the path" not in words
    assert "The handshake" in words


def test_only_approved_words_are_shown(alice, on_path):
    revision(on_path, "en", "A draft", state="draft")
    draft = Article.objects.create(slug="draft-only")
    revision(draft, "en", "Nothing yet", state="in_review")
    words = text(page(alice, "/articles/"))
    assert "A draft" not in words
    assert "Nothing yet" not in words
    assert alice.get("/articles/draft-only/").status_code == 404


def test_the_list_can_be_filtered(alice, on_path):
    revision(Article.objects.create(slug="handshake"), "en", "The handshake")
    words = text(page(alice, "/articles/?q=refused"))
    assert "Refused on the path" in words
    assert "The handshake" not in words
    assert "No article holds “&lt;b&gt;”." in text(page(alice, "/articles/?q=<b>"))


def test_an_article_has_contents_code_translation_and_history(alice, on_path):
    html = page(alice, "/articles/refused-on-path/")
    words = text(html)
    assert '<h2 id="first">' in html
    assert '<a href="#first">First</a>' in html
    assert "<strong>Bold</strong>" in html
    assert "refused_on_path" in words
    assert 'href="?language=ja" hreflang="ja"' in html
    assert "comes with the product · 20" in words
    assert "経路上で拒否" in page(alice, "/articles/refused-on-path/?language=ja")


def test_the_code_leads_to_the_article(alice, on_path):
    answer = alice.get("/articles/refused_on_path/")
    assert (answer.status_code, answer["Location"]) == (302, "/articles/refused-on-path/")


def test_an_article_names_the_readers_own_captures_that_show_it(client, cast, on_path):
    shown.done(shown.capture(cast, "case-2411.pcap"), sample.seed())
    client.force_login(cast.alice)
    assert "case-2411.pcap" in page(client, "/articles/refused-on-path/")
    client.force_login(cast.charlie)
    assert "case-2411.pcap" not in page(client, "/articles/refused-on-path/")


def test_an_article_that_is_not_translated_says_so(alice):
    revision(Article.objects.create(slug="handshake"), "en", "The handshake")
    html = page(alice, "/articles/handshake/", "ja")
    assert "まだ日本語版がありません" in html
    assert '<article lang="en">' in html


def test_a_thousand_articles_are_no_more_queries_than_one(alice, on_path, django_assert_max_num_queries):
    articles = Article.objects.bulk_create(Article(slug=f"a{i}") for i in range(1000))
    Revision.objects.bulk_create(
        Revision(
            article=a, language="en", title=a.slug, summary="s", body="b", origin="person", state="approved"
        )
        for a in articles
    )
    with django_assert_max_num_queries(8):
        assert "Page 1 of 11" in text(page(alice, "/articles/"))


def test_no_article_says_how_to_load_them(alice):
    assert "load_articles" in page(alice, "/articles/")
