"""The box of every page: hits while one types, by keyboard alone, at peace with a Japanese input method."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import no_sideways_scroll
from tests.kb.search_corpus import article

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def corpus(cast):
    article("connect-timeout", "Connect timeout", "Nothing answers: ETIMEDOUT.")
    article("timeout-retransmission", "Timeout retransmission", "A timer ran out.")


def test_a_hit_is_chosen_by_keyboard_alone(alices: Page, corpus):
    alices.goto("/captures/")
    alices.keyboard.press("/")
    box = alices.get_by_role("combobox", name="Search")
    expect(box).to_be_focused()
    alices.keyboard.type("timeo")
    expect(alices.get_by_role("option")).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    alices.keyboard.press("ArrowDown")
    expect(alices.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "hit-1")
    alices.keyboard.press("Escape")
    expect(alices.locator("#instant")).to_be_hidden()
    alices.keyboard.press("ArrowDown")
    alices.keyboard.press("Enter")
    alices.wait_for_url("**/articles/*/")


def test_enter_without_a_choice_opens_the_page_of_hits(alices: Page, corpus):
    alices.goto("/")
    alices.keyboard.press("/")
    alices.keyboard.type("timeout")
    alices.keyboard.press("Enter")
    alices.wait_for_url("**/search/?q=timeout")
    expect(alices.locator("mark").first).to_have_text("timeout", ignore_case=True)


def test_while_a_word_is_composed_nothing_is_asked(alices: Page, corpus):
    asked: list[str] = []
    alices.on("request", lambda request: asked.append(request.url) if "/instant/" in request.url else None)
    alices.goto("/captures/")
    compose = """(words) => {
      const box = document.getElementById("search");
      box.focus();
      box.value = words;
      box.dispatchEvent(new CompositionEvent("compositionstart"));
      box.dispatchEvent(new InputEvent("input", { isComposing: true, bubbles: true }));
    }"""
    alices.evaluate(compose, "たいむ")
    alices.wait_for_timeout(500)
    assert asked == []
    alices.evaluate("document.getElementById('search').dispatchEvent(new CompositionEvent('compositionend'))")
    expect(alices.locator("#instant")).to_contain_text("Nothing yet.")
    assert len(asked) == 1


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_a_phone_has_the_box_and_no_sideways_scroll(alices: Page, corpus):
    alices.goto("/search/?q=timeout")
    expect(alices.get_by_role("combobox", name="Search")).to_be_visible()
    assert no_sideways_scroll(alices)
    alices.goto("/search/symptom/")
    assert no_sideways_scroll(alices)
