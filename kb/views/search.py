"""Search: one box, the same hits by page, while typing, and by API; and by symptom."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from kb.models import SearchEntry, User
from kb.outcomes import TooLarge
from kb.search.answer import by_symptom, by_words
from kb.search.find import Found, Hit
from kb.search.suggest import suggest
from kb.templatetags.readable import language

WHILE_TYPING = 8  # hits
ON_PAGE = 60
EXAMPLES = ("ECONNRESET", "Connection timed out", "tcp_retries2", "zero window", "接続がタイムアウト", "再送")
IN_GROUP = 8  # hits of a kind, before all of that kind are asked for


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """`?q=` in groups by kind; `?kind=` narrows to one."""
    user = request.user
    assert isinstance(user, User)
    asked = request.GET.get("kind", "")
    kind = asked if asked in SearchEntry.Kind.values else ""
    found = by_words(user, request.GET.get("q", ""), language(), limit=ON_PAGE, kinds=[kind] if kind else ())
    context: dict[str, Any] = {
        "found": found,
        "query": found.query.text,
        "groups": groups(found.hits, ON_PAGE if kind else IN_GROUP),
        "kind": kind,
        "here": "search",
        "examples": EXAMPLES,
    }
    if found.query.text and not found.hits:
        context["near"] = suggest(user, found.query, language())
    return render(request, "search.html", context)


def groups(hits: Iterable[Hit], most: int) -> list[tuple[str, list[Hit], bool]]:
    """Kind, its first hits, and whether there are more; the kind of the best hit first."""
    found: dict[str, list[Hit]] = {}
    for hit in hits:
        found.setdefault(hit.kind, []).append(hit)
    return [(kind, some[:most], len(some) > most) for kind, some in found.items()]


@login_required
@require_safe
def instant(request: HttpRequest) -> HttpResponse:
    """The first hits, as a list under the box."""
    user = request.user
    assert isinstance(user, User)
    found: Found = by_words(user, request.GET.get("q", ""), language(), limit=WHILE_TYPING)
    return render(request, "parts/search_instant.html", {"found": found, "query": found.query.text})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def symptom(request: HttpRequest) -> HttpResponse:
    """Paste a text, get what explains it. By POST: what is pasted stands in no address, no log, no row."""
    user = request.user
    assert isinstance(user, User)
    text = request.POST.get("text", "")
    limit = settings.UPLOAD_LIMIT
    context = {
        "text": text,
        "found": by_symptom(user, text, language()) if text.strip() else None,
        "limit": limit,
        "too_large": TooLarge.than(limit).text(language()),
        "here": "symptom",
    }
    return render(request, "symptom.html", context)
