"""A capture beside another one of the same event."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kb import beside
from kb.access import capture_or_404
from kb.models import Capture, Comparison, User
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.views import pictures
from kb.views.captures import here, report_of

SHOWN = 50  # captures to choose from; the filter finds the others


@login_required
@require_http_methods(["GET", "HEAD"])
def choose(request: HttpRequest, uid: str) -> HttpResponse:
    """Which other capture? Those of the same time come first; `?q=` narrows by name."""
    capture = with_report(request, uid)
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    among = Capture.objects.visible_to(request.user)
    if not (query or capture.is_of_the_lab):
        among = Capture.objects.belonging_to(request.user)
    found = beside.candidates(capture, among, query, SHOWN)
    known = Comparison.objects.visible_to(request.user).filter(here=capture)
    context = {
        "capture": capture,
        "report": report_of(capture),
        "query": query,
        "others": [(one, beside.overlap(capture.report, one.report)) for one in found],
        "known": known.select_related("here", "there", "job"),
        "here": here(capture),
    }
    return render(request, "beside_choose.html", context)


@login_required
@require_POST
def begin(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """Begins the comparison of the two."""
    assert isinstance(request.user, User)
    two = with_report(request, uid), with_report(request, other)
    if two[0] == two[1]:
        raise Http404("A capture beside itself shows nothing.")
    made = beside.begin(*two, request.user)
    if isinstance(made, NotAccepted):
        messages.error(request, made.text(language()))
        return redirect("beside", uid=uid)
    return redirect("comparison", uid=uid, other=other)


@login_required
@require_safe
def comparison(request: HttpRequest, uid: str, other: str) -> HttpResponse:
    """What the two show together; or that it is being found out."""
    two = capture_or_404(request.user, uid), capture_or_404(request.user, other)
    found = Comparison.objects.select_related("job").filter(here=two[0], there=two[1]).first()
    if found is None:
        raise Http404("Nobody has compared these two.")
    told, job = found.body(language()), found.job
    context = {
        "capture": two[0],
        "report": report_of(two[0]),
        "there": two[1],
        "comparison": found,
        "job": job,
        "reason": job.reason(language()) if job else "",
        "told": told,
        "placed": [line(one, two) for one in told["placed"]] if told else [],
        "rewrites": [line(one, two) for one in told["rewrites"]] if told else [],
        "here": here(two[0]),
    }
    return render(request, "beside.html", context)


def with_report(request: HttpRequest, uid: str) -> Capture:
    """The capture, or 404: what has no report yet cannot be compared."""
    capture = capture_or_404(request.user, uid)
    if report_of(capture) is None:
        raise Http404("This capture has no report yet.")
    return capture


@dataclass(frozen=True)
class Frame:
    """A frame of either capture, and where it is shown."""

    number: int
    there: bool
    link: str


@dataclass(frozen=True)
class Line:
    """One thing that happened between the two points, or beyond one of them."""

    told: dict[str, Any]
    frames: list[Frame]


def line(told: dict[str, Any], two: tuple[Capture, Capture]) -> Line:
    """With a link for each frame whose connection is known."""
    ends = told["connections"]["here"], told["connections"]["there"]
    frames = [
        Frame(one["number"], one["there"], frame_link(two[one["there"]], ends[one["there"]], one["number"]))
        for one in told["frames"]
    ]
    return Line(told, frames)


def frame_link(capture: Capture, connection: int | None, frame: int) -> str:
    """The page of the connection from that frame on; of the capture where the connection is not known."""
    if connection is None or connection < 0:
        return capture.get_absolute_url()
    return pictures.connection_link(capture, connection, frame)
