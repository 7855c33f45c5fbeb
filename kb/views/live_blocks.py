"""Blocks of articles that are kb's own: packets of a capture, what a finding says, another's section."""

import re

import numpy as np
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from diagnoses.registry import CODES
from kb import articles, leads, live, reports
from kb.access import capture_or_404
from kb.blocks import Block
from kb.models import Article, Capture, Report
from kb.templatetags.readable import language
from kb.views import captures, connections, pictures

MOST_FRAMES = 200  # packets of one block
MOST_LEADS = 3  # runbooks that are named beside a finding
_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


def capture(request: HttpRequest, block: Block) -> SafeString:
    """`::capture UID frames=2-6,8`; without frames the lead diagram. For those who may see the capture."""
    try:
        found = capture_or_404(request.user, block.argument)
    except Http404:
        said = gettext("Here stand packets of a capture that belongs to another team, or that is gone.")
        return live.mistake(said)
    report = captures.report_of(found)
    if report is None:
        return live.mistake(gettext("This capture has no report yet."))
    asked = frames_of(block.options.get("frames", ""))
    if asked is None:
        return live.mistake(gettext("Frames are written so: frames=2-6,8"))
    lang = language()
    drawn = (
        {"parts": packets(found, report, asked)}
        if len(asked)
        else captures.lead_picture(found, report, f"c{found.pk}-")
    )
    context = {"capture": found, "headline": report.headline(lang), "report": report, **drawn}
    return render_to_string("parts/block_capture.html", context, request)


def frames_of(said: str) -> np.ndarray | None:
    """Frame numbers of "2-6,8", in order, at most MOST_FRAMES; None for anything else. Empty for nothing."""
    numbers: set[int] = set()
    for part in filter(None, said.split(",")):
        found = _RANGE.fullmatch(part.strip())
        if found is None:
            return None
        first, last = int(found[1]), int(found[2] or found[1])
        numbers.update(range(first, min(last, first + MOST_FRAMES) + 1))
    return np.array(sorted(numbers)[:MOST_FRAMES], np.int64)


def packets(found: Capture, report: Report, asked: np.ndarray) -> list[dict[str, object]]:
    """For each connection of these frames: its ends, and the lines of its packets."""
    places = pictures.places_of(report, asked.tolist())
    return [
        _part(found, report, number, asked)
        for number in sorted({number for number in places.values() if number >= 0})
    ]


def _part(found: Capture, report: Report, number: int, asked: np.ndarray) -> dict[str, object]:
    row = reports.connection_row(report, number)
    rows = reports.packet_rows(report, row)
    part = np.array(rows[np.isin(rows["frame"], asked)])
    about = list(report.findings.filter(connection=number)[:50])
    marks = pictures.marks(about, part, language())
    lines = connections.packet_lines(part, 0, rows, marks, pictures.first_ns(report))
    ends = captures.connection_line(row)
    return {"ends": ends, "packets": lines, "link": pictures.connection_link(found, number)}


def finding(request: HttpRequest, block: Block) -> SafeString:
    """`::finding syn_unanswered`: what it is called, what it says, and where it is explained."""
    code = block.argument.replace("-", "_")
    if code not in CODES:
        return live.mistake(gettext("There is no finding of the code “%(code)s”.") % {"code": block.argument})
    article = Article.objects.prefetch_related("revisions").filter(code=code).first()
    led = leads.by_code([code], language()).get(code, [])[:MOST_LEADS]
    revision = article.current(language()) if article else None
    context = {"code": code, "article": article, "revision": revision, "leads": led}
    return render_to_string("parts/block_finding.html", context, request)


def section(request: HttpRequest, block: Block) -> SafeString:
    """`::section handshake-and-states#2-the-handshake`: a part of another article, as it is today."""
    slug, _, anchor = block.argument.partition("#")
    article = Article.objects.prefetch_related("revisions").filter(slug=slug).first()
    revision = article.current(language()) if article else None
    if article is None or revision is None:
        return live.mistake(gettext("There is no article “%(slug)s”.") % {"slug": slug})
    part = articles.section(revision.body, anchor)
    if part is None:
        said = gettext("The article “%(slug)s” has no section “%(anchor)s”.")
        return live.mistake(said % {"slug": slug, "anchor": anchor})
    html = articles.render(part).shown(request, without="section")
    context = {"article": article, "revision": revision, "anchor": anchor, "prose": html}
    return render_to_string("parts/block_section.html", context, request)
