"""Runbooks: the list, and one of them with its tree and steps."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnoses.registry import CODES
from drawing.words import Language
from kb import leads, panels
from kb.models import Article, Lead, Revision
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language
from kb.views import wording

A_PAGE = 100
RUNBOOK = Article.Kind.RUNBOOK


@login_required
@require_safe
def runbooks(request: HttpRequest) -> HttpResponse:
    """All runbooks by title; `?q=` narrows them to those whose title, summary or findings hold the words,
    `?code=` to those of one finding.
    """
    query, code = request.GET.get("q", "").replace("\0", "").strip()[:200], request.GET.get("code", "")
    found = narrowed(_readable(language()), query, code if code in CODES else "")
    page = Paginator(found.order_by("title", "pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": listed(list(page.object_list)),
        "query": query,
        "code": code if code in CODES else "",
        "here": "runbooks",
    }
    return render(request, "runbooks.html", context)


def _readable(lang: str) -> QuerySet[Revision]:
    """The approved revision of each runbook: in `lang`, or in the other language where `lang` has none."""
    approved = Revision.objects.filter(state=Revision.State.APPROVED, article__kind=RUNBOOK)
    translated = approved.filter(language=lang).values("article")
    return approved.filter(Q(language=lang) | ~Q(article__in=translated)).select_related("article")


def narrowed(found: QuerySet[Revision], query: str, code: str) -> QuerySet[Revision]:
    """Those that hold every word: in their own words, or in the name of a finding that leads to them."""
    for part in query.split():
        named = [one for one in CODES if part.lower() in wording.code(one).lower() or part.lower() in one]
        led = Lead.objects.filter(code__in=named, hidden=False).values("runbook")
        found = found.filter(Q(title__icontains=part) | Q(summary__icontains=part) | Q(article__in=led))
    if code:
        found = found.filter(article__in=Lead.objects.filter(code=code, hidden=False).values("runbook"))
    return found


def listed(revisions: list[Revision]) -> list[tuple[Revision, list[str]]]:
    """Each with the codes that lead to it."""
    codes = leads.codes_of(revision.article_id for revision in revisions)
    return [(revision, codes.get(revision.article_id, [])) for revision in revisions]


def runbook_or_404(slug: str) -> Article:
    """The runbook of that slug, with its revisions."""
    chosen = Article.objects.filter(kind=RUNBOOK, slug=slug.replace("\0", ""))
    found = chosen.prefetch_related("revisions").first()
    if found is None:
        raise Http404("No such runbook.")
    return found


@login_required
@require_safe
def runbook(request: HttpRequest, slug: str) -> HttpResponse:
    """One runbook; `?language=` shows the text of the other language."""
    found = runbook_or_404(slug)
    asked = request.GET.get("language")
    revision = found.current(asked if asked in ("en", "ja") else language())
    if revision is None:
        raise Http404("No such runbook.")
    return render(request, "runbook.html", page_of(request, found, revision))


def page_of(request: HttpRequest, found: Article, revision: Revision) -> dict[str, object]:
    """What the page of a runbook shows."""
    steps, values = parse(revision.body), dict[str, str]()
    lang = cast(Language, revision.language)
    other = found.current("ja" if revision.language == "en" else "en")
    return {
        "article": found,
        "revision": revision,
        "other": other if other and other.language != revision.language else None,
        "opening": showing.opening(steps, values, request),
        "picture": showing.picture(steps, values, title=revision.title, lang=lang),
        "steps": [showing.step(steps, one, values, request) for one in steps.steps],
        "mistakes": [mistake.said(language()) for mistake in steps.mistakes],
        "codes": leads.codes_of([found.pk]).get(found.pk, []),
        "panels": panels.beside("article", request, found),
        "here": "runbooks",
    }
