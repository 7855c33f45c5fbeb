"""Readers say whether an article helped, comment, and are counted without being known."""

import pytest
from django.contrib.auth.models import Group

from kb import feedback, readings
from kb.models import Article, Comment, Feedback, Reading
from kb.outcomes import TooManyWords, TooOften
from tests.kb.test_pages_of_articles import revision
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(cast) -> Article:
    article = Article.objects.create(slug="lesson")
    revision(article, "en", "A lesson", author=cast.bob)
    return article


def test_yes_and_no_are_of_one_reader_and_one_revision(alice, lesson):
    pinned = lesson.current("en")
    for answer in ("no", "yes"):
        data = {"revision": pinned.pk, "helpful": answer}
        assert alice.post("/articles/lesson/feedback/", data).status_code == 302
    assert feedback.counts(pinned) == (1, 0)
    assert 'value="yes" aria-pressed="true"' in page(alice, "/articles/lesson/")


def test_the_word_is_private(alice, cast, client, lesson):
    data = {"revision": lesson.current("en").pk, "helpful": "no", "word": "Step 3 is\nunclear. <b>"}
    alice.post("/articles/lesson/feedback/", data)
    assert "Step 3 is<br>unclear. &lt;b&gt;" in page(alice, "/feedback/")
    client.force_login(cast.bob)
    assert "awaits an answer" in page(client, "/feedback/"), "its author reads it"
    client.force_login(cast.charlie)
    for path in ("/feedback/", "/articles/lesson/"):
        assert "Step 3" not in page(client, path)
    cast.charlie.groups.add(Group.objects.get(name="curator"))
    assert "Step 3" in page(client, "/feedback/")


def test_a_revision_that_readers_never_saw_cannot_be_judged(alice, lesson):
    waiting = revision(lesson, "ja", "Secret", state="in_review")
    for number in (waiting.pk, 10**9, "x", "1" * 40, ""):
        data = {"revision": number, "helpful": "yes"}
        assert alice.post("/articles/lesson/feedback/", data).status_code == 404
    assert not Feedback.objects.exists()


def test_a_word_that_is_too_long_is_said(cast, lesson):
    made = feedback.say(lesson.current("en"), cast.alice, helpful=True, word="x" * 2001)
    assert isinstance(made, TooManyWords)


def test_a_step_that_did_not_help_waits_for_an_answer(cast, lesson):
    pinned = lesson.current("en")
    assert feedback.say(pinned, cast.alice, helpful=False, step="listen").state == "open"
    assert feedback.say(pinned, cast.alice, helpful=True, step="listen").state == "done"
    assert feedback.say(pinned, cast.alice, helpful=False).state == "done"
    assert feedback.counts(pinned) == (0, 1), "steps are not the whole"


def test_comments_are_text_for_everybody(alice, cast, client, lesson):
    alice.post("/articles/lesson/comments/", {"body": "It was the cable.\n\u202e<script>"})
    client.force_login(cast.charlie)
    words = page(client, "/articles/lesson/")
    assert "It was the cable.<br>" in words
    assert "<script>" not in words.partition("comment-")[2]
    assert "\u202e" not in words
    said = Comment.objects.get()
    assert client.post(f"/comments/{said.pk}/delete/").status_code == 404
    client.force_login(cast.alice)
    assert client.post(f"/comments/{said.pk}/delete/").status_code == 302
    assert not Comment.objects.exists()


def test_an_empty_comment_is_refused_and_so_is_a_flood(alice, cast, lesson):
    alice.post("/articles/lesson/comments/", {"body": " \n"})
    assert not Comment.objects.exists()
    for n in range(feedback.MOST_AN_HOUR):
        assert isinstance(feedback.comment(lesson, cast.alice, str(n)), Comment)
    assert isinstance(feedback.comment(lesson, cast.alice, "more"), TooOften)


def test_readings_are_counted_by_day_and_nobody_is_in_them(alice, cast, client, lesson):
    for _ in range(2):
        page(alice, "/articles/lesson/")
    client.force_login(cast.charlie)
    client.get("/articles/lesson/")
    client.head("/articles/lesson/")
    row = Reading.objects.get()
    assert row.count == 3
    assert {field.name for field in Reading._meta.get_fields()} == {
        "id",
        "article",
        "language",
        "day",
        "count",
    }


def test_statistics_are_for_authors_and_have_the_most_read_first(client, cast, lesson):
    other = Article.objects.create(slug="other")
    words = revision(other, "en", "Another")
    readings.count(lesson, "en")
    for _ in range(3):
        readings.count(other, "en")
    feedback.say(words, cast.alice, helpful=True)
    client.force_login(cast.alice)
    assert client.get("/statistics/").status_code == 404
    cast.alice.groups.add(Group.objects.get(name="author"))
    said = text(page(client, "/statistics/?days=7"))
    assert said.index("Another") < said.index("A lesson")
    assert [(one.readings, one.helpful) for one in readings.table(7)] == [(3, 1), (1, 0)]
    assert client.get("/statistics/?days=abc").status_code == 200
