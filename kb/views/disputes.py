"""Readers say that a verdict is wrong; curators answer."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from kb import disputes
from kb.access import capture_or_404
from kb.models import Capture, Dispute, User
from kb.models.dispute import DisputeQuerySet
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.views.captures import here, report_of
from kb.views.choices import back

A_PAGE = 50


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """All disputes about captures that the reader may see, open ones first; `?state=`, `?code=` and `?mine=1`
    narrow them.
    """
    seen = Dispute.objects.visible_to(request.user)
    asked = {name: request.GET.get(name, "") for name in ("state", "code", "mine") if name in request.GET}
    chosen = narrowed(seen, asked, request.user)
    # In the alphabet open comes after accepted and declined.
    ordered = chosen.select_related("capture", "reader", "answered_by").order_by("-state", "-created", "-pk")
    context = {
        "page": Paginator(ordered, A_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "kept": urlencode(asked),
        "by_code": by_code(seen),
        "states": Dispute.State.values,
        "here": "disputes",
    }
    return render(request, "disputes.html", context)


def narrowed(seen: DisputeQuerySet, asked: dict[str, str], reader: User | AnonymousUser) -> DisputeQuerySet:
    """Those that were asked for; an unknown state is no state, and NUL stands in no code."""
    if asked.get("state") in Dispute.State.values:
        seen = seen.filter(state=asked["state"])
    if "code" in asked:
        seen = seen.filter(code=disputes.plain(asked["code"])[:40])
    return seen.filter(reader=reader.pk) if asked.get("mine") else seen


def by_code(seen: DisputeQuerySet) -> list[dict[str, Any]]:
    """How many are open, accepted and declined of each code: which diagnosis is refuted. Most open first."""
    counts = {state: Count("pk", filter=Q(state=state)) for state in Dispute.State.values}
    counted = seen.order_by().values("code").annotate(**counts)
    lines: list[dict[str, Any]] = [{**line} for line in counted]
    return sorted(lines, key=lambda line: (-line["open"], -line["accepted"], line["code"]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def of_capture(request: HttpRequest, uid: str) -> HttpResponse:
    """Those about one capture; POST begins one: `code`, `connection` or `position` of the finding, `why`."""
    capture = capture_or_404(request.user, uid)
    if request.method == "POST":
        return begun(request, capture)
    return listed(request, capture)


def listed(request: HttpRequest, capture: Capture, **more: object) -> HttpResponse:
    """The page of a capture's disputes; with what a form held that was not taken."""
    page = Paginator(disputes.on(capture), A_PAGE).get_page(request.GET.get("page"))
    trouble = more.get("trouble")
    status = trouble.status if isinstance(trouble, NotAccepted) else 200
    context = {"capture": capture, "page": page, "here": here(capture), **more}
    return render(request, "capture_disputes.html", context, status=status)


def begun(request: HttpRequest, capture: Capture) -> HttpResponse:
    """Takes the form, or shows it again with the words in it."""
    assert isinstance(request.user, User)
    report = report_of(capture)
    if report is None:
        raise Http404("This capture has no report yet.")
    code, why = request.POST.get("code", ""), request.POST.get("why", "")
    connection, position = number(request, "connection"), number(request, "position")
    what = disputes.about(report, code, connection, position)
    made = disputes.begin(report, request.user, what, why)
    if isinstance(made, NotAccepted):
        form = {"code": code, "connection": connection, "position": position, "why": why}
        return listed(request, capture, form=form, trouble=made, told=made.text(language()))
    messages.success(request, gettext("Thank you. A curator will read it; the answer will stand beside it."))
    return back(request)


def number(request: HttpRequest, name: str) -> int | None:
    """A number of the form; None for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One dispute; a curator's POST answers it: `state` and `answer`."""
    seen = Dispute.objects.visible_to(request.user).select_related("capture", "reader", "answered_by")
    dispute = seen.filter(pk=number).first() if number < 2**63 else None
    if dispute is None or (request.method == "POST" and not may_answer(request)):
        raise Http404("No such dispute.")
    if request.method == "POST":
        return answered(request, dispute)
    return render(request, "dispute.html", {"one": dispute, "here": "disputes", "words": dispute.answer})


def may_answer(request: HttpRequest) -> bool:
    """Whether this is a curator."""
    return isinstance(request.user, User) and request.user.is_curator


def answered(request: HttpRequest, dispute: Dispute) -> HttpResponse:
    """Takes the answer, or shows it again."""
    assert isinstance(request.user, User)
    words = request.POST.get("answer", "")
    trouble = disputes.answer(dispute, request.user, request.POST.get("state", ""), words)
    if trouble is None:
        return redirect("dispute", dispute.pk)
    context = {"one": dispute, "here": "disputes", "words": words, "told": trouble.text(language())}
    return render(request, "dispute.html", context, status=trouble.status)
