"""Without any script: upload, progress, verdict, language, theme."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from tests import sample_report as sample
from tests.browser.conftest import CAPTURE, no_sideways_scroll
from tests.cast import Cast
from tests.kb import shown

NO_SCRIPT = pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)


@NO_SCRIPT
def test_the_form_uploads_and_the_page_of_the_capture_comes_to_its_verdict(alices: Page):
    alices.goto("/")
    alices.set_input_files("#file", str(CAPTURE))
    alices.get_by_role("button", name="Upload and diagnose").click()
    expect(alices).to_have_url(re.compile(r"/captures/\w+/$"))
    expect(alices.locator("main h1")).to_have_text(re.compile("hop 2"))


@NO_SCRIPT
def test_language_and_theme_are_forms(alices: Page):
    alices.goto("/articles/")
    alices.get_by_role("button", name="日本語").click()
    expect(alices.locator("html")).to_have_attribute("lang", "ja")
    expect(alices).to_have_url(re.compile("/articles/$"))
    alices.locator(".theme button").click()
    expect(alices.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize(
    "context",
    [{"java_script_enabled": False, "viewport": {"width": 390, "height": 844}}],
    indirect=True,
    ids=["phone"],
)
def test_a_verdict_is_disputed_and_answered_by_forms_on_a_phone(alices: Page, cast: Cast):
    found = shown.done(shown.capture(cast), sample.seed())
    cast.alice.groups.add(Group.objects.get_or_create(name="curator")[0])  # emptied by other tests
    alices.goto(f"/captures/{found.uid}/")
    form = alices.locator("#finding-0 .disagree")
    form.locator("summary").click()
    form.get_by_label("Why is it wrong?").fill("The server was being restarted.")
    form.get_by_role("button", name="Send").click()
    expect(alices.get_by_role("alert")).to_contain_text("A curator will read it")
    alices.locator("#finding-0 .dispute").get_by_role("link", name="Answer").click()
    alices.get_by_label("What do you answer?").fill("Frame 8 shows that it was up.")
    alices.get_by_role("button", name="Decline").click()
    expect(alices.locator(".dispute .tag")).to_have_text("declined")
    for path in ("/disputes/", f"/captures/{found.uid}/", f"/captures/{found.uid}/disputes/"):
        alices.goto(path)
        expect(alices.locator(".dispute .answer")).to_contain_text("Frame 8 shows that it was up.")
        assert no_sideways_scroll(alices), path
