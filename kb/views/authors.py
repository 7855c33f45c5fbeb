"""Pages for those who write. For everybody else they do not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

from kb.models import Article, Draft, User

View = Callable[..., HttpResponse]


def authors_only(view: View) -> View:
    """404 for who is signed in and no author; the sign-in page for who is not."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        author(request)
        return view(request, *args, **kwargs)

    return guarded


def author(request: HttpRequest) -> User:
    """Who writes; 404 for who may not."""
    if not isinstance(request.user, User) or not request.user.is_author:
        raise Http404("No such page.")
    return request.user


def draft_or_404(request: HttpRequest, uid: str) -> Draft:
    """The author's own draft with that uid: nobody else sees it."""
    drafts = Draft.objects.select_related("article", "based_on", "translates")
    found = drafts.filter(author=author(request), uid=uid).first() if uid.isascii() else None
    if found is None:
        raise Http404("No such draft.")
    return found


def article_or_404(slug: str, kind: str) -> Article:
    """The article, or the runbook, of that address."""
    found = Article.objects.filter(slug=slug, kind=kind).first()
    if found is None:
        raise Http404("No such article.")
    return found
