"""What came of a run, as the templates show it: verdicts, captures, terminals, states, counters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from drawing import lanes
from drawing.words import Language
from experiments import artefact_files, story
from experiments.models import Run, RunCapture
from experiments.story import Story
from kb.models import Capture
from kb.templatetags.readable import language
from kb.views import pictures
from kb.views.captures import lead_picture, report_of

MOST_FRAMES = 12  # links beside one verdict; its capture has the rest


@dataclass(frozen=True)
class Frame:
    """A packet that proves something, and where it is shown."""

    number: int
    link: str


@dataclass(frozen=True)
class Seen:
    """Evidence at one vantage point."""

    vantage: str
    frames: list[Frame]
    more: int


@dataclass(frozen=True)
class Verdict:
    """An expectation and whether it held; None: it is not for this kernel, or not for these numbers."""

    text: str
    held: bool | None
    evidence: str
    seen: list[Seen]
    row: int


@dataclass(frozen=True)
class Recorded:
    """A capture of the run."""

    vantage: str
    capture: Capture
    headline: str
    severity: str


def context(request: HttpRequest, run: Run) -> dict[str, Any]:
    """For parts/run_result.html; `?at=` names the vantage point whose packets are drawn."""
    lang = language()
    found = _captures(run)
    told = story.read(run.path or Path("/nonexistent"))
    return {
        "run": run,
        "difference": run.difference(lang),
        "verdicts": verdicts(run, lang, found),
        "story": told,
        "lanes": state_lanes(told, run, lang),
        "recorded": recorded(run, lang, found),
        "files": artefact_files.listed(run.path),
        **_picture(found, request.GET.get("at")),
    }


def verdicts(run: Run, lang: Language, found: list[RunCapture] | None = None) -> list[Verdict]:
    """The expectations and whether they held. `found`: the run's captures, where they are at hand."""
    captures = _by_vantage(_captures(run) if found is None else found)
    return [_verdict(one, captures, lang) for one in run.verdicts]


def recorded(run: Run, lang: Language, found: list[RunCapture] | None = None) -> list[Recorded]:
    """Its captures with their headlines."""
    return [_recorded(one, lang) for one in (_captures(run) if found is None else found)]


def _captures(run: Run) -> list[RunCapture]:
    return list(run.captures.select_related("capture__report"))


def _by_vantage(found: list[RunCapture]) -> dict[str, Capture]:
    return {one.vantage: one.capture for one in found}


def _recorded(one: RunCapture, lang: Language) -> Recorded:
    report = report_of(one.capture)
    headline, severity = (report.headline(lang), report.severity) if report else ("", "")
    return Recorded(one.vantage, one.capture, headline, severity)


def _verdict(told: dict[str, Any], captures: dict[str, Capture], lang: Language) -> Verdict:
    frames = told.get("frames") or {}
    return Verdict(
        text=str(told["text"][lang]),
        held=told["held"],
        evidence=str((told.get("evidence") or {}).get(lang, "")),
        seen=[_seen(vantage, numbers, captures) for vantage, numbers in frames.items() if numbers],
        row=int(told.get("row") or 0),
    )


def _seen(vantage: str, numbers: list[int], captures: dict[str, Capture]) -> Seen:
    shown = [int(number) for number in numbers[:MOST_FRAMES]]
    capture = captures.get(vantage)
    report = report_of(capture) if capture else None
    places = pictures.places_of(report, shown) if report else {}
    return Seen(
        vantage,
        [Frame(number, _link(capture, places.get(number, -1), number)) for number in shown],
        len(numbers) - len(shown),
    )


def _link(capture: Capture | None, connection: int, frame: int) -> str:
    if capture is None:
        return ""
    if connection < 0:
        return capture.get_absolute_url()
    return pictures.connection_link(capture, connection, frame)


def state_lanes(told: Story, run: Run, lang: Language) -> SafeString | str:
    """The states of the run's sockets as SVG; empty when no socket was in one."""
    made = story.lanes(told.changes, run.virtual_s or 0.0)
    if not made:
        return ""
    svg = lanes.draw(made, duration_ns=round((run.virtual_s or 0.0) * 1e9), lang=lang)
    return mark_safe(svg)  # noqa: S308 drawing escapes all that comes from the run


def _picture(found: list[RunCapture], asked: str | None) -> dict[str, object]:
    """One diagram: frames are addresses on the page, so two would be in each other's way."""
    one = next((one for one in found if one.vantage == asked), found[0] if found else None)
    report = report_of(one.capture) if one else None
    if one is None or report is None or not report.packets:
        return {}
    return {**lead_picture(one.capture, report), "drawn_at": one.vantage, "drawn_capture": one.capture}
