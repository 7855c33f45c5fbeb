"""The way of a revision to its readers: submitted, approved by somebody else, or sent back."""

from datetime import date

import pytest
from django.contrib.auth.models import Group

from kb import history, review
from kb.models import Article, Event, Revision, User
from kb.outcomes import NotYours, OwnWords, StateHasChanged, TooManyWords
from kb.shipped import digest

pytestmark = [pytest.mark.django_db, pytest.mark.both]
UNTIL = date(2027, 6, 1)


@pytest.fixture
def article(cast) -> Article:
    give(cast.alice, "author")
    give(cast.bob, "curator")
    return Article.objects.create(slug="keepalive")


def give(user: User, role: str) -> None:
    user.groups.add(Group.objects.get(name=role))
    for name in ("is_author", "is_curator"):
        user.__dict__.pop(name, None)


def written(article, author, body="Words.", state="draft", based_on=None) -> Revision:
    return Revision.objects.create(
        article=article,
        language="en",
        title="Keepalive",
        summary="s",
        body=body,
        origin="person",
        state=state,
        author=author,
        based_on=based_on,
        digest=digest("Keepalive", "s", body),
    )


def approved(article, cast, body="Words.", based_on=None) -> Revision:
    made = written(article, cast.alice, body, based_on=based_on)
    assert review.submit(made, cast.alice) is None
    assert review.approve(made, cast.bob) is None
    made.refresh_from_db()
    return made


def test_what_is_approved_takes_the_place_of_what_was(article, cast):
    first = approved(article, cast)
    second = approved(article, cast, "Better.", based_on=first)
    first.refresh_from_db()
    assert (first.state, second.state, second.reviewed_by) == ("superseded", "approved", cast.bob)
    assert article.current("en") == second
    kinds = list(article.events.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["submitted", "approved"] * 2


def test_nobody_approves_their_own_words_unless_the_team_wants_so(article, cast, settings):
    give(cast.alice, "curator")
    made = written(article, cast.alice)
    review.submit(made, cast.alice)
    assert isinstance(review.approve(made, cast.alice), OwnWords)
    assert article.current("en") is None
    settings.FOUR_EYES = False
    assert review.approve(made, cast.alice) is None


def test_only_curators_approve_and_only_authors_submit(article, cast):
    made = written(article, cast.alice)
    assert isinstance(review.submit(made, cast.bob), NotYours)
    review.submit(made, cast.alice)
    for somebody in (cast.alice, cast.charlie):
        assert isinstance(review.approve(made, somebody), NotYours)
        assert isinstance(review.send_back(made, somebody, "No."), NotYours)


def test_a_revision_that_does_not_stand_on_the_approved_one_is_merged_first(article, cast):
    first = approved(article, cast)
    mine = written(article, cast.alice, "Mine.", based_on=first)
    approved(article, cast, "Theirs.", based_on=first)
    review.submit(mine, cast.alice)
    assert isinstance(review.approve(mine, cast.bob), StateHasChanged)
    assert article.current("en").body == "Theirs."


def test_a_chain_of_revisions_stands_on_what_it_began_with(article, cast):
    first = approved(article, cast)
    sent_back = written(article, cast.alice, "One.", based_on=first)
    review.submit(sent_back, cast.alice)
    assert review.send_back(sent_back, cast.bob, "Please say more.") is None
    better = written(article, cast.alice, "One, and more.", based_on=sent_back)
    review.submit(better, cast.alice)
    assert review.approve(better, cast.bob) is None


def test_what_is_no_longer_waiting_is_not_decided_again(article, cast):
    made = approved(article, cast)
    assert isinstance(review.approve(made, cast.bob), StateHasChanged)
    assert isinstance(review.send_back(made, cast.bob, "Too late."), StateHasChanged)
    made.refresh_from_db()
    assert made.state == "approved"


def test_sending_back_needs_a_reason(article, cast):
    made = written(article, cast.alice)
    review.submit(made, cast.alice)
    assert isinstance(review.send_back(made, cast.bob, " "), TooManyWords)
    made.refresh_from_db()
    assert made.state == "in_review"


def test_an_edit_ends_the_verification(article, cast):
    made = written(article, cast.alice)
    review.submit(made, cast.alice)
    review.approve(made, cast.bob, verified_until=UNTIL)
    assert article.current("en").verified_until == UNTIL
    approved(article, cast, "Better.", based_on=made)
    fresh = Article.objects.get(pk=article.pk)
    assert fresh.current("en").verified_until is None


def test_readers_know_of_nothing_that_was_not_reviewed(article, cast):
    first = approved(article, cast)
    waiting = written(article, cast.alice, "Secret plans.", based_on=first)
    review.submit(waiting, cast.alice)
    own = written(article, cast.alice, "Unfinished.")
    assert set(review.visible_to(cast.charlie)) == {first}
    assert set(review.visible_to(cast.bob)) == {first, waiting}
    assert set(review.visible_to(cast.alice)) == {first, waiting, own}
    assert set(history.known_to(cast.charlie).values_list("kind", flat=True)) == {Event.Kind.APPROVED}
    assert Event.Kind.SUBMITTED in history.known_to(cast.bob).values_list("kind", flat=True)
