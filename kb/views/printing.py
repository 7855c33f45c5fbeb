"""An article or a runbook as one clean page: for paper, for files, for a ticket."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from drawing.words import Language
from kb.articles import render as rendered
from kb.models import Article, Revision
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language


@login_required
@require_safe
def printed(request: HttpRequest, slug: str, kind: str = Article.Kind.ARTICLE) -> HttpResponse:
    """Everything in the language of its words: a document has one. `?language=` chooses it."""
    revision = revision_or_404(request, slug, kind)
    with translation.override(revision.language):
        return render(request, "print.html", context_of(request, revision))


def revision_or_404(request: HttpRequest, slug: str, kind: str) -> Revision:
    """What readers see of it, in the language that is asked for, else the reader's, else the other."""
    found = Article.objects.filter(slug=slug, kind=kind).prefetch_related("revisions").first()
    asked = request.GET.get("language")
    revision = found.current(asked if asked in ("en", "ja") else language()) if found else None
    if revision is None:
        raise Http404("No such article.")
    return revision


def context_of(request: HttpRequest, revision: Revision) -> dict[str, Any]:
    """Title, state and text; of a runbook its tree and its steps."""
    article = revision.article
    told = {
        "article": article,
        "revision": revision,
        "approved": revision.reviewed or revision.created,
        "now": timezone.now(),
    }
    if not article.is_runbook:
        return {**told, "prose": rendered(revision.body).shown(request)}
    steps, lang = parse(revision.body), cast(Language, revision.language)
    return {
        **told,
        "prose": showing.opening(steps, {}, request),
        "picture": showing.picture(steps, {}, title=revision.title, lang=lang),
        "steps": [showing.step(steps, one, {}, request) for one in steps.steps],
    }
