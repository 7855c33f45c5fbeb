"""Articles: the list, and one of them in the reader's language."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kb import panels, readings
from kb.articles import render as rendered
from kb.models import Article, Capture, Finding, Revision
from kb.templatetags.readable import language
from kb.views import beside_article, feedback

SEEN_SHOWN = 5


@login_required
@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """All articles by title; `?q=` narrows them to those whose title, summary or code holds the words."""
    query = request.GET.get("q", "").strip()[:200]
    found = _readable(language())
    for part in query.split():
        found = found.filter(
            Q(title__icontains=part) | Q(summary__icontains=part) | Q(article__code__icontains=part)
        )
    page = Paginator(found.order_by(F("article__code").asc(nulls_first=True), "title"), 100).get_page(
        request.GET.get("page")
    )
    return render(request, "articles.html", {"page": page, "query": query, "here": "articles"})


def _readable(lang: str) -> QuerySet[Revision]:
    """The approved revision of each article: in `lang`, or in the other language where `lang` has none.
    Runbooks have a list of their own.
    """
    approved = Revision.objects.filter(
        state=Revision.State.APPROVED, article__kind=Article.Kind.ARTICLE
    ).select_related("article")
    translated = approved.filter(language=lang).values("article")
    return approved.filter(Q(language=lang) | ~Q(article__in=translated))


@login_required
@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, by slug or by code; `?language=` shows the text of the other language."""
    found = Article.objects.prefetch_related("revisions").filter(Q(slug=slug) | Q(code=slug)).first()
    if found is None:
        raise Http404("No such article.")
    if found.is_runbook or slug != found.slug:
        return redirect(found)
    asked = request.GET.get("language")
    revision = found.current(asked if asked in ("en", "ja") else language())
    if revision is None:
        raise Http404("No such article.")
    text = rendered(revision.body)
    if request.method == "GET":
        readings.count(found, revision.language)
    context = {
        "article": found,
        "revision": revision,
        "other": _other(found, revision),
        "text": text,
        "prose": text.shown(request),
        "seen": _seen(request, found),
        **feedback.context_of(request, revision),
        "panels": panels.beside("article", request, found),
        "here": "articles",
        **beside_article.reviewed(found, revision, request.user),
    }
    return render(request, "article.html", context)


def _other(found: Article, revision: Revision) -> Revision | None:
    """The same article in the other language."""
    other = found.current("ja" if revision.language == "en" else "en")
    return other if other and other.language != revision.language else None


def _seen(request: HttpRequest, found: Article) -> QuerySet[Capture]:
    """The reader's newest captures in which this was found."""
    theirs = Capture.objects.belonging_to(request.user)
    if not found.code:
        return theirs.none()
    return theirs.filter(pk__in=Finding.objects.filter(code=found.code).values("report__capture"))[
        :SEEN_SHOWN
    ]
