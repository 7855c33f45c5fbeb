"""Cases: the list, one with its step, and what is done there. All of it by forms."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case as Either
from django.db.models import Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from drawing.words import Language
from kb import cases
from kb.access import capture_or_404
from kb.cases import Way, case_or_404
from kb.disputes import plain
from kb.models import Case, User
from kb.outcomes import NotAccepted
from kb.stepping import showing, telling
from kb.templatetags.readable import language
from kb.views.disputes import number
from kb.views.runbooks import page_of, runbook_or_404

A_PAGE = 50


def reader(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """The cases of the reader's teams, open ones first; `?state=` and `?mine=1` narrow them."""
    seen = Case.objects.visible_to(request.user)
    asked = {name: request.GET[name] for name in ("state", "mine") if name in request.GET}
    if asked.get("state") in Case.State.values:
        seen = seen.filter(state=asked["state"])
    if asked.get("mine"):
        seen = seen.filter(opened_by=request.user.pk)
    first = Either(When(state=Case.State.OPEN, then=Value(0)), default=Value(1))
    ordered = seen.select_related("capture", "revision", "opened_by").order_by(first, "-opened", "-pk")
    context = {
        "page": Paginator(ordered, A_PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "kept": urlencode(asked),
        "states": Case.State.values,
        "here": "runbooks",
    }
    return render(request, "cases.html", context)


@login_required
@require_POST
def follow(request: HttpRequest, uid: str) -> HttpResponse:
    """Opens a case for a finding: `position` in the report, `runbook`."""
    capture = capture_or_404(request.user, uid)
    finding = cases.finding_of(capture, number(request, "position"))
    if finding is None:
        raise Http404("No such finding.")
    runbook = runbook_or_404(plain(request.POST.get("runbook", "")))
    made = cases.begin(runbook, reader(request), capture=capture, finding=finding)
    if isinstance(made, NotAccepted):
        messages.error(request, made.text(language()))
        return redirect(capture)
    return redirect(made)


@login_required
@require_POST
def follow_alone(request: HttpRequest, slug: str) -> HttpResponse:
    """Opens a case without a capture: `title`."""
    runbook = runbook_or_404(slug)
    title = request.POST.get("title", "")
    made = cases.begin(runbook, reader(request), title=title)
    if not isinstance(made, NotAccepted):
        return redirect(made)
    revision = runbook.current(language())
    if revision is None:
        raise Http404("No such runbook.")
    context = {**page_of(request, runbook, revision), "told": made.text(language()), "words": title}
    return render(request, "runbook.html", context, status=made.status)


@login_required
@require_safe
def one(request: HttpRequest, uid: str) -> HttpResponse:
    """A case: its way so far, and what to do next."""
    return shown(request, case_or_404(reader(request), uid))


def shown(
    request: HttpRequest, case: Case, trouble: NotAccepted | None = None, evidence: str = ""
) -> HttpResponse:
    """The page of a case; with what a form held that was not taken."""
    way = cases.way_of(case)
    context = {
        "case": case,
        "way": way,
        "evidence": evidence,
        "told": trouble.text(language()) if trouble else "",
        "chosen": number(request, "outcome") if trouble else None,
        "here": "runbooks",
        **parts(request, case, way),
    }
    return render(request, "case.html", context, status=trouble.status if trouble else 200)


def parts(request: HttpRequest, case: Case, way: Way) -> dict[str, object]:
    """What a page shows of the runbook: the tree, the step, the records, the end."""
    now, steps, lang = way.now, way.steps, cast(Language, case.language)
    picture = showing.picture(
        steps,
        case.values,
        title=case.revision.title,
        lang=lang,
        taken=way.edges,
        now=now.id if now else None,
        links=False,
    )
    return {
        "picture": picture,
        "step": showing.step(steps, now, case.values, request) if now else None,
        "opening": showing.opening(steps, case.values, request) if not way.records else "",
        "records": telling.records(case, way),
        "ending": telling.ending(case, way),
    }


@login_required
@require_POST
def step(request: HttpRequest, uid: str) -> HttpResponse:
    """Records what came out: `outcome`, `evidence`, `seen`."""
    case = case_or_404(reader(request), uid)
    evidence = request.POST.get("evidence", "")
    seen = number(request, "seen")
    trouble = cases.record(
        case, reader(request), -1 if seen is None else seen, number(request, "outcome"), evidence
    )
    return shown(request, case, trouble, evidence) if trouble else redirect(f"{case.get_absolute_url()}#now")


@login_required
@require_POST
def back(request: HttpRequest, uid: str) -> HttpResponse:
    """One step back, or the case open again: `seen`."""
    case = case_or_404(reader(request), uid)
    seen = number(request, "seen")
    trouble = cases.back(case, reader(request), -1 if seen is None else seen)
    return shown(request, case, trouble) if trouble else redirect(f"{case.get_absolute_url()}#now")


@login_required
@require_POST
def unhelpful(request: HttpRequest, uid: str) -> HttpResponse:
    """This step did not help: `step`, and perhaps a `word`."""
    case = case_or_404(reader(request), uid)
    said = cases.did_not_help(
        case, reader(request), plain(request.POST.get("step", "")), request.POST.get("word", "")
    )
    if said is not None:
        return shown(request, case, said)
    messages.success(request, gettext("Thank you. A curator will look at this step."))
    return redirect(case)


@login_required
@require_safe
def record(request: HttpRequest, uid: str) -> HttpResponse:
    """The whole case as text, for a ticket."""
    case = case_or_404(reader(request), uid)
    text = telling.summary(case, cases.way_of(case), request.build_absolute_uri(case.get_absolute_url()))
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="case-{case.uid}.txt"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
