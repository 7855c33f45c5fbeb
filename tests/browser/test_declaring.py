"""A declaration in a real browser: a mistake is said, leads to its line and is mended; windows are merged."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from experiments import wordings
from experiments.models import Wording
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
GOOD, BAD = 'on   = "client"', 'on   = "klient"'
SAVED = re.compile(r"^saved \d\d:\d\d:\d\d$")


@pytest.fixture
def draft(cast: Cast) -> Wording:
    cast.alice.groups.add(Group.objects.get_or_create(name="author")[0])  # emptied by other tests
    made = wordings.begin_edit(cast.alice, "connect_timeout")
    assert isinstance(made, Wording)
    return made


@pytest.fixture
def editor(alices: Page, draft: Wording) -> Page:
    alices.goto(draft.get_absolute_url())
    return alices


def put(page: Page, words: str, others: str) -> None:
    """Types other words over the first place with these."""
    page.evaluate(
        """words => {
            const text = document.getElementById("text");
            const at = text.value.indexOf(words);
            text.focus();
            text.setSelectionRange(at, at + words.length);
        }""",
        words,
    )
    page.keyboard.insert_text(others)


def test_a_mistake_is_said_leads_to_its_line_is_mended_and_the_draft_submitted(editor: Page, draft: Wording):
    expect(editor.locator("#checked h2")).to_have_text("No mistakes")
    put(editor, GOOD, BAD)
    expect(editor.locator("#checked h2")).to_have_text("1 mistake")
    said = editor.locator(".mistakes li")
    expect(said).to_contain_text("no host is called 'klient'")
    expect(editor.locator(".state")).to_have_text(SAVED)
    draft.refresh_from_db()
    assert BAD in draft.text
    editor.locator("#comment").focus()
    said.get_by_role("link").click()
    expect(editor.locator("#text")).to_be_focused()
    chosen = "text.value.slice(text.selectionStart, text.selectionEnd)"
    assert (
        editor.evaluate(f"(() => {{ const text = document.getElementById('text'); return {chosen}; }})()")
        == BAD
    )
    row = draft.text.split("\n").index(BAD) + 1
    expect(editor.locator(".place")).to_have_text(f"line {row}")
    editor.keyboard.insert_text(GOOD)
    expect(editor.locator("#checked h2")).to_have_text("No mistakes")
    expect(editor.locator("#checked .network .host").first).to_contain_text("client")
    put(editor, "value   = 5", "value   = 4")
    editor.get_by_role("button", name="Submit for review").click()
    expect(editor.locator(".told.success")).to_contain_text("Submitted")
    draft.refresh_from_db()
    assert (draft.state, "value   = 4" in draft.text) == ("in_review", True)


def test_nothing_is_checked_or_saved_while_an_input_method_composes(editor: Page, draft: Wording):
    client = editor.context.new_cdp_session(editor)
    put(editor, "Connect timeout", "x")
    expect(editor.locator(".state")).to_have_text(SAVED)
    before = Wording.objects.get(pk=draft.pk).version
    client.send("Input.imeSetComposition", {"text": "せつ", "selectionStart": 2, "selectionEnd": 2})
    editor.wait_for_timeout(3000)
    assert Wording.objects.get(pk=draft.pk).version == before
    client.send("Input.insertText", {"text": "接続"})
    expect(editor.locator(".state")).to_have_text(SAVED)
    draft.refresh_from_db()
    assert "x接続" in draft.text


def test_two_windows_keep_what_both_wrote(editor: Page, draft: Wording):
    other = editor.context.new_page()
    other.goto(draft.get_absolute_url())
    put(editor, "to      = 8", "to      = 9")
    expect(editor.locator(".state")).to_have_text(SAVED)
    put(other, 'delay = "5ms"', 'delay = "7ms"')
    expect(other.locator("#text")).to_have_value(re.compile(r"to      = 9[\s\S]*delay = \"7ms\""))
    draft.refresh_from_db()
    assert ("to      = 9" in draft.text, 'delay = "7ms"' in draft.text) == (True, True)


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_phone_shows_all_of_it_without_scrolling_sideways(editor: Page):
    put(editor, GOOD, BAD)
    expect(editor.locator("#checked h2")).to_have_text("1 mistake")
    assert no_sideways_scroll(editor)
