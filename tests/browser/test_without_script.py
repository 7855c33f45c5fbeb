"""Without any script: upload, progress, verdict, language, theme."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CAPTURE

pytestmark = pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)


def test_the_form_uploads_and_the_page_of_the_capture_comes_to_its_verdict(alices: Page):
    alices.goto("/")
    alices.set_input_files("#file", str(CAPTURE))
    alices.get_by_role("button", name="Upload and diagnose").click()
    expect(alices).to_have_url(re.compile(r"/captures/\w+/$"))
    expect(alices.locator("main h1")).to_have_text(re.compile("hop 2"))


def test_language_and_theme_are_forms(alices: Page):
    alices.goto("/articles/")
    alices.get_by_role("button", name="日本語").click()
    expect(alices.locator("html")).to_have_attribute("lang", "ja")
    expect(alices).to_have_url(re.compile("/articles/$"))
    alices.locator(".theme button").click()
    expect(alices.locator("html")).to_have_attribute("data-theme", "dark")
