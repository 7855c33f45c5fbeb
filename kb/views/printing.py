"""An article or a runbook as one clean page: for paper, for files, for a ticket."""

import logging
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from drawing.words import Language
from kb import printing
from kb.articles import render as rendered
from kb.models import Article, Revision, User
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language

log = logging.getLogger(__name__)


@login_required
@require_safe
def printed(request: HttpRequest, slug: str, kind: str = Article.Kind.ARTICLE) -> HttpResponse:
    """Everything in the language of its words: a document has one. `?language=` chooses it."""
    revision = revision_or_404(request, slug, kind)
    with translation.override(revision.language):
        return render(request, "print.html", context_of(request, revision))


@login_required
@require_safe
def pdf(request: HttpRequest, slug: str, kind: str = Article.Kind.ARTICLE) -> HttpResponse:
    """The same page as a file. Where no browser is installed, or it fails, a page that says what to do."""
    assert isinstance(request.user, User)
    revision = revision_or_404(request, slug, kind)
    if printing.browser() is None:
        return without_pdf(request, revision, is_missing=True)
    with translation.override(revision.language):
        context = {**context_of(request, revision), "sheets": printing.sheets()}
        html = render_to_string("print.html", context, request)
    try:
        made = printing.pdf(printing.with_pictures(html, request.user))
    except printing.CannotPrint:
        log.warning("The PDF of revision %s could not be made.", revision.pk, exc_info=True)
        return without_pdf(request, revision, is_missing=False)
    response = HttpResponse(made, content_type="application/pdf")
    name = f"{revision.article.slug}.{revision.language}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def without_pdf(request: HttpRequest, revision: Revision, *, is_missing: bool) -> HttpResponse:
    """What to install, or that it did not work; and the printable page."""
    context = {"revision": revision, "article": revision.article, "is_missing": is_missing}
    return render(request, "print_missing.html", context, status=503)


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
