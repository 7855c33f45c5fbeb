"""An article on paper: the words in full, in one language, with their state; nothing to press."""

from datetime import date

import pytest

from kb.models import Article
from tests.kb.runbook_text import runbook
from tests.kb.test_pages_of_articles import revision
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(cast) -> Article:
    made = Article.objects.create(slug="keepalive")
    body = "Words with [a link](https://www.rfc-editor.org/rfc/rfc9293).\n\n::experiment connect_timeout\n"
    revision(made, "en", "Keepalive", body=body, verified_until=date(2027, 6, 1))
    revision(made, "ja", "キープアライブ", body="本文です。\n\n::experiment no_such\n")
    revision(made, "en", "Not yet", state="in_review")
    return made


def test_the_page_holds_the_words_their_state_and_nothing_to_press(alice, article):
    html = page(alice, "/articles/keepalive/print/", "en")
    words = text(html)
    pk = article.current("en").pk
    assert "Keepalive" in words
    assert f"Revision {pk}, approved" in words
    assert "verified until 2027-06-01" in words
    assert "printed 20" in words
    assert "<header" not in html
    assert "<aside" not in html
    assert "Not yet" not in html
    assert 'class="live experiment"' in html
    assert "/css/paper" in html
    assert "<style" not in html


def test_a_document_has_one_language(alice, article):
    html = page(alice, "/articles/keepalive/print/?language=ja", "en")
    assert '<html lang="ja"' in html
    assert "「no_such」という実験はありません" in html or "no_such" in html
    assert "There is no experiment" not in html


def test_a_runbook_is_printed_with_its_tree_and_every_step(alice):
    runbook()
    html = page(alice, "/runbooks/refused/print/", "en")
    assert "<svg" in html
    assert "Is there a firewall?" in text(html)
    assert "ss -ltn" in html
    assert alice.get("/articles/refused/print/").status_code == 404


def test_what_is_not_approved_is_not_printed(alice, cast):
    made = Article.objects.create(slug="new-one")
    revision(made, "en", "Not yet", state="in_review")
    assert alice.get("/articles/new-one/print/").status_code == 404


def test_the_article_leads_to_it(alice, article):
    assert 'href="/articles/keepalive/print/?language=en"' in page(alice, "/articles/keepalive/", "en")
