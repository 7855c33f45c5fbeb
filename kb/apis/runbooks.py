"""Runbooks as steps, and cases that follow them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, JsonResponse
from ninja import Field, Query, Router, Schema, Status

from diagnoses.registry import CODES
from kb import cases
from kb.access import capture_or_404
from kb.apis.articles import language_of
from kb.apischemas import Problem
from kb.disputes import plain
from kb.models import Article, Case, Revision, User
from kb.outcomes import NotAccepted
from kb.stepping import showing, telling
from kb.stepping.filling import Values
from kb.stepping.reading import parse
from kb.stepping.steps import Step, Steps
from kb.views.runbooks import listed, narrowed, readable, runbook_or_404

router = Router(tags=["runbooks"])
Language = Literal["en", "ja"]
StateName = Literal["open", "solved", "asked", "stopped"]


class Outcome(Schema):
    """What may come out of a step."""

    text: str
    leads: str = Field(description='"#id" of the next step, or solved, ask, stop.')
    says: str = Field(description="At an end: what was found, or what to send. Markdown.")


class Command(Schema):
    """Something to run."""

    text: str = Field(description="Names in capitals stand for values that are not known, or not safe here.")
    where: str = Field(description="On which machine: client, server, or words; empty: as the step says.")


class StepOf(Schema):
    """One step. Markdown, with {{placeholders}} unless it is the step of a case."""

    id: str
    title: str
    purpose: str
    commands: list[Command]
    expect: str
    outcomes: list[Outcome]


class Line(Schema):
    """A runbook in the list."""

    slug: str
    language: Language
    title: str
    summary: str
    codes: list[str] = Field(description="Findings that lead to it.")
    url: str


class Lines(Schema):
    """One page of runbooks."""

    count: int
    runbooks: list[Line]


class Runbook(Line):
    """One runbook with its steps; the first is the start."""

    opening: str
    steps: list[StepOf]


class Follow(Schema):
    """Which runbook to follow for which finding."""

    position: int = Field(ge=0, lt=2**31, description="The finding's place in the report, from 0.")
    runbook: str


class Open(Schema):
    """A case without a capture."""

    runbook: str
    title: str


class Done(Schema):
    """What came out of the current step."""

    outcome: int = Field(ge=0, description="Its place in the step's list, from 0.")
    evidence: str = ""
    seen: int = Field(ge=0, description="`records` of the case as it was when you looked.")


class RecordOf(Schema):
    """One record of a case; `is_back`: one step back."""

    step: str
    title: str
    is_back: bool
    says: str
    leads: str
    evidence: str
    by: str
    at: datetime


class Records(Schema):
    """What was recorded, the oldest first."""

    records: list[RecordOf]


class CaseLine(Schema):
    """A case in the list."""

    id: str
    title: str
    state: StateName
    runbook: str
    capture: str | None
    code: str
    opened: datetime
    closed: datetime | None
    url: str


class Cases(Schema):
    """One page of cases."""

    count: int
    cases: list[CaseLine]


class CaseOf(CaseLine):
    """One case: its values, how far it has come, the step to do next, and, at its end, the text to send."""

    values: dict[str, str]
    records: int
    step: StepOf | None
    message: str


def line(revision: Revision, codes: list[str]) -> dict[str, Any]:
    """A runbook by its approved revision."""
    article = revision.article
    return {
        "slug": article.slug,
        "language": revision.language,
        "title": revision.title,
        "summary": revision.summary,
        "codes": codes,
        "url": article.get_absolute_url(),
    }


def raw(step: Step) -> dict[str, Any]:
    """A step as it is written."""
    return {
        "id": step.id,
        "title": step.title,
        "purpose": step.purpose,
        "commands": [{"text": one.text, "where": one.where} for one in step.commands],
        "expect": step.expect,
        "outcomes": [{"text": one.text, "leads": one.leads, "says": one.says} for one in step.outcomes],
    }


def filled(steps: Steps, step: Step, values: Values) -> dict[str, Any]:
    """A step with the case's values, without Markdown's marks where it is one line."""
    shown = showing.step(steps, step, values)
    return {
        **raw(step),
        "title": shown.title,
        "purpose": showing.plain(step.purpose, values),
        "commands": [{"text": one.filled.text, "where": one.where} for one in shown.commands],
        "expect": showing.plain(step.expect, values),
        "outcomes": [
            {"text": one.text, "leads": step.outcomes[one.place].leads, "says": one.message}
            for one in shown.outcomes
        ],
    }


def case_line(case: Case) -> dict[str, Any]:
    """A case in the list."""
    return {
        "id": case.uid,
        "title": case.title,
        "state": case.state,
        "runbook": case.runbook.slug,
        "capture": case.capture.uid if case.capture else None,
        "code": case.code,
        "opened": case.opened,
        "closed": case.closed,
        "url": case.get_absolute_url(),
    }


def case_of(case: Case) -> dict[str, Any]:
    """One case as it is now."""
    way = cases.way_of(case)
    end = telling.ending(case, way)
    return {
        **case_line(case),
        "values": {name: value for name, value in case.values.items() if not name.startswith("=")},
        "records": way.seen,
        "step": filled(way.steps, way.now, case.values) if way.now else None,
        "message": end.text if end else "",
    }


def caller(request: HttpRequest) -> User:
    """Who asks; kb.apikeys has settled it."""
    assert isinstance(request.user, User)
    return request.user


def refused(request: HttpRequest, why: NotAccepted) -> JsonResponse:
    """One sentence."""
    return JsonResponse({"detail": why.text(language_of(request, None))}, status=why.status)


@router.get("/runbooks", response={200: Lines, 401: Problem, 422: Problem}, summary="List runbooks")
def runbooks(
    request: HttpRequest,
    code: str = "",
    lang: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> dict[str, Any]:
    """What is approved, by slug; `code`: those that this finding leads to."""
    found = readable(language_of(request, lang))
    if code:
        found = narrowed(found, "", code) if code in CODES else found.none()
    page = list(found.order_by("article__slug")[offset : offset + limit])
    return {"count": found.count(), "runbooks": [line(revision, codes) for revision, codes in listed(page)]}


@router.get(
    "/runbooks/{slug}",
    response={200: Runbook, 401: Problem, 404: Problem, 422: Problem},
    summary="Read a runbook as steps",
)
def runbook(request: HttpRequest, slug: str, lang: Language | None = None) -> dict[str, Any]:
    """In `lang` where it is there, else in the other language."""
    revision = runbook_or_404(plain(slug)).current(language_of(request, lang))
    if revision is None:
        raise Http404
    steps = parse(revision.body)
    [(_, codes)] = listed([revision])
    return {**line(revision, codes), "opening": steps.opening, "steps": [raw(one) for one in steps.steps]}


@router.post(
    "/captures/{uid}/follow",
    response={201: CaseOf, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem},
    summary="Follow a runbook for a finding",
)
def follow(request: HttpRequest, uid: str, asked: Follow) -> Any:
    """Opens a case with the finding's own values."""
    capture = capture_or_404(caller(request), uid)
    finding = cases.finding_of(capture, asked.position)
    if finding is None:
        raise Http404
    found = runbook_or_404(plain(asked.runbook))
    return begun(request, cases.begin(found, caller(request), capture=capture, finding=finding))


