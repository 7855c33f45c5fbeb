"""Captures: the list, the page of one in each of its states, its progress, its end."""

from typing import Any

import numpy as np
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from diagnoses.objects import RULES
from drawing.words import Language
from kb import jobs, leads, panels, removal, renewal, reports
from kb.access import capture_or_404, own_capture_or_404
from kb.models import Capture, Finding, Report
from kb.progress import so_far
from kb.templatetags.readable import language
from kb.views import cards, changes, pictures
from kb.views.heard import Heard
from packets.columns import CONNECTION_DTYPE

STOP_POLLING = 286  # htmx: swap this answer in, and ask no more
CONNECTIONS_SHOWN = 10  # on the capture page; the rest has a page of its own
FEW_CONNECTIONS = 2  # so few are read without a summary


@login_required
@require_safe
def captures(request: HttpRequest) -> HttpResponse:
    """All captures of the reader's teams, newest first."""
    theirs = (
        Capture.objects.belonging_to(request.user)
        .select_related("report", "uploaded_by")
        .prefetch_related("jobs")
    )
    page = Paginator(theirs, 50).get_page(request.GET.get("page"))
    return render(request, "captures.html", {"page": page, "here": "captures"})


@login_required
@require_safe
def capture(request: HttpRequest, uid: str) -> HttpResponse:
    """One capture: its verdict, or what is happening to it, or why there is none."""
    try:
        return _page(request, uid)
    except FileNotFoundError:  # a new report took the old one's place while it was read
        return _page(request, uid)


def _page(request: HttpRequest, uid: str) -> HttpResponse:
    found = capture_or_404(request.user, uid)
    job = found.job
    context: dict[str, object] = {
        "capture": found,
        "job": job,
        "progress": so_far(found, job),
        "here": here(found),
        "reason": job.reason(language()) if job else "",
        "panels": panels.beside("capture", request, found),
    }
    report = report_of(found)
    if report is None:
        return render(request, "capture_unread.html", context)
    context |= {
        "changes": changes.since(found, report),
        "outdated": renewal.is_outdated(report),
        "rules_now": RULES,
    }
    if report.packets == 0:
        return render(request, "capture_empty.html", {**context, "notes": reports.notes(report)})
    return render(request, "capture.html", {**context, **_verdict(found, report)})


def here(found: Capture) -> str:
    """Under which word of the header the capture is found."""
    return "experiments" if found.is_of_the_lab else "captures"


def report_of(found: Capture) -> Report | None:
    """The newest report, None before the first."""
    report: Report | None = getattr(found, "report", None)
    return report


def _verdict(found: Capture, report: Report) -> dict[str, object]:
    """What the page of a finished capture shows."""
    lang, heard = language(), Heard.about_capture(found)
    findings = list(report.findings.filter(quality=False)[: cards.MOST_FINDINGS])
    quality = list(report.findings.filter(quality=True)[: cards.MOST_FINDINGS])
    connections = reports.connections(report)
    primary = findings[0] if findings else None
    here, places = _shown_here(primary), pictures.places(report, [*findings, *quality])

    def link(connection: int | None, frame: int) -> str:
        if frame in here:
            return f"#f{frame}"
        at = places.get(frame, -1 if connection is None else connection)
        return pictures.connection_link(found, at, frame) if at >= 0 else "#connections"

    counts = dict(report.findings.filter(quality=False).values_list("severity").annotate(Count("pk")))
    return {
        "report": report,
        "headline": report.headline(lang),
        "cards": cards.grouped(findings, lang, link, heard),
        "findings_left": sum(counts.values()) - len(findings),
        "severities": [(severity, counts[severity]) for severity in reports.SEVERITIES if severity in counts],
        "quality": [cards.card(f, lang, link, heard) for f in quality],
        "overview": _overview(report, lang),
        "notes": reports.notes(report),
        "disputes": len(heard.every),
        "timeline": pictures.capture_timeline(found, connections, findings, lang),
        "connections": [connection_line(row) for row in connections[:CONNECTIONS_SHOWN]],
        "connections_total": len(connections),
        "lead": cards.card(primary, lang, link, heard) if primary else None,
        "leads": leads.by_code((finding.code for finding in [*findings, *quality]), lang),
        **_picture(found, report, connections, findings),
    }


