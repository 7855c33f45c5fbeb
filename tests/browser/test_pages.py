"""Pages in a browser: keyboard, theme, language, phone, paper, graphs under the content security policy."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from kb import once
from kb.models import Capture
from tests import sample_report as sample
from tests.browser.conftest import no_sideways_scroll
from tests.cast import Cast
from tests.kb import shown


@pytest.fixture
def seed(cast: Cast) -> Capture:
    return shown.done(shown.capture(cast, "a-rather-long-name-" * 8 + ".pcap"), sample.seed())


@pytest.fixture
def download(cast: Cast) -> Capture:
    packets = sample.transfer(3000)
    return shown.done(shown.capture(cast), sample.Sample(packets, sample.connection_table(packets)))


def test_a_one_time_link_opens_the_first_page(page: Page, cast: Cast):
    page.goto(once.issue(cast.alice))
    expect(page.get_by_role("heading", name="Diagnose a capture")).to_be_visible()
    expect(page.locator(".who summary")).to_have_text("alice")


def test_keys_go_through_findings_and_open_help(alices: Page, cast: Cast):
    found = shown.done(shown.capture(cast), shown.many(5))
    alices.goto(f"/captures/{found.uid}/connections/2/")
    alices.keyboard.press("j")
    expect(alices.locator("#finding-0")).to_be_focused()
    alices.keyboard.press("j")
    expect(alices.locator("table.packets tbody tr").first).to_be_focused()
    alices.keyboard.press("k")
    expect(alices.locator("#finding-0")).to_be_focused()
    alices.keyboard.press("?")
    expect(alices.get_by_role("dialog", name="Keyboard")).to_be_visible()
    alices.keyboard.press("Escape")
    expect(alices.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    alices.goto("/articles/")
    alices.keyboard.press("/")
    expect(alices.locator("#search")).to_be_focused()
    alices.keyboard.press("?")
    expect(alices.locator("#search")).to_have_value("?")


def test_the_first_tab_is_the_skip_link_and_it_skips(alices: Page):
    alices.goto("/captures/")
    alices.keyboard.press("Tab")
    expect(alices.get_by_role("link", name="Skip to the content")).to_be_focused()
    alices.keyboard.press("Enter")
    expect(alices.locator("main")).to_be_focused()


def test_the_theme_changes_at_once_and_stays(alices: Page, seed: Capture):
    alices.goto(f"/captures/{seed.uid}/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = alices.evaluate(ground)
    with alices.expect_response("**/theme/"):
        alices.get_by_role("button", name="Light or dark").click()
    expect(alices.locator("html")).to_have_attribute("data-theme", "dark")
    dark = alices.evaluate(ground)
    assert dark != light
    alices.goto("/captures/")
    assert alices.evaluate(ground) == dark


def test_the_language_is_switched_in_place(alices: Page, seed: Capture):
    alices.goto(f"/captures/{seed.uid}/")
    alices.get_by_role("button", name="日本語").click()
    expect(alices).to_have_url(re.compile(f"/captures/{seed.uid}/$"))
    expect(alices.locator("main h1")).to_contain_text("経路上の 2 ホップ目の機器が")
    assert "Noto Sans JP" in alices.evaluate("getComputedStyle(document.body).fontFamily")
    alices.get_by_role("button", name="EN").click()
    expect(alices.locator("main h1")).to_contain_text("A device on the path")


def test_graphs_are_drawn_under_the_policy_and_follow_the_theme(alices: Page, download: Capture):
    answer = alices.goto(f"/captures/{download.uid}/connections/0/graph/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    expect(alices.locator("[data-drawn]")).to_have_count(3)
    assert alices.locator(".graph .main-svg").count() >= 3
    paper = "document.querySelector('.main-svg').style.background"
    before = alices.evaluate(paper)
    alices.get_by_role("button", name="Light or dark").click()
    alices.wait_for_function(f"{paper} !== {before!r}")


def test_a_long_list_of_connections_is_read_page_by_page(alices: Page, cast: Cast):
    found = shown.done(shown.capture(cast), shown.many(250))
    alices.goto(f"/captures/{found.uid}/connections/")
    alices.get_by_role("link", name="after").click()
    expect(alices.locator("tbody tr").first).to_contain_text("192.168.31.128:49269")


PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}


@pytest.mark.parametrize("context", [PHONE], indirect=True)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_on_a_phone_no_page_scrolls_sideways(
    alices: Page, cast: Cast, seed: Capture, download: Capture, language: str, expected_404: None
):
    cast.alice.language = language
    cast.alice.save()
    shown.capture(cast, shown.HOSTILE_NAME + "x" * 200)
    long = sample.seed()
    long.connections["client"] = b"[2001:db8:ffff:ffff:ffff:ffff:ffff:fff1]:49152"
    long.connections["server"] = b"[2001:db8:ffff:ffff:ffff:ffff:ffff:fff2]:443"
    wide = shown.done(shown.capture(cast), long)
    paths = ["/", "/captures/", "/articles/", "/captures/nothing/"]
    paths += [
        f"/captures/{c.uid}/{rest}" for c in (seed, wide) for rest in ("", "connections/", "connections/1/")
    ]
    paths += [f"/captures/{download.uid}/connections/0/", f"/captures/{download.uid}/connections/0/graph/"]
    for path in paths:
        alices.goto(path)
        assert no_sideways_scroll(alices), path
    assert alices.evaluate("document.fonts.status") == "loaded"


@pytest.fixture
def expected_404(complaints: list[str]):
    yield
    complaints[:] = [text for text in complaints if "404" not in text]


@pytest.mark.parametrize("context", [PHONE], indirect=True)
def test_on_a_phone_verdict_and_arrows_can_be_read(alices: Page, seed: Capture):
    alices.goto(f"/captures/{seed.uid}/")
    expect(alices.locator("main h1")).to_be_in_viewport()
    sizes = alices.eval_on_selector_all(
        "svg.sequence .what, svg.sequence .ttl, svg.sequence .time",
        "items => items.map(item => parseFloat(getComputedStyle(item).fontSize))",
    )
    assert min(sizes) >= 11
    lanes = alices.eval_on_selector_all(
        "svg.sequence .lane", "items => items.map(i => i.getBoundingClientRect().x)"
    )
    assert max(lanes) - min(lanes) > 200


def test_on_paper_a_finding_and_its_diagram_are_on_one_page(alices: Page, seed: Capture):
    alices.goto(f"/captures/{seed.uid}/")
    alices.emulate_media(media="print")
    for part in (".top nav", ".tools", ".foot", ".actions"):
        expect(alices.locator(part).first).to_be_hidden()
    alices.set_viewport_size({"width": 688, "height": 1016})  # A4 less its margins, at 96 px an inch
    finding, diagram = alices.locator(".finding").last, alices.locator("svg.sequence")
    boxes = [part.bounding_box() for part in (finding, diagram)]
    assert boxes[0]
    assert boxes[1]
    assert boxes[1]["y"] + boxes[1]["height"] - boxes[0]["y"] < 1016


def test_words_stand_off_their_ground_in_light_and_dark(alices: Page, seed: Capture):
    """WCAG 2 AA: text has a contrast of 4.5 with what it stands on."""
    alices.goto(f"/captures/{seed.uid}/")
    inks = ["--ink", "--muted", "--client", "--server", "--error", "--warning", "--note", "--info"]
    grounds = ["--paper", "--ground", "--sunken"]
    pairs = [
        (ink, ground)
        for ink in inks
        for ground in grounds
        if ground != "--sunken" or ink in ("--ink", "--muted")
    ]
    pairs += [
        (ink, "--evidence")
        for ink in ("--ink", "--evidence-ink", "--client", "--server", "--error", "--muted")
    ]
    for theme in ("light", "dark"):
        alices.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for ink, ground in pairs:
            ratio = contrast(colour(alices, ink), colour(alices, ground))
            assert ratio >= 4.5, (theme, ink, ground, round(ratio, 2))


def colour(page: Page, name: str) -> np.ndarray:
    """A custom property as red, green, blue (0 to 255)."""
    said = page.evaluate(
        """name => { const i = document.body.appendChild(document.createElement("i"));
        i.style.setProperty("color", `var(${name})`);
        const c = getComputedStyle(i).color; i.remove(); return c; }""",
        name,
    )
    return np.array([float(part) for part in re.findall(r"[\d.]+", said)[:3]])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    def luminance(rgb: np.ndarray) -> float:
        share = rgb / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
