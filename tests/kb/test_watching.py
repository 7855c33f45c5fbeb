"""Watching: news are what others did since one has looked, as far as one may know of it; and the feed."""

import re
from xml.etree import ElementTree

import pytest
from django.test import Client

from kb import history, review, watching
from kb.feed import ATOM, add
from kb.models import Event, FeedKey
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_review import approved, article, written
from tests.kb.test_reviewing import as_

__all__ = ["article", "as_"]
pytestmark = [pytest.mark.django_db, pytest.mark.both]


def test_a_watcher_is_told_what_others_did_until_it_was_looked_at(article, cast, as_):
    first = approved(article, cast)
    charlie = as_(cast.charlie)
    charlie.post("/articles/keepalive/watch/")
    assert "There is none." in text(page(charlie, "/watching/"))
    approved(article, cast, "Better.", based_on=first)
    html = page(charlie, "/articles/")
    assert 'class="tag open news">1<' in html
    words = text(page(charlie, "/watching/"))
    assert "approved" in words
    assert "submitted" not in words
    assert "There is none." in text(page(charlie, "/watching/"))
    assert "tag open news" not in page(charlie, "/articles/")


def test_one_is_not_told_what_one_did_oneself(article, cast):
    watching.watch(article, cast.bob)
    watching.watch(article, cast.alice)
    made = approved(article, cast)
    assert set(watching.news(cast.bob).values_list("kind", flat=True)) == {"submitted"}
    assert set(watching.news(cast.alice).values_list("kind", flat=True)) == {"approved"}
    history.record(Event.Kind.REFUTED, article, revision=made)
    assert watching.news(cast.bob).first().kind == "refuted"


def test_watching_ends_with_the_other_button(article, cast, as_):
    approved(article, cast)
    charlie = as_(cast.charlie)
    charlie.post("/articles/keepalive/watch/")
    assert "Stop watching" in page(charlie, "/articles/keepalive/")
    answer = charlie.post("/articles/keepalive/watch/", {"stop": "1", "next": "/watching/"})
    assert answer["Location"] == "/watching/"
    assert not watching.is_watched(article, cast.charlie)
    assert charlie.get("/articles/keepalive/watch/").status_code == 405


def test_an_article_that_was_never_approved_cannot_be_watched_by_readers(article, cast, as_):
    review.submit(written(article, cast.alice), cast.alice)
    assert as_(cast.charlie).post("/articles/keepalive/watch/").status_code == 404


def entries(answer) -> list[ElementTree.Element]:
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.tag == f"{{{ATOM}}}feed"
    for name in ("id", "title", "updated"):
        assert root.find(f"{{{ATOM}}}{name}").text
    return root.findall(f"{{{ATOM}}}entry")


def test_the_feed_holds_what_was_approved_verified_and_refuted(article, cast, as_):
    made = approved(article, cast)
    review.submit(written(article, cast.alice, "Secret.", based_on=made), cast.alice)
    history.record(Event.Kind.REFUTED, article, note="connect_timeout, Linux 6.12")
    found = entries(as_(cast.alice).get("/feed.atom"))
    titles = [one.find(f"{{{ATOM}}}title").text for one in found]
    assert titles == ["keepalive: refuted by its experiment", "Keepalive: approved"]
    for one in found:
        assert one.find(f"{{{ATOM}}}id").text.startswith("http://testserver/history/#event-")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", one.find(f"{{{ATOM}}}updated").text)
        assert one.find(f"{{{ATOM}}}link").get("href").startswith("http://testserver/")


def test_the_address_of_the_feed_opens_the_feed_and_nothing_else(article, cast, as_):
    approved(article, cast)
    answer = as_(cast.charlie).post("/watching/feed/")
    key = re.search(r"/feed\.atom\?key=([\w-]{43})", answer.content.decode())[1]
    assert key not in str(list(FeedKey.objects.values()))
    assert key not in page(as_(cast.charlie), "/watching/")
    reader = Client()
    assert len(entries(reader.get(f"/feed.atom?key={key}"))) == 1
    assert reader.get(f"/articles/?key={key}").status_code == 302
    assert Client(headers={"Authorization": f"Bearer {key}"}).get("/api/captures").status_code == 401
    assert reader.get("/feed.atom").status_code == 404
    assert reader.get("/feed.atom?key=made-up").status_code == 404
    as_(cast.charlie).post("/watching/feed/", {"stop": "1"})
    assert reader.get(f"/feed.atom?key={key}").status_code == 404


def test_a_new_address_ends_the_one_before_and_who_may_not_sign_in_has_none(article, cast, as_):
    charlie = as_(cast.charlie)
    keys = [
        re.search(r"\?key=([\w-]{43})", charlie.post("/watching/feed/").content.decode())[1] for _ in range(2)
    ]
    assert [Client().get(f"/feed.atom?key={key}").status_code for key in keys] == [404, 200]
    cast.charlie.is_active = False
    cast.charlie.save()
    assert Client().get(f"/feed.atom?key={keys[1]}").status_code == 404


def test_what_xml_cannot_hold_does_not_break_the_feed(article, cast, as_):
    made = approved(article, cast)
    history.record(Event.Kind.VERIFIED, article, revision=made, note="a\x01b <&> \ufffe\U0001f600")
    assert len(entries(as_(cast.alice).get("/feed.atom"))) == 2
    root = ElementTree.Element("feed")
    assert add(root, "title", "a\x01b\ud800").text == "a?b?"
