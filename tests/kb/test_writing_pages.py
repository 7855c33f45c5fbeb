"""The pages of those who write: what they show, what they keep, and that nobody else sees a draft."""

import json

import pytest
from django.test import Client

from kb import writing
from kb.models import Article, Draft, Revision
from kb.words import Words
from tests.kb.test_pages_of_captures import page, text
from tests.kb.test_writing import BODY, approved, article, give, people, revision

__all__ = ["article", "people"]
pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def draft(article, people) -> Draft:
    return writing.begin_edit(article, "en", people.alice)


def form(draft: Draft, **changes: object) -> dict[str, object]:
    fields = {"title": draft.title, "summary": draft.summary, "body": draft.body, "tags": "tcp"}
    return {**fields, "version": draft.version, "comment": "", **changes}


def test_edit_asks_first_and_then_leads_to_the_draft(alice, article, people):
    assert "Begin" in page(alice, "/articles/keepalive/edit/")
    assert not Draft.objects.exists()
    answer = alice.post("/articles/keepalive/edit/", {"language": "en"})
    draft = Draft.objects.get()
    assert answer["Location"] == draft.get_absolute_url()
    assert alice.get("/articles/keepalive/edit/")["Location"] == draft.get_absolute_url()
    html = page(alice, answer["Location"])
    assert "One." in html
    assert 'lang="en"' in html


def test_the_article_has_the_buttons_for_authors_only(alice, article, people):
    assert 'action="/articles/keepalive/edit/"' in page(alice, "/articles/keepalive/")
    assert 'action="/articles/keepalive/translate/"' in page(alice, "/articles/keepalive/")
    assert 'href="/write/"' in page(alice, "/")
    people.alice.groups.clear()
    assert "/edit/" not in page(alice, "/articles/keepalive/")
    assert 'href="/write/"' not in page(alice, "/")
    assert alice.get("/write/").status_code == 404


def test_nobody_else_sees_a_draft_not_even_a_curator(draft, people):
    for somebody in (people.bob, people.charlie):
        browser = Client()
        browser.force_login(somebody)
        assert browser.get(draft.get_absolute_url()).status_code == 404
        assert browser.post(f"/write/{draft.uid}/discard/").status_code == 404
        assert "Keepalive" not in text(page(browser, "/write/"))


def test_a_form_without_a_script_saves(alice, draft):
    answer = alice.post(f"/write/{draft.uid}/save/", form(draft, body="Better.\r\n"))
    assert answer["Location"] == draft.get_absolute_url()
    draft.refresh_from_db()
    assert (draft.body, draft.version) == ("Better.\n", 1)


def test_a_script_is_told_the_new_version(alice, draft):
    answer = alice.post(f"/write/{draft.uid}/save/", form(draft, body="Better."), headers=JSON)
    assert answer.json() == {"version": 1, "moved": False, "proposed": ""}


def test_an_older_window_is_told_and_merges_when_it_says_what_it_knew(alice, draft):
    was = {"title": draft.title, "summary": draft.summary, "body": draft.body, "tags": "tcp"}
    alice.post(f"/write/{draft.uid}/save/", form(draft, body="1.\n\nTwo.\n\nThree.\n"), headers=JSON)
    mine = form(draft, body="One.\n\nTwo.\n\n3.\n")
    told = alice.post(f"/write/{draft.uid}/save/", mine, headers=JSON)
    assert told.status_code == 409
    assert told.json()["version"] == 1
    assert "another window" in told.json()["detail"]
    merged = alice.post(f"/write/{draft.uid}/save/", {**mine, "was": json.dumps(was)}, headers=JSON).json()
    assert (merged["body"], merged["conflicts"], merged["version"]) == ("1.\n\nTwo.\n\n3.\n", 0, 2)


@pytest.mark.parametrize("was", ["null", "[]", "{", "[" * 5000, '{"title": 1, "tags": [1]}'])
def test_whatever_a_window_says_that_it_knew_both_texts_stay(was, alice, draft):
    alice.post(f"/write/{draft.uid}/save/", form(draft, body="Mine.\n"), headers=JSON)
    sent = form(draft, body="Other.\n", was=was)
    answer = alice.post(f"/write/{draft.uid}/save/", sent, headers=JSON)
    assert answer.json()["conflicts"] >= 1
    draft.refresh_from_db()
    assert "Mine." in draft.body
    assert "Other." in draft.body


