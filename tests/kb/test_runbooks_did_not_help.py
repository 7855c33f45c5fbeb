"""A step did not help: somebody is told, answers, and learns nothing of the case that is not theirs."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from kb import cases, feedback, review
from kb.models import Case, Feedback, Revision
from tests.kb.runbook_text import BODY, runbook
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice, cast):
    runbook()
    alice.post("/runbooks/refused/follow/", {"title": "Till 4 cannot pay"})
    return Case.objects.get()


def browser(user, *roles):
    for role in roles:
        user.groups.add(Group.objects.get(name=role))
    made = Client()
    made.force_login(user)
    return made


def say(alice, case, **sent):
    return alice.post(f"/cases/{case.uid}/unhelpful/", {"step": "listen", "word": "No ss on AIX.", **sent})


def test_what_did_not_help_waits_for_a_curator(alice, case, cast):
    assert say(alice, case).status_code == 302
    assert "Thank you. A curator will look at this step." in page(alice, f"/cases/{case.uid}/")
    said = Feedback.objects.get()
    assert (said.helpful, said.step, said.state, said.case) == (False, "listen", "open", case)
    assert (said.revision, said.reader, said.word) == (case.revision, cast.alice, "No ss on AIX.")
    curator = browser(cast.charlie, "curator")
    assert f"/feedback/{said.pk}/" in page(curator, "/review/")
    html = page(curator, f"/feedback/{said.pk}/")
    assert "Does the server listen?" in html
    assert "No ss on AIX." in html


def test_the_case_is_named_to_its_team_only(alice, case, cast):
    say(alice, case)
    said = Feedback.objects.get()
    assert "Till 4" not in page(browser(cast.charlie, "curator"), f"/feedback/{said.pk}/")
    assert case.uid not in page(browser(cast.charlie), f"/feedback/{said.pk}/")
    assert "Till 4" in page(browser(cast.bob, "curator"), f"/feedback/{said.pk}/")


def test_others_do_not_know_of_it_and_its_author_does(alice, case, cast):
    say(alice, case)
    url = f"/feedback/{Feedback.objects.get().pk}/"
    assert browser(cast.bob, "author").get(url).status_code == 404
    assert browser(cast.bob).post(url, {"answer": "Hm."}).status_code == 404
    assert "Answer and close" not in page(alice, url)
    assert alice.post(url, {"answer": "Mine."}).status_code == 404
    assert alice.get("/feedback/9999999999999999999/").status_code == 404
    Revision.objects.update(author=cast.bob)
    assert "No ss on AIX." in page(browser(cast.bob), url)


def test_a_curator_answers_and_closes_it(alice, case, cast):
    say(alice, case)
    said = Feedback.objects.get()
    curator = browser(cast.charlie, "curator")
    answer = curator.post(f"/feedback/{said.pk}/", {"answer": " "})
    assert (answer.status_code, "Please say why" in answer.content.decode()) == (422, True)
    assert curator.post(f"/feedback/{said.pk}/", {"answer": "netstat is named now."}).status_code == 302
    said.refresh_from_db()
    assert (said.state, said.answered_by) == ("done", cast.charlie)
    assert "netstat is named now." in page(alice, f"/feedback/{said.pk}/")
    assert f"/feedback/{said.pk}/" not in page(curator, "/review/")
    say(alice, case, word="Still not.")
    said.refresh_from_db()
    assert (said.state, said.answer, Feedback.objects.count()) == ("open", "", 1)


@pytest.mark.parametrize("sent", [{"word": "x" * 2001}, {"step": "nowhere"}, {"step": "\0"}])
def test_what_is_not_taken_is_said(alice, case, sent):
    answer = say(alice, case, **sent)
    assert answer.status_code == 422
    assert not Feedback.objects.exists()


def test_a_runbook_with_a_mistake_is_saved_but_not_approved(cast):
    article = runbook("other", ())
    cast.bob.groups.add(Group.objects.get(name="curator"))
    words = {"title": "t", "summary": "s", "origin": "person", "digest": "2", "state": "in_review"}
    pinned = article.revisions.get(language="en")
    wrong = article.revisions.create(
        language="en",
        body=BODY.replace("→ #again", "→ #nowhere"),
        author=cast.alice,
        based_on=pinned,
        **words,
    )
    why = review.approve(wrong, cast.bob)
    assert why is not None
    assert "This runbook cannot be followed as it stands (2 mistakes in all). Line 25" in why.en
    assert "25 行目" in why.ja
    wrong.refresh_from_db()
    assert wrong.state == "in_review"
    right = article.revisions.create(language="en", body=BODY, author=cast.alice, based_on=pinned, **words)
    assert review.approve(right, cast.bob) is None


def test_the_service_says_the_same_to_programs(case, cast):
    assert cases.did_not_help(case, cast.bob, "again", "") is None
    assert feedback.visible_to(cast.charlie).count() == 0
    assert "again" in text(Feedback.objects.get().step)
