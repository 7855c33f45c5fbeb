"""POST /captures/upload/: several files, by a script or by a plain form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from kb.intake import Accepted, accept
from kb.models import User
from kb.outcomes import NotAccepted, NoTeam, NotSignedIn
from kb.uploads import prepare, receive


@csrf_exempt
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Settles by the headers alone who asks and how much comes; only then is the body read.

    Exempt from the CSRF check of the middleware, which would read the body; `take` has the check instead.
    """
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return refusal(request, NotSignedIn.now())
    if user.home_team() is None:
        return refusal(request, NoTeam.of_user())
    trouble = prepare(request)
    return refusal(request, trouble) if trouble else take(request)


@csrf_protect
def take(request: HttpRequest) -> HttpResponse:
    """Reads the body, and accepts each file."""
    user = request.user
    assert isinstance(user, User)
    team = user.home_team()
    assert team is not None
    with receive(request) as received:
        if isinstance(received, NotAccepted):
            return refusal(request, received)
        return welcome(request, [accept(file, team=team, user=user) for file in received])


def welcome(request: HttpRequest, accepted: list[Accepted]) -> HttpResponse:
    """Names the captures to a script; leads a person to the page of one, or to the list of several."""
    captures = [one.capture for one in accepted]
    if not wants_json(request):
        return redirect(captures[0] if len(captures) == 1 else "/captures/")
    listed = [{"id": one.uid, "url": one.get_absolute_url(), "name": one.name} for one in captures]
    return JsonResponse({"captures": listed}, status=201)


def refusal(request: HttpRequest, why: NotAccepted) -> HttpResponse:
    """One sentence. What is still coming of the body is left to gunicorn, which ends the connection."""
    text = why.text(translation.get_language() or "en")
    if wants_json(request):
        return JsonResponse({"error": {"en": why.en, "ja": why.ja, "text": text}}, status=why.status)
    if isinstance(why, NotSignedIn):
        return HttpResponse(text, status=why.status, content_type="text/plain; charset=utf-8")
    messages.error(request, text)
    return redirect("/")


def wants_json(request: HttpRequest) -> bool:
    """True for our script, which says so; a plain form asks for a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