def test_two_windows_without_a_script_keep_both_texts(alice, draft):
    alice.post(f"/write/{draft.uid}/save/", form(draft, body="Mine.\n"))
    answer = alice.post(f"/write/{draft.uid}/save/", form(draft, body="Other.\n"), follow=True)
    html = text(answer.content.decode())
    assert "saved in another window" in html
    assert "Mine." in html
    assert "Other." in html
    assert "<<<<<<<" in Draft.objects.get().body


def test_words_that_could_not_be_kept_still_stand_in_the_form(alice, draft):
    answer = alice.post(f"/write/{draft.uid}/save/", form(draft, body="long " * 50_000))
    assert answer.status_code == 413
    assert "200,000" in text(answer.content.decode())
    assert "long long" in answer.content.decode()


def test_the_preview_is_what_readers_will_see_and_nothing_else(alice, draft):
    url = f"/write/{draft.uid}/preview/"
    html = alice.post(url, {"body": "**bold** <script>alert(1)</script>"}).content.decode()
    assert "<strong>bold</strong>" in html
    assert "<script" not in html
    assert alice.get(url).status_code == 405


def test_submitting_saves_what_the_form_holds(alice, draft, people):
    answer = alice.post(f"/write/{draft.uid}/submit/", form(draft, body="Best.", comment="Shorter."))
    assert answer["Location"] == "/write/"
    made = Revision.objects.get(state="in_review")
    assert (made.body, made.comment, made.author) == ("Best.\n", "Shorter.", people.alice)
    html = text(page(alice, "/write/"))
    assert "in review" in html
    assert not Draft.objects.exists()


def test_a_submission_that_is_refused_says_why_above_the_text(alice, draft):
    answer = alice.post(f"/write/{draft.uid}/submit/", form(draft, summary=""))
    assert answer.status_code == 422
    assert "needs a title, a summary and a text" in text(answer.content.decode())
    assert Draft.objects.get().summary == ""


def test_what_was_approved_meanwhile_is_shown_beside_both_and_merged_by_a_button(alice, draft, article):
    alice.post(f"/write/{draft.uid}/save/", form(draft, body="1.\n\nTwo.\n\nThree.\n"))
    now = approved(article, "One.\n\nTwo.\n\n3.\n", draft.based_on)
    html = text(page(alice, draft.get_absolute_url()))
    for words in ("Another revision was approved since you began.", "Before", "Approved meanwhile", "Mine"):
        assert words in html
    draft.refresh_from_db()
    told = alice.post(f"/write/{draft.uid}/save/", form(draft), headers=JSON).json()
    assert told["moved"] is True
    draft.refresh_from_db()
    refused = alice.post(f"/write/{draft.uid}/submit/", form(draft, body="1.\n\nTwo.\n\nThree.\n"))
    assert refused.status_code == 409
    draft.refresh_from_db()
    alice.post(f"/write/{draft.uid}/merge/", form(draft))
    draft.refresh_from_db()
    assert (draft.body, draft.based_on) == ("1.\n\nTwo.\n\n3.\n", now)
    assert "was approved since" not in text(page(alice, draft.get_absolute_url()))


def test_a_translator_sees_the_original_and_says_when_its_news_are_taken_in(alice, article, people):
    alice.post("/articles/keepalive/translate/")
    draft = Draft.objects.get(language="ja")
    assert 'id="pane-original"' in page(alice, draft.get_absolute_url())
    now = approved(article, "Better.", article.revisions.get())
    assert "The original has moved on" in text(page(alice, draft.get_absolute_url()))
    alice.post(f"/write/{draft.uid}/merge/", form(draft, original="1"))
    draft.refresh_from_db()
    assert draft.translates == now


