"""A capture that is being read: numbers follow the worker, and nothing else on the page moves."""

import pytest
from playwright.sync_api import Locator, Page, expect

from kb import jobs, queue
from kb.models import Capture
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast
from tests.kb import shown

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
MOST = ("duplicate_frames", "truncated_frames", "clock_step")


@pytest.fixture
def capture(cast: Cast) -> Capture:
    queue.connect(lambda task, arguments: None)  # the worker here is the test
    return shown.capture(cast)


def tell(claim: jobs.Claim, read: int, **more: object) -> None:
    """The worker's next heartbeat."""
    counts = {"step": "read", "of": 5_000_000_000, "packets": read // 1000, "connections": read // 100_000}
    assert jobs.beat(claim, {**counts, "read": read, **more})


def tops(page: Page) -> list[float]:
    """Where the parts of the page begin."""
    parts: list[Locator] = [
        page.locator(f"main {name}") for name in ("#progress", "#provisional", ".actions")
    ]
    boxes = [part.bounding_box() for part in parts]
    return [box["y"] for box in boxes if box]


def test_a_link_about_the_recording_stays_while_the_numbers_run(alices: Page, capture: Capture):
    claim = shown.running(capture)
    tell(claim, 1_000, quality=["truncated_frames"])
    alices.goto(f"/captures/{capture.uid}/")
    link = alices.get_by_role("link", name="Frames cut short")
    link.focus()
    link.evaluate("element => (element.before = true)")
    for read in (2_000_000_000, 4_999_000_000):
        tell(claim, read, quality=["truncated_frames"])
        expect(alices.locator(".counts")).to_contain_text(f"{read // 1000:,} packets")
    expect(link).to_be_focused()
    assert link.evaluate("element => element.before"), "another element: a click may hit neither"
    tell(claim, 4_999_500_000, quality=[])
    expect(alices.locator("#provisional")).to_contain_text("Nothing is wrong with the recording so far.")
    expect(link).to_have_count(0)


@pytest.mark.parametrize("context", [{}, PHONE], indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_moves_from_waiting_to_the_last_step(
    alices: Page, capture: Capture, cast: Cast, language: str
):
    cast.alice.language = language
    cast.alice.save()
    jobs.begin(capture)
    alices.goto(f"/captures/{capture.uid}/")
    places = [tops(alices)]
    claim = shown.running(capture)
    for step, read, quality in (("read", 1, []), ("read", 4_999_000_000, MOST), ("connect", 0, MOST)):
        tell(claim, read, step=step, quality=list(quality))
        alices.reload()
        places.append(tops(alices))
        assert no_sideways_scroll(alices)
    assert len(places[0]) == 3
    assert places == [places[0]] * 4
