"""Articles and runbooks as programs read them: what is approved, in one language."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from kb.apischemas import Problem
from kb.disputes import plain
from kb.models import Article, Revision

router = Router(tags=["articles"])
Language = Literal["en", "ja"]


class Listed(Schema):
    """An article in the list."""

    slug: str
    kind: Literal["article", "runbook"]
    code: str | None = Field(description="The diagnosis that it explains.")
    language: Language
    title: str
    summary: str
    tags: list[str]
    url: str


class Full(Listed):
    """One article with its words."""

    body: str = Field(description="Markdown, with live blocks as lines `::name argument`.")
    revision: int
    approved: datetime | None
    verified_until: date | None
    languages: list[Language]


class Articles(Schema):
    """One page of articles."""

    count: int
    articles: list[Listed]


def told(revision: Revision) -> dict[str, Any]:
    """An article by its approved revision."""
    article = revision.article
    return {
        "slug": article.slug,
        "kind": article.kind,
        "code": article.code,
        "language": revision.language,
        "title": revision.title,
        "summary": revision.summary,
        "tags": article.tags,
        "url": article.get_absolute_url(),
    }


def language_of(request: HttpRequest, asked: Language | None) -> str:
    """As asked, else as the middleware chose."""
    return asked or ("ja" if getattr(request, "LANGUAGE_CODE", "en") == "ja" else "en")


@router.get("/articles", response={200: Articles, 401: Problem, 422: Problem}, summary="List articles")
def articles(
    request: HttpRequest,
    kind: Literal["article", "runbook"] | None = None,
    code: str | None = None,
    lang: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> dict[str, Any]:
    """What is approved, each in `lang` where it is there, by slug. `code`: explained by, or leading to it."""
    wanted = language_of(request, lang)
    approved = Revision.objects.filter(state=Revision.State.APPROVED).select_related("article")
    own = approved.filter(language=wanted).values("article")
    found = approved.filter(Q(language=wanted) | ~Q(article__in=own))
    if kind is not None:
        found = found.filter(article__kind=kind)
    if code is not None:
        asked = plain(code)[:40]
        leads = Article.objects.filter(leads__code=asked, leads__hidden=False).values("pk")
        found = found.filter(Q(article__code=asked) | Q(article__in=leads))
    page = found.order_by("article__slug")[offset : offset + limit]
    return {"count": found.count(), "articles": [told(revision) for revision in page]}


@router.get(
    "/articles/{slug}",
    response={200: Full, 401: Problem, 404: Problem, 422: Problem},
    summary="Read an article",
)
def article(request: HttpRequest, slug: str, lang: Language | None = None) -> dict[str, Any]:
    """By slug or code; in `lang` where it is there, else in the other language."""
    asked = plain(slug)
    known = Article.objects.filter(Q(slug=asked) | Q(code=asked)).prefetch_related("revisions").first()
    revision = known.current(language_of(request, lang)) if known else None
    if known is None or revision is None:
        raise Http404
    there = {one.language for one in known.revisions.all() if one.state == Revision.State.APPROVED}
    return {
        **told(revision),
        "body": revision.body,
        "revision": revision.pk,
        "approved": revision.reviewed or revision.created,
        "verified_until": revision.verified_until,
        "languages": sorted(there),
    }
