"""/experiments/compare/?one=UID&other=UID: what differs between two runs, in words."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments import comparing
from experiments.access import run_or_404
from experiments.models import Run
from kb.templatetags.readable import language


@login_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Any two runs that are done; those of different experiments too: a fault and its twin."""
    one, other = _done(request, "one"), _done(request, "other")
    lang = language()
    found = comparing.compare(one, other)
    sections = [(one.title[lang], [said[lang] for said in one.sentences]) for one in found.sections]
    context = {"one": one, "other": other, "same": found.same, "sections": sections, "here": "experiments"}
    return render(request, "compare.html", context)


def _done(request: HttpRequest, which: str) -> Run:
    found = run_or_404(request.user, request.GET.get(which, ""))
    if found.path is None:
        raise Http404("This run has no result.")
    return found
