"""The API: captures in, reports out. Its document is /api/openapi.json, its interactive page /api/docs."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from ninja import NinjaAPI, Query, Status
from ninja.errors import AuthenticationError, ValidationError

from kb import beside, disputes, jobs, removal, reports
from kb.access import capture_or_404, own_capture_or_404
from kb.apikeys import Bearer, SignedIn
from kb.apis import articles, in_and_out, lent, runbooks, search, writing
from kb.apischemas import (
    Changes,
    Compared,
    Created,
    Disputed,
    Disputes,
    DisputeState,
    Listed,
    Page,
    Problem,
    Said,
    Slice,
    State,
    changed,
    compared,
    disputed,
    listed,
    state,
)
from kb.intake import accept
from kb.models import Capture, Comparison, Dispute, Report, User
from kb.models.dispute import DisputeQuerySet
from kb.outcomes import NotAccepted, NoTeam, NotSignedIn
from kb.uploads import prepare, receive

api = NinjaAPI(
    title="Replaybook",
    version="1",
    description="Upload a capture, read its report: the object that `python -m diagnoses --json` prints.",
    auth=[Bearer(), SignedIn()],
    urls_namespace="api",
)
api.add_router("", search.router)
api.add_router("", runbooks.router)
for lent_by_rooms_above in lent():
    api.add_router("", lent_by_rooms_above)

FORM = {  # the body of an upload: Ninja's own File would let Django read it before we are asked
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}
Language = Literal["en", "ja"]
NOT_FOUND = ("There is no such capture.", "そのようなキャプチャはありません。")
BAD_FORM = ("The parameter {name} is not valid.", "パラメーター {name} の値が正しくありません。")


@api.post(
    "/captures",
    auth=[Bearer(), SignedIn(takes_files=True)],
    response={201: Created, 401: Problem, 413: Problem, 422: Problem, 507: Problem},
    openapi_extra={"requestBody": FORM},
    summary="Upload a capture",
)
def upload(request: HttpRequest) -> HttpResponse:
    """Takes one file, in the field `file`. What is in it is judged afterwards: follow `url`."""
    user = request.user
    assert isinstance(user, User)
    team = user.home_team()
    if team is None:
        return problem(request, NoTeam.of_user())
    trouble = prepare(request)
    if trouble:
        return problem(request, trouble)
    with receive(request) as received:
        if isinstance(received, NotAccepted):
            return problem(request, received)
        capture = accept(received[0], team=team, user=user).capture
    return JsonResponse({"id": capture.uid, "url": capture.get_absolute_url()}, status=201)


@api.get("/captures", response={200: Page, 401: Problem, 422: Problem}, summary="List captures")
def captures(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> dict[str, Any]:
    """The captures of your teams, newest first."""
    theirs = Capture.objects.belonging_to(caller(request))
    page = theirs.prefetch_related("jobs")[offset : offset + limit]
    return {"count": theirs.count(), "captures": [listed(capture) for capture in page]}


@api.get(
    "/captures/{uid}",
    response={200: State, 401: Problem, 404: Problem, 422: Problem},
    summary="Read a capture",
)
def capture(request: HttpRequest, uid: str, lang: Language | None = None) -> StreamingHttpResponse:
    """Its state, progress and, when done, report. Sentences come in `lang`, else as Accept-Language asks."""
    found = capture_or_404(caller(request), uid)
    language = lang or language_of(request)
    head = state(found, language)
    report = report_of(found) if head["state"] == "done" else None
    body = reports.stream(report, language) if report else iter([b"null"])
    return StreamingHttpResponse(joined(head, body), content_type="application/json")


@api.delete("/captures/{uid}", response={204: None, 401: Problem, 404: Problem}, summary="Delete a capture")
def delete(request: HttpRequest, uid: str) -> Status[None]:
    """Deletes the file, its report and every row; a job that runs is stopped."""
    removal.remove(own_capture_or_404(caller(request), uid))
    return Status(204, None)


@api.get(
    "/captures/{uid}/changes",
    response={200: Changes | None, 401: Problem, 404: Problem},
    summary="What the last diagnosis changed",
)
def changes(request: HttpRequest, uid: str) -> dict[str, Any] | None:
    """The newest report beside the one before it; null where there was none."""
    return changed(capture_or_404(caller(request), uid))


@api.post(
    "/captures/{uid}/again",
    response={202: Listed, 401: Problem, 404: Problem},
    summary="Diagnose a capture again",
)
def again(request: HttpRequest, uid: str) -> Status[dict[str, Any]]:
    """Begins a diagnosis by today's rules, unless one is under way; the report stays until the new one is
    there.
    """
    found = own_capture_or_404(caller(request), uid)
    jobs.begin(found)
    return Status(202, listed(capture_or_404(caller(request), uid)))


@api.get(
    "/captures/{uid}/disputes",
    response={200: Disputes, 401: Problem, 404: Problem, 422: Problem},
    summary="List the disputes about a capture",
)
def disputes_of(request: HttpRequest, uid: str, page: Annotated[Slice, Query()]) -> dict[str, Any]:
    """What readers say against its verdicts, newest first."""
    return page_of(Dispute.objects.filter(capture=capture_or_404(caller(request), uid)), page)


@api.post(
    "/captures/{uid}/disputes",
    response={201: Disputed, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem},
    summary="Dispute a verdict",
)
def dispute(request: HttpRequest, uid: str, said: Said) -> Any:
    """Says that a verdict is wrong, or, with an empty code, that one is missing."""
    report = report_of(capture_or_404(caller(request), uid))
    if report is None:
        raise Http404
    what = disputes.about(report, said.code, said.connection)
    made = disputes.begin(report, caller(request), what, said.why)
    return problem(request, made) if isinstance(made, NotAccepted) else Status(201, disputed(made))


@api.post(
    "/captures/{uid}/beside/{other}",
    response={202: Compared, 401: Problem, 404: Problem, 429: Problem},
    summary="Compare two captures of one event",
)
def compare(request: HttpRequest, uid: str, other: str) -> Any:
    """Begins the comparison, unless one is under way. Both need their reports."""
    two = [capture_or_404(caller(request), one) for one in (uid, other)]
    if two[0] == two[1] or not all(report_of(capture) for capture in two):
        raise Http404
    made = beside.begin(two[0], two[1], caller(request))
    return problem(request, made) if isinstance(made, NotAccepted) else Status(202, compared(made, "en"))


@api.get(
    "/captures/{uid}/beside/{other}",
    response={200: Compared, 401: Problem, 404: Problem, 422: Problem},
    summary="Read a comparison",
)
def comparison(request: HttpRequest, uid: str, other: str, lang: Language | None = None) -> dict[str, Any]:
    """Its state and, when done, what the two captures show together."""
    seen = Comparison.objects.visible_to(caller(request)).select_related("job", "here", "there")
    found = seen.filter(here__uid=disputes.plain(uid), there__uid=disputes.plain(other)).first()
    if found is None:
        raise Http404
    return compared(found, lang or language_of(request))


assert writing.router is articles.router  # writing adds its operations to it
api.add_router("", articles.router)
api.add_router("", in_and_out.router)


@api.get("/disputes", response={200: Disputes, 401: Problem, 422: Problem}, summary="List disputes")
def all_disputes(
    request: HttpRequest,
    page: Annotated[Slice, Query()],
    state: DisputeState | None = None,
    code: str | None = None,
) -> dict[str, Any]:
    """Those about captures that you may see, newest first."""
    found = Dispute.objects.visible_to(caller(request))
    found = found if state is None else found.filter(state=state)
    return page_of(found if code is None else found.filter(code=disputes.plain(code)), page)


def page_of(found: DisputeQuerySet, page: Slice) -> dict[str, Any]:
    """A page of disputes, newest first."""
    shown = found.select_related("capture", "reader", "answered_by")[page.offset : page.offset + page.limit]
    return {"count": found.count(), "disputes": [disputed(one) for one in shown]}


def caller(request: HttpRequest) -> User:
    """Who asks; kb.apikeys has settled it."""
    assert isinstance(request.user, User)
    return request.user


def report_of(capture: Capture) -> Report | None:
    """The report as it is now."""
    return Report.objects.filter(capture=capture).first()


def joined(head: dict[str, Any], report: Iterator[bytes]) -> Iterator[bytes]:
    """One JSON object: the head's keys, and the report as it comes from its files."""
    opened = json.dumps(head, ensure_ascii=False)[:-1].encode()
    return chain([opened, b', "report": '], report, [b"}"])


def language_of(request: HttpRequest) -> Language:
    """As the middleware chose it."""
    return "ja" if getattr(request, "LANGUAGE_CODE", "en") == "ja" else "en"


def problem(request: HttpRequest, why: NotAccepted) -> JsonResponse:
    """One sentence. What is still coming of the body is left to gunicorn, which ends the connection."""
    return JsonResponse({"detail": why.text(language_of(request))}, status=why.status)


def sentence(request: HttpRequest, both: tuple[str, str], status: int) -> JsonResponse:
    """One sentence in the caller's language."""
    return JsonResponse({"detail": both[language_of(request) == "ja"]}, status=status)


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, error: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    """401; the body has not been read, and will not be."""
    response = problem(request, NotSignedIn.to_api())
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404 | type[Http404]) -> HttpResponse:
    """404, the same for what is not there and for what is not theirs."""
    return sentence(request, NOT_FOUND, 404)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """422; names the first parameter that is wrong."""
    errors = error.errors if isinstance(error, ValidationError) else []
    name = str(errors[0]["loc"][-1]) if errors else "?"
    en, ja = BAD_FORM
    return sentence(request, (en.format(name=name), ja.format(name=name)), 422)