def _overview(report: Report, lang: Language) -> list[dict[str, Any]]:
    """The capture in ten lines, where that says more than the headline does."""
    lines = reports.overview(report, lang)
    return lines if len(lines) > 1 and report.connections > FEW_CONNECTIONS else []


def lead_picture(found: Capture, report: Report, anchor: str = "f", code: str = "") -> dict[str, object]:
    """`diagram` and `drawn` as on the capture's own page, or of the first finding with that code, if there is
    any; empty when there is nothing to draw. `anchor`: see drawing.sequence.
    """
    findings = list(report.findings.filter(quality=False)[: cards.MOST_FINDINGS])
    findings.sort(key=lambda finding: finding.code != code)  # the others stay in their order
    return _picture(found, report, reports.connections(report), findings, anchor)


def _shown_here(primary: Finding | None) -> frozenset[int]:
    """Frames of the finding whose diagram is on the page. Of very many a fold may hide some."""
    frames = primary.body_en["frames"] if primary else []
    return frozenset(frames if len(frames) <= 100 else ())


def _picture(
    found: Capture,
    report: Report,
    connections: np.ndarray,
    findings: list[Finding],
    anchor: str = "f",
) -> dict[str, object]:
    """The diagram of the primary finding's connection; of a healthy capture, of the connection with most
    packets.
    """
    lang, primary = language(), findings[0] if findings else None
    row = _drawn(report, connections, primary)
    if row is None:
        return {}
    own = reports.packet_rows(report, row)
    rows = pictures.with_evidence_elsewhere(report, own, primary)
    about = [f for f in findings if f.connection == int(row["id"])]
    marks = pictures.marks(about, rows, lang)
    most = pictures.rows_beside(marks)
    svg = pictures.diagram(found, row, rows, marks, lang, most=most, anchor=anchor)
    return {"diagram": svg, "drawn": connection_line(row)}


def _drawn(report: Report, connections: np.ndarray, primary: Finding | None) -> np.void | None:
    """The connection to draw. A finding about many is shown by the one of its first frame."""
    number = primary.connection if primary else None
    if primary and number is None and primary.body_en["frames"]:
        frame = int(primary.body_en["frames"][0])
        number = pictures.places_of(report, [frame]).get(frame, -1)
    if number is not None and number >= 0:
        return reports.connection_row(report, number)
    return connections[int(np.argmax(connections["packets"]))] if len(connections) else None


def connection_line(row: np.void) -> dict[str, Any]:
    """A row of the table of connections as plain values."""
    values = {name: row[name] for name in CONNECTION_DTYPE.names or ()}
    return {name: pictures.text(v) if isinstance(v, bytes) else v.item() for name, v in values.items()}


@login_required
@require_safe
def progress(request: HttpRequest, uid: str) -> HttpResponse:
    """A fragment: how far the job is. When it has ended, htmx stops asking and loads the page anew.

    `?seen=` is what the page says about the recording. It is sent again only when that has changed: a link
    that is replaced every second can neither be clicked nor read aloud.
    """
    found = capture_or_404(request.user, uid)
    job = found.job
    ended = job is None or job.has_ended
    now = so_far(found, job)
    changed = not ended and request.GET.get("seen") != now.seen
    context = {"capture": found, "job": job, "progress": now, "changed": changed}
    response = render(request, "parts/progress.html", context, status=STOP_POLLING if ended else 200)
    if ended:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def delete(request: HttpRequest, uid: str) -> HttpResponse:
    """The capture, its file, its jobs and its reports are gone."""
    removal.remove(own_capture_or_404(request.user, uid))
    return redirect("captures")


@login_required
@require_POST
def again(request: HttpRequest, uid: str) -> HttpResponse:
    """A new diagnosis of the same file; the report stays until the new one replaces it."""
    found = own_capture_or_404(request.user, uid)
    jobs.begin(found)
    return redirect("capture", uid=found.uid)
