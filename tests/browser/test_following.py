"""From a finding on the page of a capture to the finished record: with and without script, desk and phone."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from kb.models import Case
from tests import sample_report as sample
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast
from tests.kb import shown
from tests.kb.runbook_text import runbook

PHONE = {"viewport": {"width": 390, "height": 844}}
WORDS = {
    "en": {
        "runbook": "Runbook: A connection is refused",
        "first": "A line with LISTEN",
        "second": "No rule",
        "third": "It succeeds",
        "evidence": "What shows it?",
        "record": "Record and go on",
        "back": "One step back",
        "copy": "Copy the record",
        "message": "It was restarted.",
        "ended": "## solved",
    },
    "ja": {
        "runbook": "接続が拒否される",
        "first": "LISTEN の行がある",
        "second": "ルールがない",
        "third": "成功する",
        "message": "再起動でした。",
    },
}


@pytest.fixture
def found(alices: Page, cast: Cast):
    runbook()
    return shown.done(shown.capture(cast), sample.seed())


def choose(page: Page, words: str) -> None:
    page.locator(".choice", has_text=words).click()


@pytest.mark.parametrize(
    "context",
    [{}, PHONE, {"java_script_enabled": False}, {**PHONE, "java_script_enabled": False}],
    indirect=True,
    ids=["desk", "phone", "no-script", "phone-no-script"],
)
def test_a_finding_is_followed_to_the_finished_record(alices: Page, found):
    words = WORDS["en"]
    alices.goto(f"/captures/{found.uid}/")
    expect(alices.locator(".verdict")).to_contain_text("What to ask next")
    alices.get_by_role("button", name=words["runbook"]).first.click()
    expect(alices).to_have_url(re.compile(r"/cases/\w+/$"))
    expect(alices.locator(".run pre").first).to_contain_text("ss -ltn 'sport = :22'")
    assert no_sideways_scroll(alices)
    choose(alices, words["first"])
    alices.get_by_label(words["evidence"]).fill("LISTEN 0 128 0.0.0.0:22")
    alices.get_by_role("button", name=words["record"]).click()
    expect(alices.locator("#now h2")).to_contain_text("Is there a firewall?")
    expect(alices.locator(".records")).to_contain_text("LISTEN 0 128 0.0.0.0:22")
    expect(alices.locator("svg.tree .line.taken").first).to_be_attached()
    alices.get_by_role("button", name=words["back"]).click()
    expect(alices.locator("#now h2")).to_contain_text("Does the server listen?")
    for outcome in ("first", "second", "third"):
        choose(alices, words[outcome])
        alices.get_by_role("button", name=words["record"]).click()
    expect(alices.locator(".message-text")).to_have_value(words["message"])
    assert no_sideways_scroll(alices)
    link = alices.get_by_role("link", name=words["copy"])
    assert words["ended"] in alices.request.get(link.get_attribute("href")).text()
    assert Case.objects.get().state == "solved"
    alices.goto(f"/captures/{found.uid}/")
    expect(alices.locator("#cases")).to_contain_text("A device on the path, at hop 2")
    assert no_sideways_scroll(alices)


def test_the_same_in_japanese(alices: Page, found):
    words = WORDS["ja"]
    alices.goto("/cases/")
    alices.get_by_role("button", name="日本語").click()
    alices.goto(f"/captures/{found.uid}/")
    alices.get_by_role("button", name=words["runbook"]).first.click()
    expect(alices.locator("#now h2")).to_contain_text("待ち受けているか")
    for outcome in ("first", "second", "third"):
        choose(alices, words[outcome])
        alices.locator("#now form .button.first").click()
    expect(alices.locator(".message-text")).to_have_value(words["message"])
    expect(alices.locator("html")).to_have_attribute("lang", "ja")


def test_a_command_is_copied_as_it_stands(alices: Page, context, found):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    alices.goto(f"/runbooks/refused/?capture={found.uid}&finding=0")
    button = alices.locator(".run .copy").first
    button.click()
    expect(button).to_have_text("Copied")
    copied = alices.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("ss -ltn 'sport = :22'\ntshark -r ssh-refused.pcap")


@pytest.mark.parametrize("context", [{**PHONE, "java_script_enabled": False}], indirect=True, ids=["phone"])
def test_a_step_that_did_not_help_is_said_and_answered_on_a_phone(alices: Page, cast: Cast, found):
    cast.alice.groups.add(Group.objects.get_or_create(name="curator")[0])  # emptied by other tests
    alices.goto("/runbooks/refused/")
    assert no_sideways_scroll(alices)
    expect(alices.locator(".copy").first).to_be_hidden()
    alices.get_by_label("What is the case about?").fill("Till 4")
    alices.get_by_role("button", name="Follow it").click()
    alices.locator(".unhelpful summary").click()
    alices.get_by_label("What was missing?").fill("There is no ss on AIX.")
    alices.get_by_role("button", name="Send").click()
    expect(alices.get_by_role("alert")).to_contain_text("A curator will look at this step.")
    alices.goto("/review/")
    alices.locator("a[href^='/feedback/'][href$='/'].muted").first.click()
    alices.get_by_label("What came of it?").fill("netstat is named now.")
    alices.get_by_role("button", name="Answer and close").click()
    expect(alices.locator(".told")).to_contain_text("netstat is named now.")
    for path in ("/cases/", "/gaps/", "/runbooks/"):
        alices.goto(path)
        assert no_sideways_scroll(alices), path
