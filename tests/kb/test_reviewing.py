"""Revisions on pages: what readers and authors see, and how a revision is decided, sent back and restored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kb import restoring, review
from kb.models import Article, Event, Opinion, Revision
from kb.outcomes import NotYours
from kb.undecided import SameWords
from kb.wordings import difference
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_review import approved, article, give, written

__all__ = ["article"]
pytestmark = [pytest.mark.django_db, pytest.mark.both]


def tomorrow(days: int = 1) -> str:
    return (timezone.now().date() + timedelta(days=days)).isoformat()


@pytest.fixture
def waiting(article, cast) -> Revision:
    """Alice's second wording, in review."""
    first = approved(article, cast, "The client waits for two hours.\n")
    made = written(article, cast.alice, "The client waits for nine minutes.\n", based_on=first)
    review.submit(made, cast.alice)
    made.refresh_from_db()
    return made


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_a_revision_shows_what_it_changes_for_readers(waiting, cast, as_):
    html = page(as_(cast.bob), waiting.get_absolute_url())
    assert '<del><span class="unseen">removed: </span>two hours</del>' in html
    assert '<ins><span class="unseen">added: </span>nine minutes</ins>' in html
    assert "What changes for readers" in text(html)
    assert "Approve" in text(html)


def test_readers_see_what_was_reviewed_and_nothing_else(waiting, cast, as_):
    charlie = as_(cast.charlie)
    assert charlie.get(waiting.get_absolute_url()).status_code == 404
    assert charlie.get(waiting.based_on.get_absolute_url()).status_code == 200
    both = f"/revisions/{waiting.pk}/against/{waiting.based_on_id}/"
    assert charlie.get(both).status_code == 404
    assert charlie.get("/review/").status_code == 404
    assert "nine minutes" not in page(charlie, "/articles/keepalive/history/")
    assert charlie.get(f"/articles/keepalive/restore/{waiting.pk}/").status_code == 405
    assert charlie.post(f"/articles/keepalive/restore/{waiting.pk}/").status_code == 404


def test_what_was_never_approved_does_not_shine_through_an_approved_one(article, cast, as_):
    first = approved(article, cast, "One.\n")
    secret = written(article, cast.alice, "Secret plans.\n", based_on=first)
    review.submit(secret, cast.alice)
    review.send_back(secret, cast.bob, "Not this.")
    last = approved(article, cast, "Two.\n", based_on=secret)
    html = page(as_(cast.charlie), last.get_absolute_url())
    assert "Secret" not in html
    assert "One" in html
    assert "Secret" in page(as_(cast.bob), f"/revisions/{secret.pk}/against/{last.pk}/")


def test_a_curator_approves_with_a_day_until_which_it_is_verified(waiting, cast, as_):
    bob = as_(cast.bob)
    answer = bob.post(f"/revisions/{waiting.pk}/approve/", {"verified_until": "2020-01-01"})
    assert answer.status_code == 422
    answer = bob.post(f"/revisions/{waiting.pk}/approve/", {"verified_until": tomorrow(4000)})
    assert answer.status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == "in_review"
    words = {"verified_until": tomorrow(30), "note": "Checked on two kernels."}
    assert bob.post(f"/revisions/{waiting.pk}/approve/", words).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.verified_by) == ("approved", cast.bob)
    assert waiting.verified_until.isoformat() == tomorrow(30)
    assert waiting.review_note == "Checked on two kernels."


def test_four_eyes_are_explained_where_they_stop_somebody(waiting, cast, as_):
    give(cast.alice, "curator")
    alice = as_(cast.alice)
    html = page(alice, waiting.get_absolute_url())
    assert "Four eyes: you wrote this revision" in text(html)
    assert f"/revisions/{waiting.pk}/approve/" not in html
    answer = alice.post(f"/revisions/{waiting.pk}/approve/")
    assert answer.status_code == 403
    assert "another curator approves it" in text(answer.content.decode())


def test_a_revision_that_was_overtaken_is_merged_first_and_the_page_says_so(waiting, article, cast, as_):
    approved(article, cast, "Theirs.\n", based_on=waiting.based_on)
    bob = as_(cast.bob)
    html = page(bob, waiting.get_absolute_url())
    assert "cannot be approved before its author has merged the two" in text(html)
    assert f"/revisions/{waiting.pk}/approve/" not in html
    answer = bob.post(f"/revisions/{waiting.pk}/approve/")
    assert answer.status_code == 409
    assert "Merge the two, then approve" in text(answer.content.decode())


def test_sending_back_tells_the_author_why(waiting, cast, as_):
    bob = as_(cast.bob)
    assert bob.post(f"/revisions/{waiting.pk}/send-back/", {"why": "x"}).status_code == 422
    assert bob.post(f"/revisions/{waiting.pk}/send-back/", {"why": "Which <kernel>?"}).status_code == 302
    html = page(as_(cast.alice), waiting.get_absolute_url())
    assert "bob sent it back" in text(html)
    assert "Which &lt;kernel&gt;?" in html


