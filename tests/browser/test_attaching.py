"""Pictures and captures that are pasted or dropped into a draft; the browser itself makes the pictures."""

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from kb.models import Attachment, Capture, Draft
from tests.browser.conftest import CAPTURE
from tests.browser.test_writing import SAVED, choose, draft, editor, state, typed
from tests.cast import Cast

__all__ = ["draft", "editor"]

HAND_OVER = """([how, name, type, content]) => {
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type }));
    const body = document.getElementById("body");
    const event = how === "paste"
        ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
    body.dispatchEvent(event);
    return event.defaultPrevented;
}"""
DRAWN = """async (type) => {
    const canvas = document.createElement("canvas");
    canvas.width = 30;
    canvas.height = 20;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#0b57ad";
    pen.fillRect(5, 5, 20, 10);
    const blob = await new Promise((made) => canvas.toBlob(made, type));
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
}"""


def hand_over(page: Page, how: str, name: str, content: str, media_type: str = "") -> None:
    assert page.evaluate(HAND_OVER, [how, name, media_type, content])


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_is_sent_named_where_the_caret_was_and_shown(
    editor: Page, draft: Draft, media_type: str, how: str
):
    content = editor.evaluate(DRAWN, media_type)
    choose(editor, "Two.")
    hand_over(editor, how, "the window.bin", content, media_type)
    expect(editor.locator("#attach .sending")).to_have_text("It is in the text.")
    made = Attachment.objects.get()
    assert (made.media_type, made.width, made.height) == (media_type, 30, 20)
    assert f"Two.\n\n![the window](/attachments/{made.uid}/)\n\nThree." in typed(editor)
    picture = editor.locator("#pane-preview img")
    expect(picture).to_have_attribute("alt", "the window")
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 30
    editor.keyboard.type("Zero window")  # the description is selected
    assert "![Zero window](" in typed(editor)


def test_a_capture_that_is_dropped_becomes_the_teams_and_is_shown(editor: Page, draft: Draft, cast: Cast):
    choose(editor, "Three.")
    hand_over(editor, "drop", "ssh.pcap", base64.b64encode(CAPTURE.read_bytes()).decode())
    expect(editor.locator("#attach .sending")).to_contain_text("other teams will not see its packets")
    found = Capture.objects.get()
    assert found.team == cast.team
    assert f"\n\n::capture {found.uid}\n" in typed(editor)
    expect(state(editor)).to_have_text(SAVED, timeout=10_000)


def test_what_is_no_picture_is_refused_in_a_sentence(editor: Page, complaints: list[str]):
    before = typed(editor)
    hand_over(editor, "drop", "a.png", base64.b64encode(b"<svg onload='alert(1)'/>").decode(), "image/png")
    expect(editor.locator("#attach .sending")).to_contain_text("this file is neither")
    assert typed(editor) == before
    complaints[:] = [one for one in complaints if "415" not in one]


def test_a_chosen_file_is_sent_too(editor: Page):
    picture = base64.b64decode(editor.evaluate(DRAWN, "image/png"))
    editor.set_input_files("#file", {"name": "a.png", "mimeType": "image/png", "buffer": picture})
    expect(editor.locator("#body")).to_have_value(re.compile(r"!\[a\]\(/attachments/"))


def test_words_with_a_picture_of_themselves_are_pasted_as_words(editor: Page):
    prevented = editor.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.setData("text/plain", "words");
            transfer.items.add(new File(["x"], "image.png", { type: "image/png" }));
            const event = new ClipboardEvent("paste", { clipboardData: transfer, cancelable: true });
            document.getElementById("body").dispatchEvent(event);
            return event.defaultPrevented;
        }"""
    )
    assert prevented is False
    assert not Attachment.objects.exists()


def test_a_live_block_is_drawn_in_the_preview_whose_forms_are_not_inside_the_editors(
    editor: Page, draft: Draft
):
    choose(editor, "Two.")
    editor.keyboard.type("::experiment connect_refused")
    expect(editor.locator("#pane-preview figure")).to_contain_text("Connection refused")
    assert editor.locator("form .pane").count() == 0
    expect(state(editor)).to_have_text(SAVED, timeout=10_000)
    draft.refresh_from_db()
    assert "::experiment connect_refused" in draft.body