def test_a_new_article_begins_with_a_title_and_its_address(alice, people):
    answer = alice.post("/write/new/", {"kind": "article", "language": "en", "title": "Window probes"})
    draft = Draft.objects.get()
    assert answer["Location"] == draft.get_absolute_url()
    assert (draft.slug, draft.article, draft.title) == ("window-probes", None, "Window probes")
    assert 'value="window-probes"' in page(alice, draft.get_absolute_url())


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_new_runbook_begins_in_the_form_that_runbooks_have(language, alice, people):
    alice.post("/write/new/", {"kind": "runbook", "language": language, "title": "x"})
    draft = Draft.objects.get()
    assert draft.kind == "runbook"
    assert "{#first}" in draft.body
    assert "```run" in draft.body


def test_the_preview_of_a_runbook_has_its_tree_its_steps_and_its_mistakes(alice, people):
    alice.post("/write/new/", {"kind": "runbook", "language": "en", "title": "x"})
    draft = Draft.objects.get()
    url = f"/write/{draft.uid}/preview/"
    whole = alice.post(url, {"body": draft.body}).content.decode()
    assert "<svg" in whole
    assert "The first question?" in text(whole)
    assert "cannot be followed" not in whole
    broken = alice.post(url, {"body": draft.body.replace("→ solved:", "→ #nowhere")}).content.decode()
    assert "cannot be followed" in text(broken)
    assert "nowhere" in text(broken)
    assert "The first question?" in text(broken)


def test_a_runbook_has_the_buttons_of_an_article(alice, article, people):
    Article.objects.update(kind="runbook")
    assert 'action="/runbooks/keepalive/edit/"' in page(alice, "/runbooks/keepalive/")
    alice.post("/runbooks/keepalive/translate/")
    assert Draft.objects.get().kind == "runbook"


def test_what_is_not_there_begins_nothing(alice, people):
    answer = alice.post("/write/new/", {"from": "capture:" + "a" * 16})
    assert answer.status_code == 404
    assert "is not there" in text(answer.content.decode())
    assert not Draft.objects.exists()


def test_what_was_sent_back_is_written_on(alice, article, people):
    sent_back = revision(
        article, "Try.", author=people.alice, state="returned", review_note="Please say more."
    )
    html = page(alice, "/write/")
    assert "Please say more." in html
    assert f"/write/on/{sent_back.pk}/" in html
    alice.post(f"/write/on/{sent_back.pk}/")
    assert Draft.objects.get().based_on == sent_back
    others = revision(article, "Bob's.", author=people.bob, state="returned")
    assert alice.post(f"/write/on/{others.pk}/").status_code == 404
    assert alice.post(f"/write/on/{2**70}/").status_code == 404


def test_a_draft_is_discarded(alice, draft):
    assert alice.post(f"/write/{draft.uid}/discard/")["Location"] == "/write/"
    assert not Draft.objects.exists()


def test_everything_that_changes_something_asks_for_post_and_the_token(draft, people):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.alice)
    for act in ("save", "preview", "merge", "submit", "discard"):
        assert browser.get(f"/write/{draft.uid}/{act}/").status_code == 405
        assert browser.post(f"/write/{draft.uid}/{act}/", form(draft)).status_code == 403
    for url in ("/write/new/", "/articles/keepalive/edit/", "/articles/keepalive/translate/"):
        assert browser.post(url).status_code == 403
    assert Draft.objects.count() == 1


def test_hostile_words_are_text_in_the_editor(alice, people):
    nasty = '</textarea><script>alert(1)</script>"\u202e'
    draft = writing.begin_new(people.alice, "article", "en", Words(nasty, nasty, nasty, (nasty,)))
    for path in (draft.get_absolute_url(), "/write/"):
        html = page(alice, path)
        assert "<script>alert" not in html
        assert "</textarea><" not in html.replace("</textarea></div>", "")


def test_the_article_of_a_draft_is_not_created_before_it_is_submitted(alice, people):
    alice.post("/write/new/", {"title": "Window probes"})
    assert not Article.objects.exists()
    draft = Draft.objects.get()
    give(people.alice, "author")
    alice.post(f"/write/{draft.uid}/submit/", form(draft, summary="s", body=BODY, slug="window-probes"))
    assert Article.objects.get().slug == "window-probes"
    assert alice.get("/articles/window-probes/").status_code == 404  # nothing of it is approved
