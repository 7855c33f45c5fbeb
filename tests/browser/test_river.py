"""The whole river in a browser: a file goes in, and the page of its verdict opens by itself."""

import re

from playwright.sync_api import Page, expect

from kb.models import Capture
from tests.browser.conftest import CAPTURE, LIMIT, file, upload, wait_for
from tests.kb.shown import HOSTILE_NAME

REPORT = re.compile(r"/captures/[a-z2-7]{16}/$")
VERDICT = re.compile("hop 2")


def test_a_dropped_capture_becomes_a_verdict_with_its_packets(alices: Page):
    alices.goto("/")
    upload(alices, CAPTURE)
    expect(alices).to_have_url(REPORT)
    expect(alices.locator("main h1")).to_have_text(VERDICT)
    expect(alices.locator(".finding .severity").first).to_contain_text("Error")
    expect(alices.locator("svg.sequence g.packet.reset").first).to_be_visible()
    link = alices.locator(".finding .frames a").first
    frame = link.inner_text().removeprefix("▣ ")
    link.click()
    expect(alices).to_have_url(re.compile(f"#f{frame}$"))
    expect(alices.locator(f"#f{frame} .band")).to_be_in_viewport()


def test_every_arrow_of_evidence_leads_to_its_packet(alices: Page):
    alices.goto("/")
    upload(alices, CAPTURE)
    expect(alices.locator("svg.sequence")).to_be_visible()
    alices.locator("svg.sequence g.evidence a").first.click()
    expect(alices).to_have_url(re.compile(r"/connections/\d+/\?from=\d+#p\d+$"))
    frame = alices.url.rpartition("#p")[2]
    expect(alices.locator(f"tr#p{frame}")).to_be_in_viewport()


def test_several_files_are_followed_on_the_first_page_each_to_its_end(alices: Page):
    alices.goto("/")
    upload(alices, CAPTURE, file("holiday.pcap", b"\x89PNG\r\n\x1a\n" + b"0" * 100), file("empty.pcap", b""))
    rows = alices.locator(".uploads .upload")
    expect(rows).to_have_count(3)
    for i in range(3):
        expect(rows.nth(i).locator(".said")).to_have_text("Open the report")
    rows.nth(1).get_by_role("link", name="Open").click()
    expect(alices.locator("main h1")).to_contain_text("PNG")
    expect(alices.get_by_role("link", name="Download the file")).to_be_visible()


def test_a_file_can_be_dropped_anywhere_on_the_page(alices: Page):
    alices.goto("/")
    content = list(CAPTURE.read_bytes())
    transfer = alices.evaluate_handle(
        """content => { const t = new DataTransfer();
        t.items.add(new File([new Uint8Array(content)], "dropped.pcap")); return t; }""",
        content,
    )
    alices.dispatch_event("footer", "dragenter", {"dataTransfer": transfer})
    expect(alices.locator("html")).to_have_class(re.compile("dragging"))
    alices.dispatch_event("footer", "drop", {"dataTransfer": transfer})
    expect(alices).to_have_url(REPORT)
    expect(alices.locator(".crumbs b")).to_have_text("dropped.pcap")


def test_a_hostile_name_is_shown_and_does_nothing(alices: Page):
    alices.goto("/")
    upload(alices, file(HOSTILE_NAME, CAPTURE.read_bytes()), CAPTURE)
    shown = "<script>alert(1)</script>⟨U+202E⟩gpj.pcap"
    expect(alices.locator(".upload .name").first).to_have_text(shown)
    expect(alices.locator(".uploads .said").last).to_have_text("Open the report")
    alices.goto("/captures/")
    expect(alices.get_by_role("link", name=shown)).to_be_visible()
    alices.get_by_role("link", name=shown).click()
    expect(alices.locator(".crumbs b")).to_have_text(shown)


def test_an_upload_shows_bytes_and_percent_and_can_be_cancelled(alices: Page):
    alices.goto("/")
    slow = alices.context.new_cdp_session(alices)
    slow.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 400_000}
    slow.send("Network.emulateNetworkConditions", conditions)
    upload(alices, file("slow.pcap", b"\0" * 2_500_000))
    said = alices.locator(".upload .said")
    expect(said).to_have_text(re.compile(r"\d+(\.\d)? [kM]B of 2\.5 MB · [1-9]\d* %"))
    alices.get_by_role("button", name="Cancel").click()
    expect(said).to_have_text("Cancelled; nothing was kept.")
    assert Capture.objects.count() == 0


def test_a_file_above_the_limit_is_one_sentence_in_its_place(alices: Page):
    alices.goto("/")
    upload(alices, file("huge.pcap", b"\0" * (LIMIT + 2_000_000)))
    expect(alices.locator(".upload .said")).to_have_text("The upload is larger than the limit of 3 MB.")
    assert Capture.objects.count() == 0


def test_a_capture_is_deleted_after_a_question(alices: Page):
    alices.goto("/")
    upload(alices, CAPTURE)
    expect(alices.locator("main h1")).to_have_text(VERDICT)
    expect(alices.get_by_role("button", name="Delete this capture")).to_be_hidden()
    alices.get_by_text("Delete …").click()
    alices.get_by_role("button", name="Delete this capture").click()
    expect(alices).to_have_url(re.compile("/captures/$"))
    wait_for(lambda: Capture.objects.count() == 0)
