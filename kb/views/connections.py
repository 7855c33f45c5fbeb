"""Connections of a capture: all of them by verdict, and one packet by packet."""

from dataclasses import dataclass

import numpy as np
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from drawing import labels
from drawing.marks import Mark
from kb import earlier, leads, reports
from kb.access import capture_or_404
from kb.models import Capture, EarlierReport, Finding, Report
from kb.templatetags.readable import language
from kb.views import cards, changes, pictures
from kb.views.captures import connection_line, here, report_of
from kb.views.heard import Heard
from kb.views.pages import Page
from packets import columns

CONNECTIONS_A_PAGE = 100
PACKETS_A_PAGE = 200
# Facts about a packet that a reader of the table wants in words.
_FACTS = (
    (columns.COPY, "same frame again"),
    (columns.SEEN_TWICE, "again"),
    (columns.SEEN_PARTLY, "partly again"),
    (columns.GAP_BEFORE, "bytes missing before"),
    (columns.FILLS_GAP, "fills a gap"),
    (columns.DUPLICATE_ACK, "duplicate ACK"),
    (columns.ACKS_UNSEEN, "acknowledges unseen bytes"),
    (columns.KEEPALIVE_SHAPED, "keepalive shape"),
    (columns.ANSWERS_KEEPALIVE, "answers a keepalive"),
    (columns.WINDOW_ZERO, "window 0"),
    (columns.WINDOW_UPDATE, "window update"),
)


def _facts_said() -> tuple[str, ...]:
    """The words of _FACTS, where the collector of translations finds them."""
    return (
        gettext("same frame again"),
        gettext("again"),
        gettext("partly again"),
        gettext("bytes missing before"),
        gettext("fills a gap"),
        gettext("duplicate ACK"),
        gettext("acknowledges unseen bytes"),
        gettext("keepalive shape"),
        gettext("answers a keepalive"),
        gettext("window 0"),
        gettext("window update"),
    )


def capture_with_report(request: HttpRequest, uid: str) -> tuple[Capture, Report]:
    """The capture and its report, or 404: without a report there is nothing to look at yet."""
    capture = capture_or_404(request.user, uid)
    report = report_of(capture)
    if report is None:
        raise Http404("This capture has no report yet.")
    return capture, report


def connection_or_404(report: Report, number: int) -> np.void:
    """The connection with that id, CONNECTION_DTYPE."""
    try:
        return reports.connection_row(report, number)
    except LookupError:
        raise Http404("No such connection.") from None


@login_required
@require_safe
def connections(request: HttpRequest, uid: str) -> HttpResponse:
    """The table of connections, filtered by `?verdict=` and by `?before=`, the verdict of the report before;
    paged.
    """
    capture, report = capture_with_report(request, uid)
    verdict, before = request.GET.get("verdict"), request.GET.get("before")
    page = Page.asked(request, CONNECTIONS_A_PAGE)
    among = None if before is None else _judged_before(report, before)
    rows, total = reports.connection_rows(report, verdict, page.start, page.size, among)
    context = {
        "capture": capture,
        "report": report,
        "connections": [connection_line(row) for row in rows],
        "verdict": verdict,
        "before": before,
        "verdicts": reports.verdict_counts(report),
        "page": page.of(total),
        "here": here(capture),
    }
    return render(request, "connections.html", context)


def _judged_before(report: Report, code: str) -> np.ndarray:
    """Which connections had that verdict in the report before."""
    found = EarlierReport.objects.filter(capture=report.capture_id).first()
    count = len(reports.connections(report))
    return np.zeros(count, bool) if found is None else earlier.had(found, code, count)


@login_required
@require_safe
def connection(request: HttpRequest, uid: str, number: int) -> HttpResponse:
    """One connection: its diagram, folded where it is long, and its packets. `?from=frame` shows the part
    from there.
    """
    capture, report = capture_with_report(request, uid)
    row = connection_or_404(report, number)
    rows, lang = reports.packet_rows(report, row), language()
    about = list(report.findings.filter(connection=number)[: cards.MOST_FINDINGS])
    part, page = _part(request, rows)
    drawn = rows if page.first_asked is None else part
    found = pictures.marks(about, drawn, lang)
    svg = pictures.diagram(capture, row, drawn, found, lang, folded=page.first_asked is None)
    line, heard = connection_line(row), Heard.about_capture(capture)
    context = {
        "capture": capture,
        "report": report,
        "row": line,
        "before": changes.of_connection(report, number, line["verdict"]),
        "besides": heard.besides(about, number),
        "is_explained": any(finding.code == line["verdict"] for finding in about),
        "diagram": svg,
        "cards": _cards(capture, about, heard),
        "leads": leads.by_code((finding.code for finding in about), lang),
        "packets": packet_lines(
            part, page.start, rows, pictures.marks(about, part, lang), pictures.first_ns(report)
        ),
        "page": page,
        "here": here(capture),
    }
    return render(request, "connection.html", context)


def _cards(capture: Capture, about: list[Finding], heard: Heard) -> list[cards.Card]:
    places = pictures.places(capture.report, about)

    def link(number: int | None, frame: int) -> str:
        at = places.get(frame, number or 0)
        return pictures.connection_link(capture, at, frame) if at >= 0 else capture.get_absolute_url()

    return [cards.card(finding, language(), link, heard) for finding in about]


def _part(request: HttpRequest, rows: np.ndarray) -> tuple[np.ndarray, Page]:
    """The packets of one page of the table: from the frame that was asked for, or by page number."""
    asked = request.GET.get("from", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 12:
        start = min(int(np.searchsorted(rows["frame"], int(asked))), max(0, len(rows) - 1))
        page = Page(start, PACKETS_A_PAGE, len(rows), first_asked=start)
    else:
        page = Page.asked(request, PACKETS_A_PAGE).of(len(rows))
    return rows[page.start : page.start + page.size], page


@dataclass(frozen=True)
class PacketLine:
    """A packet as the table shows it. Times are seconds."""

    frame: int
    time: float
    since: float | None
    to_server: bool
    what: str
    seq: int | None
    ack: int | None
    length: int
    window: str
    ttl: int
    said: str
    is_evidence: bool


def packet_lines(
    part: np.ndarray, start: int, rows: np.ndarray, marks: list[Mark], base_ns: int
) -> list[PacketLine]:
    """The lines of `part`, which begins at row `start` of the connection's `rows`."""
    evidence = {mark.frame for mark in marks}
    times = part["time_ns"].astype(np.int64)
    before = int(rows["time_ns"][start - 1]) if start else None
    return [
        _line(row, base_ns, before if i == 0 else int(times[i - 1]), int(row["frame"]) in evidence)
        for i, row in enumerate(part)
    ]


def _line(row: np.void, base_ns: int, before_ns: int | None, is_evidence: bool) -> PacketLine:
    time_ns, is_tcp = int(row["time_ns"]), row["protocol"] == columns.TCP
    lang = language()
    return PacketLine(
        frame=int(row["frame"]),
        time=(time_ns - base_ns) / 1e9,
        since=None if before_ns is None else (time_ns - before_ns) / 1e9,
        to_server=bool(row["from_client"]),
        what=labels.flags(int(row["flags"])) if is_tcp else labels.headline(row, lang),
        seq=int(row["seq"]) if is_tcp else None,
        ack=int(row["ack"]) if is_tcp and row["ack"] >= 0 else None,
        length=int(row["length"]),
        window="".join(labels.window(row, lang)).removeprefix("win "),
        ttl=int(row["ttl"]),
        said=", ".join(gettext(said) for bit, said in _FACTS if row["marks"] & bit),
        is_evidence=is_evidence,
    )
