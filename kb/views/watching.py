"""Watching articles, and the news about them; the feed, and its address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kb import feed, watching
from kb.models import FeedKey, User
from kb.templatetags.readable import language
from kb.views.choices import back
from kb.views.history import article_or_404

NEWS_SHOWN = 100


@login_required
@require_POST
def watch(request: HttpRequest, slug: str) -> HttpResponse:
    """Begins to watch the article, or with `stop` ends it."""
    assert isinstance(request.user, User)
    article = article_or_404(request.user, slug)
    if request.POST.get("stop"):
        watching.unwatch(article, request.user)
    else:
        watching.watch(article, request.user)
    return back(request) if request.POST.get("next") else redirect(article.get_absolute_url())


@login_required
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """News since the last look, and what is watched. Looking makes it seen."""
    return page(request)


def page(request: HttpRequest, address: str = "") -> HttpResponse:
    """The page; with the feed's new address, this once."""
    assert isinstance(request.user, User)
    user, lang, now = request.user, language(), timezone.now()
    context = {
        "events": list(watching.news(user)[:NEWS_SHOWN]),
        "watched": [(one, one.article.current(lang)) for one in watching.watched(user)],
        "feed_key": FeedKey.objects.filter(user=user).first(),
        "feed_address": address,
        "here": "watching",
    }
    if request.method == "GET":
        watching.seen(user, now)
    return render(request, "watching.html", context)


@login_required
@require_POST
@sensitive_variables("key")
def key(request: HttpRequest) -> HttpResponse:
    """Makes an address for the feed, in place of the one before, or with `stop` ends it."""
    assert isinstance(request.user, User)
    if request.POST.get("stop"):
        feed.end_key(request.user)
        messages.success(request, gettext("The address of your feed opens nothing any more."))
        return redirect("watching")
    made = feed.make_key(request.user)
    return page(request, request.build_absolute_uri(f"/feed.atom?key={made}"))


@require_http_methods(["GET", "HEAD"])
def atom(request: HttpRequest) -> HttpResponse:
    """The feed, for who is signed in or has the `?key=` of their feed."""
    user = feed.reader_of(request.GET["key"]) if "key" in request.GET else request.user
    if not isinstance(user, User) or not user.is_active:
        raise Http404("No such feed.")
    with translation.override(user.language or language()):
        document = feed.atom(
            feed.events(user), f"{request.scheme}://{request.get_host()}", translation.get_language()
        )
    return HttpResponse(document, content_type="application/atom+xml; charset=utf-8")
