"""/import/: Markdown and exports come in, for authors; and the way out, for curators."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from kb.importing.told import Fate, Told
from kb.importing.uploading import explained, taken
from kb.models import User
from kb.outcomes import NotAccepted, NotSignedIn
from kb.templatetags.readable import language
from kb.uploads import StreamToDisk, prepare
from kb.views.authors import author, authors_only
from kb.views.upload import refusal

MOST_SHOWN = 500  # files


@dataclass(frozen=True)
class Row:
    """A file of the report."""

    name: str
    fate: Fate
    text: str
    url: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form, or what became of the files that it brought.

    Exempt from the CSRF check of the middleware, which would read the body; `take` has the check instead.
    """
    if request.method != "POST":
        return form(request)
    if not isinstance(request.user, User) or not request.user.is_active:
        return refusal(request, NotSignedIn.now())
    author(request)
    trouble = prepare(request)
    if trouble is not None:
        return shown(request, explained(trouble))
    try:
        return take(request)
    finally:
        clear(request)


@authors_only
def form(request: HttpRequest) -> HttpResponse:
    """Nothing has come yet."""
    return shown(request, ())


def clear(request: HttpRequest) -> None:
    """Removes what was received, also where the CSRF check read the body and refused."""
    handler = request.upload_handlers[0]
    assert isinstance(handler, StreamToDisk)
    handler.discard()


@csrf_protect
def take(request: HttpRequest) -> HttpResponse:
    """Reads the body and imports it. A second sending changes nothing, so the answer is a page."""
    return shown(request, taken(request, author(request)))


def shown(request: HttpRequest, came: Sequence[Told] | NotAccepted) -> HttpResponse:
    """The form with the report above it."""
    lang = language()
    told = () if isinstance(came, NotAccepted) else came
    counts = Counter(one.fate for one in told)
    context = {
        "why": came.text(lang) if isinstance(came, NotAccepted) else "",
        "rows": [Row(one.name, one.fate, one.text(lang), one.url) for one in told[:MOST_SHOWN]],
        "counts": [(fate, counts[fate]) for fate in Fate if counts[fate]],
        "total": len(told),
        "here": "write",
    }
    return render(
        request, "import.html", context, status=came.status if isinstance(came, NotAccepted) else 200
    )
