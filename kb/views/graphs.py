"""Graphs of one connection: the page, and the figures as JSON for the script on it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from drawing import graphs
from kb import reports
from kb.templatetags.readable import language
from kb.views import pictures
from kb.views.captures import connection_line, here
from kb.views.connections import capture_with_report, connection_or_404


@login_required
@require_safe
def graph(request: HttpRequest, uid: str, number: int) -> HttpResponse:
    """Time-sequence, round trips, throughput."""
    capture, report = capture_with_report(request, uid)
    row = connection_or_404(report, number)
    context = {"capture": capture, "report": report, "row": connection_line(row), "here": here(capture)}
    return render(request, "graph.html", context)


@login_required
@require_safe
def figure(request: HttpRequest, uid: str, number: int, kind: graphs.Kind) -> HttpResponse:
    """One figure as Plotly reads it: data and layout."""
    _, report = capture_with_report(request, uid)
    row = connection_or_404(report, number)
    made = graphs.figure(reports.packet_rows(report, row), kind, language(), pictures.first_ns(report))
    return JsonResponse(made)
