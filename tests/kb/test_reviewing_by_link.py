"""A reviewer without an account: the link shows one revision, takes an opinion, and opens nothing else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kb import opinions, review, reviewlinks
from kb.models import Opinion, ReviewLink
from kb.undecided import TooManyLinks
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_review import article, give, written
from tests.kb.test_reviewing import as_, waiting

__all__ = ["article", "as_", "waiting"]
pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def path(waiting, cast) -> str:
    return f"/reviewing/{reviewlinks.make(waiting, cast.alice, 'Dana of the vendor')}/"


@pytest.fixture
def stranger() -> Client:
    return Client(headers={"Accept": "text/html"})


def test_the_link_shows_the_words_and_what_they_change(path, stranger):
    answer = stranger.get(path)
    html = answer.content.decode()
    assert "Dana of the vendor" in html
    assert "The client waits for nine minutes." in html
    assert "</span>two hours</del>" in html
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "same-origin")


def test_what_the_reviewer_says_stands_beside_the_revision(path, stranger, waiting, cast, as_):
    words = {"agrees": "no", "name": "Dana", "words": "Which <kernel>?"}
    assert stranger.post(path, words | {"words": " "}).status_code == 422
    assert stranger.post(path, words | {"name": ""}).status_code == 422
    answer = stranger.post(path, words)
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, path, "same-origin")
    said = Opinion.objects.get()
    assert (said.name, said.agrees, said.link.reviewer) == ("Dana", False, "Dana of the vendor")
    assert "Which &lt;kernel&gt;?" in page(as_(cast.bob), waiting.get_absolute_url())
    waiting.refresh_from_db()
    assert waiting.state == "in_review"


def test_a_form_without_the_token_is_refused(path):
    assert Client(enforce_csrf_checks=True).post(path, {"agrees": "yes", "name": "D"}).status_code == 403


def test_nothing_else_opens_with_the_link(path, stranger, waiting):
    token = path.split("/")[2]
    stranger.get(path)
    for other in (
        waiting.get_absolute_url(),
        waiting.based_on.get_absolute_url(),
        f"/revisions/{waiting.pk}/against/{waiting.based_on_id}/",
        "/articles/keepalive/",
        "/articles/keepalive/history/",
        "/review/",
        "/history/",
        "/captures/",
    ):
        assert "/sign-in/" in stranger.get(other)["Location"]
    assert stranger.get(f"/feed.atom?key={token}").status_code == 404
    assert stranger.get(f"/sign-in/once/{token}/").status_code == 410
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/captures").status_code == 401
    assert stranger.post(f"/revisions/{waiting.pk}/approve/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "in_review"


def test_blocks_that_show_captures_or_other_articles_are_withheld(article, cast, stranger):
    body = "::capture abcdefgh frames=1\n\n::section secrets\n\n::finding port_closed\n\nEnd.\n"
    made = written(article, cast.alice, body)
    review.submit(made, cast.alice)
    made.refresh_from_db()
    answer = stranger.get(f"/reviewing/{reviewlinks.make(made, cast.alice, 'Dana')}/")
    html = answer.content.decode()
    assert html.count("is shown to those who are signed in") == 2
    assert "port_closed" in html or "Port closed" in html


def test_the_link_ends_when_it_expires_is_revoked_or_the_revision_is_decided(waiting, cast, stranger, as_):
    made = [f"/reviewing/{reviewlinks.make(waiting, cast.bob, name)}/" for name in ("Dana", "Erin", "Finn")]
    dana, erin, finn = (ReviewLink.objects.get(reviewer=name) for name in ("Dana", "Erin", "Finn"))
    ReviewLink.objects.filter(pk=dana.pk).update(expires=timezone.now() - timedelta(seconds=1))
    as_(cast.alice).post(f"/revisions/{waiting.pk}/links/{erin.pk}/revoke/")
    assert [stranger.get(path).status_code for path in made] == [410, 410, 200]
    assert stranger.post(made[2], {"agrees": "yes", "name": "Finn"}).status_code == 302
    review.approve(waiting, cast.bob)
    assert stranger.get(made[2]).status_code == 410
    assert stranger.post(made[2], {"agrees": "yes", "name": "Finn"}).status_code == 410
    assert Opinion.objects.get().link == finn
    assert "reviewing" not in ReviewLink.objects.get(pk=finn.pk).digest


def test_the_link_is_shown_once_and_only_its_digest_is_kept(waiting, cast, as_):
    alice = as_(cast.alice)
    answer = alice.post(f"/revisions/{waiting.pk}/links/", {"reviewer": "Dana"})
    secret = re.search(r"/reviewing/([\w-]{43})/", answer.content.decode())[1]
    assert secret not in page(alice, waiting.get_absolute_url())
    assert secret not in str(list(ReviewLink.objects.values()))
    assert Client().get(f"/reviewing/{secret}/").status_code == 200


def test_only_the_author_and_curators_make_and_revoke_links(waiting, cast, as_):
    reviewlinks.make(waiting, cast.alice, "Dana")
    give(cast.charlie, "author")
    charlie = as_(cast.charlie)
    assert "Dana" not in page(charlie, waiting.get_absolute_url())
    link = ReviewLink.objects.get()
    assert charlie.post(f"/revisions/{waiting.pk}/links/", {"reviewer": "Eve"}).status_code == 403
    assert charlie.post(f"/revisions/{waiting.pk}/links/{link.pk}/revoke/").status_code == 403
    assert ReviewLink.objects.count() == 1


def test_links_and_opinions_are_bounded(waiting, cast, stranger, path, monkeypatch):
    monkeypatch.setattr(opinions, "MOST", 2)
    answers = [stranger.post(path, {"agrees": "yes", "name": "Dana"}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    monkeypatch.setattr(reviewlinks, "MOST", 1)
    assert isinstance(reviewlinks.make(waiting, cast.alice, "Eve"), TooManyLinks)


def test_a_link_that_never_was_looks_like_one_that_has_ended(stranger, db):
    answer = stranger.get("/reviewing/made-up/")
    assert answer.status_code == 410
    assert "This link has ended" in text(answer.content.decode())
