"""Programs propose articles: what they send awaits review, and overwrites nothing."""

import pytest
from django.test import Client

from kb import tokens, writing
from kb.models import Article, Draft, Revision
from tests.kb.test_writing import BODY, approved, article, people, revision

__all__ = ["article", "people"]
pytestmark = pytest.mark.django_db
WORDS = {"title": "Window probes", "summary": "s", "body": "Text."}


def program(user) -> Client:
    return Client(headers={"Authorization": f"Bearer {tokens.make(user)}"})


def post(client: Client, **more: object):
    return client.post("/api/articles", {**WORDS, "language": "en", **more}, "application/json")


def put(client: Client, path: str = "keepalive/en", **more: object):
    return client.put(f"/api/articles/{path}", {**WORDS, **more}, "application/json")


def test_a_new_article_awaits_review(people):
    answer = post(program(people.alice), tags=["TCP"], comment="First.")
    made = Revision.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "slug": "window-probes",
        "language": "en",
        "revision": made.pk,
        "state": "in_review",
        "url": made.get_absolute_url(),
    }
    assert (made.author, made.body, made.tags, made.comment) == (people.alice, "Text.\n", ["tcp"], "First.")
    assert made.article.current("en") is None
    assert not Draft.objects.exists()


def test_other_words_are_proposed_on_what_readers_see(article, people):
    now = article.current("en")
    answer = put(program(people.alice), based_on=now.pk)
    assert answer.status_code == 201
    made = Revision.objects.get(state="in_review")
    assert (made.based_on, made.tags) == (now, ["tcp"])
    assert article.current("en") == now


def test_what_was_approved_meanwhile_is_in_the_answer(article, people):
    first = article.current("en")
    now = approved(article, "Better.\n", first)
    for based_on in (first.pk, None):
        answer = put(program(people.alice), based_on=based_on)
        assert answer.status_code == 409
        assert answer.json()["current"] == {
            "revision": now.pk,
            "title": "Keepalive",
            "summary": "s",
            "body": "Better.\n",
        }
    assert not Revision.objects.filter(state="in_review").exists()


def test_a_translation_renders_the_present_original_unless_it_says_which(article, people):
    first = article.current("en")
    assert put(program(people.alice), "keepalive/ja").status_code == 201
    made = Revision.objects.get(language="ja")
    assert (made.translates, made.based_on) == (first, None)
    approved(article, "Better.\n", first)
    assert put(program(people.bob), "keepalive/ja", translates=first.pk).status_code == 201
    assert Revision.objects.filter(language="ja", translates=first).count() == 2


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"body": ""}, 422),
        ({"slug": "A b"}, 422),
        ({"slug": "keepalive"}, 422),
        ({"title": "x" * 201}, 413),
        ({"language": "de"}, 422),
        ({"body": "<<<<<<< mine\n"}, 422),
        ({"title": "再送"}, 422),
    ],
)
def test_what_cannot_be_reviewed_is_refused_in_a_sentence(more, status, article, people):
    answer = post(program(people.alice), **more)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert Article.objects.count() == 1


def test_readers_propose_nothing(article, people):
    people.charlie.groups.clear()
    assert post(program(people.charlie)).status_code == 403
    assert put(program(people.charlie)).status_code == 403
    assert put(program(people.charlie), "nothing/en").status_code == 403
    assert post(Client()).status_code == 401
    assert not Revision.objects.filter(body="Text.\n").exists()


def test_revisions_of_other_articles_and_made_up_ones_are_no_base(article, people):
    other = revision(Article.objects.create(slug="other"))
    for number in (other.pk, 10**9, -1, 2**70):
        assert put(program(people.alice), based_on=number).status_code == 404
    assert put(program(people.alice), "nothing/en").status_code == 404
    assert put(program(people.alice), "keepalive/ja", translates=other.pk).status_code == 404


def test_a_draft_in_the_browser_stays_as_it_is(article, people):
    draft = writing.begin_edit(article, "en", people.alice)
    assert put(program(people.alice), based_on=article.current("en").pk).status_code == 201
    draft.refresh_from_db()
    assert draft.body == BODY


def test_the_document_names_both(client):
    paths = client.get("/api/openapi.json").json()["paths"]
    assert set(paths["/api/articles"]) == {"get", "post"}
    assert set(paths["/api/articles/{slug}/{language}"]) == {"put"}
