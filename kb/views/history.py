"""Histories: of one article, and of the whole site."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kb import history, review
from kb.models import Article, Event, Revision, User
from kb.templatetags.readable import language

A_PAGE = 50
EVENTS_SHOWN = 20


@login_required
@require_safe
def of_article(request: HttpRequest, slug: str) -> HttpResponse:
    """Every revision of an article that this person may read, newest first, in both languages; `?old=`
    and `?new=`, primary keys, lead to the difference of the two.
    """
    assert isinstance(request.user, User)
    if two := both_of(request):
        return redirect("against", *two)
    article = article_or_404(request.user, slug)
    revisions = review.visible_to(request.user).filter(article=article).defer("body").order_by("-pk")
    page = Paginator(revisions, A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "article": article,
        "page": page,
        "before_newest": before_newest(list(page.object_list)),
        "events": history.known_to(request.user).filter(article=article)[:EVENTS_SHOWN],
        "title": title_of(article),
        "here": "articles",
    }
    return render(request, "article_history.html", context)


def title_of(article: Article) -> str:
    """As readers of this language know it; of what was never approved, its address."""
    known = article.current(language())
    return known.title if known else article.slug


def before_newest(shown: list[Revision]) -> int | None:
    """The pk of the wording with which the newest one is compared unless the reader chooses another."""
    if not shown:
        return None
    return next((one.pk for one in shown[1:] if one.language == shown[0].language), shown[-1].pk)


def both_of(request: HttpRequest) -> tuple[int, int] | None:
    """The two revisions of the form; None when they are not numbers."""
    asked = [request.GET.get(name, "") for name in ("old", "new")]
    if not all(one.isascii() and one.isdecimal() and len(one) < 19 for one in asked):
        return None
    return int(asked[0]), int(asked[1])


def article_or_404(user: User, slug: str) -> Article:
    """The article of that slug or code, if this person may read any wording of it."""
    found = Article.objects.filter(Q(slug=slug) | Q(code=slug)).first()
    if found is None or not review.visible_to(user).filter(article=found).exists():
        raise Http404("No such article.")
    return found


@login_required
@require_safe
def of_site(request: HttpRequest) -> HttpResponse:
    """What happened, newest first; `?kind=` narrows it."""
    assert isinstance(request.user, User)
    events = history.known_to(request.user)
    kinds = [kind for kind in Event.Kind.values if request.user.is_author or kind in Event.PUBLIC]
    asked = request.GET.get("kind", "")
    if asked in kinds:
        events = events.filter(kind=asked)
    context = {
        "page": Paginator(events, A_PAGE).get_page(request.GET.get("page")),
        "kinds": kinds,
        "asked": asked if asked in kinds else "",
        "kept": f"kind={asked}" if asked in kinds else "",
        "here": "articles",
    }
    return render(request, "site_history.html", context)
