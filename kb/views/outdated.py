"""For curators: the captures that older rules judged."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from diagnoses.objects import RULES
from kb import renewal
from kb.models import Capture, Report, User

A_PAGE = 50


@login_required
@require_safe
def outdated(request: HttpRequest) -> HttpResponse:
    """Those that the curator may see, newest first."""
    captures = theirs(request).select_related("report").prefetch_related("jobs")
    context = {
        "page": Paginator(captures, A_PAGE).get_page(request.GET.get("page")),
        "waiting": Report.objects.filter(capture__in=theirs(request), renewal_asked__isnull=False).count(),
        "rules": RULES,
        "here": "captures",
    }
    return render(request, "outdated.html", context)


@login_required
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """All of them are diagnosed again, a few at a time."""
    count = renewal.ask(theirs(request))
    said = gettext("To be diagnosed again, one after another, whenever no upload waits: %(count)s.")
    messages.success(request, said % {"count": count})
    return redirect("outdated")


def theirs(request: HttpRequest) -> QuerySet[Capture]:
    """Captures that this curator may see and older rules have judged; nobody else has such a page."""
    if not isinstance(request.user, User) or not request.user.is_curator:
        raise Http404("No such page.")
    return renewal.by_older_rules(Capture.objects.visible_to(request.user))