def test_only_what_readers_see_is_verified(waiting, cast, as_):
    bob = as_(cast.bob)
    day = {"verified_until": tomorrow()}
    assert bob.post(f"/revisions/{waiting.pk}/verify/", day).status_code == 409
    assert bob.post(f"/revisions/{waiting.based_on_id}/verify/", day).status_code == 302
    assert as_(cast.alice).post(f"/revisions/{waiting.based_on_id}/verify/", day).status_code == 403
    assert Event.objects.filter(kind="verified").count() == 1


def test_an_author_says_an_opinion_which_decides_nothing(waiting, cast, as_):
    bob = as_(cast.bob)
    assert bob.post(f"/revisions/{waiting.pk}/opinion/", {"agrees": "no", "words": ""}).status_code == 422
    bob.post(f"/revisions/{waiting.pk}/opinion/", {"agrees": "no", "words": "Which kernel?"})
    assert "Which kernel?" in page(bob, waiting.get_absolute_url())
    assert as_(cast.alice).post(f"/revisions/{waiting.pk}/opinion/", {"agrees": "yes"}).status_code == 403
    waiting.refresh_from_db()
    assert (waiting.state, Opinion.objects.count()) == ("in_review", 1)
    review.approve(waiting, cast.bob)
    assert "Which kernel?" not in page(as_(cast.charlie), waiting.get_absolute_url())


def test_the_queue_holds_what_waits_the_oldest_first(waiting, article, cast, as_):
    later = written(Article.objects.create(slug="another"), cast.alice, "Later.")
    review.submit(later, cast.alice)
    html = page(as_(cast.bob), "/review/")
    assert html.index(waiting.get_absolute_url()) < html.index(later.get_absolute_url())
    review.approve(waiting, cast.bob)
    assert f'href="{waiting.get_absolute_url()}"' not in page(as_(cast.bob), "/review/")


def test_a_thousand_revisions_that_wait_are_no_more_queries_than_one(
    article, cast, as_, django_assert_max_num_queries
):
    Revision.objects.bulk_create(
        Revision(
            article=article, language="en", title="t", summary="s", body="b", origin="person",
            state="in_review", author=cast.alice,
        )
        for _ in range(1000)
    )  # fmt: skip
    bob = as_(cast.bob)
    for path in ("/review/", "/articles/keepalive/history/", "/history/"):
        with django_assert_max_num_queries(18):
            page(bob, path)


def test_an_old_revision_is_proposed_again_and_reviewed(waiting, cast, as_):
    first = waiting.based_on
    review.approve(waiting, cast.bob)
    answer = as_(cast.alice).post(f"/articles/keepalive/restore/{first.pk}/")
    made = Revision.objects.latest("pk")
    assert answer["Location"] == made.get_absolute_url()
    assert (made.body, made.state, made.based_on_id) == (first.body, "in_review", waiting.pk)
    assert Event.objects.filter(kind="restored", revision=made, actor=cast.alice).exists()
    assert isinstance(restoring.restore(first, cast.alice, ""), SameWords)
    assert isinstance(restoring.restore(first, cast.charlie, ""), NotYours)
    assert review.approve(made, cast.bob) is None


def test_the_history_compares_any_two(waiting, cast, as_):
    bob = as_(cast.bob)
    html = page(bob, "/articles/keepalive/history/")
    assert html.count('name="old"') == 2
    first = waiting.based_on_id
    answer = bob.get(f"/articles/keepalive/history/?old={waiting.pk}&new={first}")
    assert answer["Location"] == f"/revisions/{waiting.pk}/against/{first}/"
    words = text(page(bob, answer["Location"]))
    assert f"{first} → {waiting.pk}" in words
    other = written(Article.objects.create(slug="another"), cast.bob, "Other.")
    assert bob.get(f"/revisions/{waiting.pk}/against/{other.pk}/").status_code == 404
    assert bob.get(f"/revisions/{2**70}/").status_code == 404


def test_the_history_of_the_site_can_be_narrowed_and_tells_readers_only_what_is_public(waiting, cast, as_):
    words = text(page(as_(cast.bob), "/history/?kind=submitted"))
    assert "submitted for review" in words
    words = text(page(as_(cast.charlie), "/history/?kind=submitted"))
    assert "submitted for review" not in words
    assert "approved" in words


def test_a_runbook_in_review_is_shown_as_steps_with_its_tree(cast, as_):
    give(cast.bob, "curator")
    runbook = Article.objects.create(slug="connect-times-out", kind="runbook")
    body = "Opening.\n\n## Does it listen? {#listen}\n\n```run\nss -ltn\n```\n\n- Yes → solved: Good.\n"
    made = written(runbook, cast.alice, body, state="in_review")
    html = page(as_(cast.bob), made.get_absolute_url())
    assert 'class="step" id="listen"' in html
    assert "/runbooks/connect-times-out/history/" in html
    assert str(made.pk) in text(page(as_(cast.bob), "/runbooks/connect-times-out/history/"))


def test_titles_and_summaries_differ_too(waiting):
    waiting.title = "Keepalive, again"
    changed = difference(waiting.based_on, waiting)
    assert [piece.mark for piece in changed.title] == ["kept", "added"]
    assert not changed.is_empty
    assert difference(waiting, waiting).is_empty
