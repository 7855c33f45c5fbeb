"""The editor in a real browser: tools, keys, input methods, autosaving, two windows, a phone."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from kb import writing
from kb.models import Article, Draft, Revision
from kb.words import Words
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
BODY = "One.\n\nTwo.\n\nThree.\n"
SAVED = re.compile(r"^saved \d\d:\d\d:\d\d$")


@pytest.fixture
def draft(cast: Cast) -> Draft:
    cast.alice.groups.add(Group.objects.get_or_create(name="author")[0])  # emptied by other tests
    made = writing.begin_new(cast.alice, "article", "en", Words("Window probes", "What they ask.", BODY))
    assert isinstance(made, Draft)
    return made


@pytest.fixture
def editor(alices: Page, draft: Draft) -> Page:
    alices.goto(draft.get_absolute_url())
    return alices


def choose(page: Page, words: str) -> None:
    """Selects the first place with these words in the text."""
    page.evaluate(
        """words => {
            const body = document.getElementById("body");
            const at = body.value.indexOf(words);
            body.focus();
            body.setSelectionRange(at, at + words.length);
        }""",
        words,
    )


def typed(page: Page) -> str:
    return page.locator("#body").input_value()


def at_end(page: Page) -> None:
    page.evaluate("document.getElementById('body').setSelectionRange(1e6, 1e6)")
    page.locator("#body").focus()


def state(page: Page):
    return page.locator(".editor .state")


def test_what_is_typed_is_saved_shown_beside_it_and_there_after_a_reload(editor: Page, draft: Draft):
    at_end(editor)
    editor.keyboard.type("\nWith a **window** of zero.")
    expect(editor.locator("#pane-preview strong")).to_have_text("window")
    expect(state(editor)).to_have_text(SAVED, timeout=10_000)
    draft.refresh_from_db()
    assert draft.body == BODY + "\nWith a **window** of zero."
    editor.reload()
    assert typed(editor) == draft.body
    expect(editor.locator(".counted")).to_have_text("8 words, 46 characters")


def test_the_tools_write_markdown_that_undo_takes_back(editor: Page):
    for tool, words, expected in (
        ("Bold", "One.", "**One.**\n\nTwo.\n\nThree.\n"),
        ("Code", "Two.", "One.\n\n`Two.`\n\nThree.\n"),
        ("List", "Two.", "One.\n\n- Two.\n\nThree.\n"),
        ("Numbered list", "Two.", "One.\n\n1. Two.\n\nThree.\n"),
        ("Task list", "Two.", "One.\n\n- [ ] Two.\n\nThree.\n"),
        ("Heading", "Two.", "One.\n\n## Two.\n\nThree.\n"),
        ("Link", "Two.", "One.\n\n[Two.](https://)\n\nThree.\n"),
        ("Note", "Two.", "One.\n\n::: note\nTwo.\n:::\n\nThree.\n"),
        ("Code block", "Two.", "One.\n\n```\nTwo.\n```\n\nThree.\n"),
    ):
        choose(editor, words)
        editor.get_by_role("toolbar").get_by_role("button", name=tool, exact=True).click()
        assert typed(editor) == expected, tool
        expect(editor.locator("#body")).to_be_focused()
        editor.keyboard.press("Control+z")
        assert typed(editor) == BODY, tool


def test_the_toolbar_is_one_stop_and_arrows_move_in_it(editor: Page):
    editor.locator("[data-do=heading]").focus()
    editor.keyboard.press("ArrowRight")
    expect(editor.locator("[data-do=bold]")).to_be_focused()
    editor.keyboard.press("ArrowLeft")
    editor.keyboard.press("ArrowLeft")
    expect(editor.locator("[data-do=live]")).to_be_focused()
    editor.keyboard.press("Tab")
    expect(editor.locator(".toolbar button:focus")).to_have_count(0)


def test_keys_make_bold_links_lists_and_save(editor: Page, draft: Draft):
    choose(editor, "One.")
    editor.keyboard.press("Control+b")
    choose(editor, "Two.")
    editor.keyboard.press("Control+k")
    editor.keyboard.type("/articles/keepalive/")
    at_end(editor)
    editor.keyboard.type("\n- a\nb")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Tab")
    editor.keyboard.type("deeper")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Enter")
    editor.keyboard.type("9. nine\nten\n\n- [x] done\nopen")
    editor.keyboard.press("Control+s")
    expect(state(editor)).to_have_text(SAVED)
    draft.refresh_from_db()
    assert draft.body == (
        "**One.**\n\n[Two.](/articles/keepalive/)\n\nThree.\n"
        "\n- a\n- b\n  - deeper\n9. nine\n10. ten\n- [x] done\n- [ ] open"
    )


def test_tab_leaves_the_text_except_in_a_list_and_there_after_escape(editor: Page):
    at_end(editor)
    editor.keyboard.press("Tab")
    expect(editor.locator("#body")).not_to_be_focused()
    at_end(editor)
    editor.keyboard.type("\n- item")
    editor.keyboard.press("Tab")
    expect(editor.locator("#body")).to_be_focused()
    assert typed(editor).endswith("\n  - item")
    editor.keyboard.press("Shift+Tab")
    assert typed(editor).endswith("\n- item")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Tab")
    expect(editor.locator("#body")).not_to_be_focused()


def test_an_input_method_composes_undisturbed(editor: Page, context: BrowserContext, draft: Draft):
    at_end(editor)
    editor.keyboard.type("\n- ")
    method: CDPSession = context.new_cdp_session(editor)
    for text in ("さ", "さい", "さいそ", "さいそう"):
        method.send(
            "Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)}
        )
    composing = {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": "Enter"}
    method.send("Input.dispatchKeyEvent", composing)  # Enter chooses a word here: it continues no list
    assert typed(editor).endswith("\n- さいそう")
    method.send("Input.insertText", {"text": "再送"})
    assert typed(editor).endswith("\n- 再送")
    editor.keyboard.press("Enter")
    assert typed(editor).endswith("\n- 再送\n- ")
    expect(state(editor)).to_have_text(SAVED, timeout=10_000)
    draft.refresh_from_db()
    assert draft.body.endswith("\n- 再送\n- ")


def test_without_a_connection_the_text_stays_in_the_browser(
    editor: Page, context: BrowserContext, draft: Draft, complaints: list[str]
):
    context.set_offline(True)
    at_end(editor)
    editor.keyboard.type("\nWritten on a train.")
    expect(state(editor)).to_have_text("not saved, no connection: kept in this browser", timeout=10_000)
    draft.refresh_from_db()
    assert draft.body == BODY
    # What a page sends while it is left may get through after all. If not, the browser has kept the words.
    editor.on("dialog", lambda asked: asked.accept())
    editor.goto("about:blank")
    editor.wait_for_timeout(1000)
    context.set_offline(False)
    later = context.new_page()
    later.goto(draft.get_absolute_url())
    expect(later.locator("textarea[name=body]")).to_have_value(re.compile("Written on a train"))
    expect(state(later)).to_have_text(re.compile("^saved "))
    draft.refresh_from_db()
    assert draft.body.endswith("Written on a train.")
    complaints.clear()  # of the requests that went nowhere


def test_two_windows_keep_both_texts(
    editor: Page, context: BrowserContext, draft: Draft, complaints: list[str]
):
    other = context.new_page()
    other.goto(draft.get_absolute_url())
    choose(other, "One.")
    other.keyboard.type("1.")
    assert typed(other) == "1.\n\nTwo.\n\nThree.\n"
    other.keyboard.press("Control+s")
    expect(state(other)).to_have_text(SAVED)
    choose(editor, "Three.")
    editor.keyboard.type("3.")
    editor.keyboard.press("Control+s")
    expect(editor.get_by_role("alert")).to_contain_text("saved in another window")
    assert typed(editor) == "1.\n\nTwo.\n\n3.\n"
    choose(other, "1.")
    other.keyboard.type("I.")
    choose(editor, "1.")
    editor.keyboard.type("first")
    editor.keyboard.press("Control+s")
    expect(state(editor)).to_have_text(SAVED)
    other.keyboard.press("Control+s")
    expect(other.locator(".counted b")).to_contain_text("1")
    for words in ("<<<<<<< this window", "I.", "======= the other window", "first", ">>>>>>>", "3."):
        assert words in typed(other)
    complaints[:] = [one for one in complaints if "409" not in one]


def test_what_was_approved_meanwhile_is_merged_by_a_button(alices: Page, draft: Draft, cast: Cast):
    article = Article.objects.create(slug="probes")

    def revision(body: str, state: str, **more: object) -> Revision:
        return Revision.objects.create(
            article=article,
            language="en",
            title="t",
            summary="s",
            body=body,
            origin="person",
            state=state,
            digest=body,
            **more,
        )

    first = revision(BODY, "approved")
    mine = writing.begin_edit(article, "en", cast.alice)
    assert mine is not None
    alices.goto(mine.get_absolute_url())
    choose(alices, "One.")
    alices.keyboard.type("1.")
    Revision.objects.filter(pk=first.pk).update(state="superseded")
    revision("One.\n\nTwo.\n\n3.\n", "approved", based_on=first)
    alices.keyboard.press("Control+s")
    expect(alices.get_by_role("alert")).to_contain_text("Another revision was approved")
    alices.reload()
    alices.get_by_text("Show all three texts").click()
    expect(alices.locator(".three pre")).to_have_count(3)
    alices.get_by_role("button", name="Merge it into my text").click()
    expect(alices.locator("#body")).to_have_value("1.\n\nTwo.\n\n3.\n")
    alices.get_by_role("button", name="Submit for review").click()
    expect(alices.get_by_role("alert")).to_contain_text("Submitted.")
    assert Revision.objects.get(state="in_review").body == "1.\n\nTwo.\n\n3.\n"


def test_leaving_with_unsaved_text_is_asked_about(
    editor: Page, context: BrowserContext, complaints: list[str]
):
    context.set_offline(True)
    at_end(editor)
    editor.keyboard.type("x")
    asked = []
    editor.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    editor.close(run_before_unload=True)
    editor.wait_for_event("close")
    assert asked == ["beforeunload"]
    complaints.clear()


@pytest.mark.parametrize("context", [PHONE], indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_shows_text_or_preview(editor: Page, cast: Cast, language: str, draft: Draft):
    cast.alice.language = language
    cast.alice.save()
    editor.reload()
    assert no_sideways_scroll(editor)
    expect(editor.locator("#pane-preview")).to_be_hidden()
    editor.locator("[data-show=preview]").tap()
    expect(editor.locator("#pane-preview")).to_contain_text("Three.")
    expect(editor.locator("#body")).to_be_hidden()
    assert no_sideways_scroll(editor)
    editor.locator("[data-show=typing]").tap()
    choose(editor, "Two.")
    editor.locator("[data-do=bold]").tap()
    assert "**Two.**" in typed(editor)
    for control in editor.locator(".above button:visible").all():
        box = control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_save_and_submit_are_buttons(alices: Page, draft: Draft):
    alices.goto(draft.get_absolute_url())
    alices.get_by_label("Text, in Markdown").fill("**Saved** by a button.")
    alices.get_by_role("button", name="Save", exact=True).click()
    expect(alices.locator("#pane-preview strong")).to_have_text("Saved")
    expect(alices.get_by_role("toolbar")).to_have_count(0)
    alices.get_by_role("button", name="Submit for review").click()
    expect(alices).to_have_url(re.compile("/write/$"))
    assert Revision.objects.get().body == "**Saved** by a button.\n"
