"""Runbooks: the list, and one of them with its tree and steps."""

from dataclasses import dataclass
from typing import cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from diagnoses.registry import CODES
from drawing.words import Language
from kb import cases, leads, panels, readings
from kb.models import Article, Capture, Lead, Revision, User
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.stepping.values import of_finding
from kb.templatetags.readable import language
from kb.views import beside_article, feedback, wording

A_PAGE = 100
RUNBOOK = Article.Kind.RUNBOOK


@login_required
@require_safe
def runbooks(request: HttpRequest) -> HttpResponse:
    """All runbooks by title; `?q=` narrows them to those whose title, summary or findings hold the words,
    `?code=` to those of one finding.
    """
    query, code = request.GET.get("q", "").replace("\0", "").strip()[:200], request.GET.get("code", "")
    found = narrowed(readable(language()), query, code if code in CODES else "")
    page = Paginator(found.order_by("title", "pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": listed(list(page.object_list)),
        "query": query,
        "code": code if code in CODES else "",
        "here": "runbooks",
    }
    return render(request, "runbooks.html", context)


def readable(lang: str) -> QuerySet[Revision]:
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
    if request.method == "GET":
        readings.count(found, revision.language)
    return render(request, "runbook.html", page_of(request, found, revision))


@dataclass(frozen=True)
class About:
    """The finding from which a runbook is looked at, and what it fills in."""

    capture: Capture
    position: int
    title: str
    values: dict[str, str]


def about(request: HttpRequest, lang: Language) -> About | None:
    """By `?capture=` and `?finding=`, if the reader may see it; None otherwise."""
    uid, place = request.GET.get("capture", ""), request.GET.get("finding", "")
    if not (uid.isascii() and uid.isalnum() and place.isascii() and place.isdigit() and len(place) < 10):
        return None
    capture = Capture.objects.visible_to(request.user).select_related("report").filter(uid=uid).first()
    finding = cases.finding_of(capture, int(place)) if capture else None
    if capture is None or finding is None:
        return None
    filled = of_finding(capture, capture.report, finding, lang)
    return About(capture, finding.position, str(finding.body(lang)["title"]), filled)


def page_of(request: HttpRequest, found: Article, revision: Revision) -> dict[str, object]:
    """What the page of a runbook shows."""
    assert isinstance(request.user, User)
    steps, lang = parse(revision.body), cast(Language, revision.language)
    seen_from = about(request, lang)
    values = seen_from.values if seen_from else {}
    other = found.current("ja" if revision.language == "en" else "en")
    return {
        "article": found,
        "about": seen_from,
        "revision": revision,
        "other": other if other and other.language != revision.language else None,
        "opening": showing.opening(steps, values, request),
        "picture": showing.picture(steps, values, title=revision.title, lang=lang),
        "steps": [showing.step(steps, one, values, request) for one in steps.steps],
        "mistakes": [mistake.said(language()) for mistake in steps.mistakes],
        "codes": leads.codes_of([found.pk]).get(found.pk, []),
        "panels": panels.beside("article", request, found),
        **feedback.context_of(request, revision),
        **beside_article.reviewed(found, revision, request.user),
        "here": "runbooks",
    }
