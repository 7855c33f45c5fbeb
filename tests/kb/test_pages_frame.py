"""What every page has: language, theme, sign-in, errors, and no inline script or style anywhere."""

import re

import pytest
from django.test import Client

from kb import once
from tests import sample_report as sample
from tests.cast import PASSWORD
from tests.kb import shown
from tests.kb.test_pages_of_captures import page, text

pytestmark = pytest.mark.django_db


def test_a_stranger_gets_the_sign_in_page_which_says_what_this_is(client):
    answer = client.get("/", follow=True)
    words = text(answer.content.decode())
    assert answer.redirect_chain[0][0].startswith("/sign-in/")
    assert "reads a packet capture and says what went wrong" in words
    assert "SYN" in words


def test_name_and_password_lead_to_the_page_that_was_asked_for(client, cast):
    answer = client.post(
        "/sign-in/?next=/articles/", {"username": "alice", "password": PASSWORD, "next": "/articles/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/articles/")


def test_a_wrong_password_is_one_sentence(client, cast):
    answer = client.post("/sign-in/", {"username": "alice", "password": "wrong"})
    assert "do not belong together" in text(answer.content.decode())


def test_a_one_time_link_signs_in_once_and_then_says_what_to_do(client, cast):
    path = once.issue(cast.alice)
    assert client.head(path).status_code == 405
    assert client.get(path)["Location"] == "/"
    assert "Recent captures" in page(client, "/")
    answer = Client().get(path)
    assert answer.status_code == 410
    assert "sign_in_link" in answer.content.decode()


def test_signing_out_needs_a_post_and_ends_the_session(alice):
    assert alice.get("/sign-out/").status_code == 405
    assert alice.post("/sign-out/")["Location"] == "/sign-in/"
    assert alice.get("/").status_code == 302


def test_the_language_is_switched_by_a_form_and_kept_with_the_account(alice, cast):
    answer = alice.post("/language/", {"language": "ja", "next": "/captures/"})
    assert answer["Location"] == "/captures/"
    cast.alice.refresh_from_db()
    assert cast.alice.language == "ja"
    assert '<html lang="ja"' in alice.get("/captures/").content.decode()


def test_a_stranger_can_switch_the_language_too(client):
    client.post("/language/", {"language": "ja", "next": "/sign-in/"})
    assert "サインイン" in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "", "x"]
)
def test_switching_never_leads_elsewhere(client, target):
    assert client.post("/language/", {"language": "ja", "next": target})["Location"] == "/"
    assert client.post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"


@pytest.mark.parametrize("language", ["de", "", "<b>"])
def test_other_languages_change_nothing(alice, cast, language):
    alice.post("/language/", {"language": language})
    cast.alice.refresh_from_db()
    assert cast.alice.language == ""


def test_the_theme_is_kept_in_a_cookie_and_is_there_before_anything_is_drawn(alice):
    assert "data-theme" not in page(alice, "/")
    alice.post("/theme/", {"theme": "dark", "next": "/"})
    assert '<html lang="en" data-theme="dark">' in page(alice, "/")
    alice.cookies["theme"] = '"><script>'
    assert "data-theme" not in page(alice, "/")


def test_every_page_has_navigation_skip_link_language_theme_and_help(alice, cast):
    found = shown.done(shown.capture(cast), sample.seed())
    for path in (
        "/",
        "/captures/",
        f"/captures/{found.uid}/",
        f"/captures/{found.uid}/connections/1/",
        "/articles/",
    ):
        html = page(alice, path)
        for part in (
            'class="skip" href="#main-content"',
            'id="main-content"',
            'action="/language/"',
            'action="/theme/"',
        ):
            assert part in html
        assert html.count("<h1") == 1
        assert 'id="help"' in html


def test_no_page_has_inline_script_style_or_handlers(alice, cast):
    found = shown.done(shown.capture(cast), sample.seed())
    paths = ["/", "/captures/", "/articles/", "/sign-in/", "/nothing/"]
    paths += [
        f"/captures/{found.uid}/{rest}"
        for rest in ("", "connections/", "connections/1/", "connections/1/graph/")
    ]
    for path in paths:
        html = (Client() if path == "/sign-in/" else alice).get(path).content.decode()
        assert not re.search(r"<style|<[^>]+\s(style|on\w+)=|<script(?![^>]*\ssrc=)", html), path


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "There is nothing at this address."), ("ja", "このアドレスには何もありません。")],
)
def test_what_is_not_there_says_so_in_the_readers_language(alice, language, words):
    alice.cookies["language"] = language
    answer = alice.get("/captures/nothing/")
    assert answer.status_code == 404
    assert words in answer.content.decode()


def test_an_error_of_ours_is_a_page_without_details(alice, cast, monkeypatch):
    def broken(*args: object) -> None:
        raise RuntimeError("secret detail")

    found = shown.done(shown.capture(cast), sample.seed())
    monkeypatch.setattr("kb.views.captures._verdict", broken)
    alice.raise_request_exception = False
    answer = alice.get(f"/captures/{found.uid}/")
    assert answer.status_code == 500
    assert "it was not you" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_a_sentence(cast):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/language/", {"language": "ja"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()


def test_health_is_plain_text_for_everybody(client):
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok\n", "text/plain")


@pytest.mark.parametrize(
    "name",
    [
        "gaps",
        "statistics",
        "feedback",
        "stale",
        "review",
        "write",
        "cases",
        "watching",
        "symptom",
        "site-history",
        "export",
        "import",
        "experiment-new",
        "runbooks",
    ],
)
def test_some_page_leads_to_each_page_of_the_wiki(name, settings):
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    assert any(f"{{% url '{name}'" in path.read_text("utf-8") for path in templates)