@router.post(
    "/cases",
    response={201: CaseOf, 401: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem},
    summary="Follow a runbook without a capture",
)
def begin(request: HttpRequest, asked: Open) -> Any:
    """Opens a case of your first team."""
    found: Article = runbook_or_404(plain(asked.runbook))
    return begun(request, cases.begin(found, caller(request), title=asked.title))


def begun(request: HttpRequest, made: Case | NotAccepted) -> Any:
    """The new case, or why there is none."""
    return refused(request, made) if isinstance(made, NotAccepted) else Status(201, case_of(made))


@router.get("/cases", response={200: Cases, 401: Problem, 422: Problem}, summary="List cases")
def every(
    request: HttpRequest,
    state: StateName | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> dict[str, Any]:
    """The cases of your teams, newest first."""
    found = Case.objects.visible_to(caller(request))
    found = found if state is None else found.filter(state=state)
    page = found.select_related("runbook", "capture")[offset : offset + limit]
    return {"count": found.count(), "cases": [case_line(case) for case in page]}


@router.get("/cases/{uid}", response={200: CaseOf, 401: Problem, 404: Problem}, summary="Read a case")
def one(request: HttpRequest, uid: str) -> dict[str, Any]:
    """How far it has come, and what to do next."""
    return case_of(cases.case_or_404(caller(request), uid))


@router.get(
    "/cases/{uid}/steps", response={200: Records, 401: Problem, 404: Problem}, summary="Read a case's records"
)
def records(request: HttpRequest, uid: str) -> dict[str, Any]:
    """What was done, with evidence, the oldest first."""
    case = cases.case_or_404(caller(request), uid)
    return {"records": [vars(told) for told in telling.records(case, cases.way_of(case))]}


@router.post(
    "/cases/{uid}/steps",
    response={201: CaseOf, 401: Problem, 404: Problem, 409: Problem, 422: Problem},
    summary="Record what came out of a step",
)
def record(request: HttpRequest, uid: str, done: Done) -> Any:
    """Goes on to the step, or to the end, that the outcome leads to."""
    case = cases.case_or_404(caller(request), uid)
    trouble = cases.record(case, caller(request), done.seen, done.outcome, done.evidence)
    return refused(request, trouble) if trouble else Status(201, case_of(case))
