"""The objects of the API, as its document shows them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from kb.models import Capture, Comparison, Dispute, EarlierReport, Report
from kb.progress import so_far
from kb.renewal import is_outdated

DisputeState = Literal["open", "accepted", "declined"]
StateName = Literal["waiting", "running", "done", "refused", "failed", "cancelled"]


class Problem(Schema):
    """Why not."""

    detail: str = Field(description="One sentence.")


class Created(Schema):
    """An upload that was taken."""

    id: str
    url: str = Field(description="The page of the capture.")


class Listed(Schema):
    """A capture in the list."""

    id: str
    name: str = Field(description="As it was uploaded; may hold any character.")
    url: str
    size: int = Field(description="Bytes.")
    sha256: str
    uploaded_at: datetime
    state: StateName


class Page(Schema):
    """One page of captures."""

    count: int = Field(description="How many there are in all.")
    captures: list[Listed]


class Slice(Schema):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=2**53)


class Pair(Schema):
    """Connections whose verdict changed in the same way. An empty code: no verdict."""

    was: str
    now: str
    count: int
    first: list[int] = Field(description="Numbers of the first of these connections.")


class Total(Schema):
    """How many connections have a verdict."""

    code: str
    was: int
    now: int


class Changes(Schema):
    """The newest report beside the one before it."""

    rules_before: str
    created_before: datetime
    rules: str
    same: bool = Field(description="Connections are numbered as before; if not, only totals are compared.")
    changed: int = Field(description="How many connections have another verdict than before.")
    compared: int = Field(description="How many connections were looked at, from the first.")
    pairs: list[Pair]
    totals: list[Total] = Field(description="Of the verdicts whose counts differ.")
    came: list[str] = Field(description="Codes of new findings about the capture itself.")
    went: list[str] = Field(description="Codes of findings about the capture itself that are gone.")


class Said(Schema):
    """Why a verdict is wrong, or missing."""

    code: str = Field(max_length=40, description="What is disputed; empty: a verdict is missing.")
    connection: int | None = Field(
        None, ge=0, lt=2**31, description="null: a finding about no single connection."
    )
    why: str = Field(description="3 to 2,000 characters. Everybody who may see the capture reads them.")


class Disputed(Schema):
    """A dispute."""

    id: int
    capture: str
    connection: int | None
    code: str
    rules: str = Field(description="Version of the rules that judged so.")
    reader: str | None = Field(description="Who said it; null: somebody who has left.")
    why: str
    created: datetime
    state: DisputeState
    answer: str | None
    answered_by: str | None
    answered: datetime | None
    code_now: str | None = Field(
        description="What a later diagnosis says instead, empty: nothing; null: it says the same."
    )
    rules_now: str | None
    url: str


class Disputes(Schema):
    """One page of disputes."""

    count: int = Field(description="How many there are in all.")
    disputes: list[Disputed]


class Compared(Schema):
    """Two captures beside each other."""

    here: str
    there: str
    url: str
    state: StateName
    reason: str | None = Field(description="Why there is no result: one sentence.")
    result: dict[str, Any] | None = Field(
        description="What `--beside` prints as `beside`, shortened: headline, summary, what was placed where."
    )


class Progress(Schema):
    """How far the job is: counts so far."""

    step: Literal["read", "connect", "diagnose", "write"] | None = Field(description="null before the first.")
    read: int = Field(description="Bytes of the file that have been read.")
    of: int = Field(description="Bytes of the file.")
    packets: int
    connections: int
    quality: list[str] = Field(
        description="Codes of what holds for the recording so far, such as truncated_frames. Provisional: "
        "they come and go until the end, and are never about a connection."
    )


class State(Listed):
    """A capture, and what has become of it."""

    progress: Progress
    rules: str | None = Field(description="Version of the rules that made its report; null without one.")
    outdated: bool = Field(description="Other rules than today's made it.")
    reason: str | None = Field(description="Why it was refused or failed: one sentence.")
    report: dict[str, Any] | None = Field(description="When done: the object of the command line's --json.")


def listed(capture: Capture) -> dict[str, Any]:
    """Listed, of one capture."""
    job = capture.job
    return {
        "id": capture.uid,
        "name": capture.name,
        "url": capture.get_absolute_url(),
        "size": capture.size,
        "sha256": capture.sha256,
        "uploaded_at": capture.uploaded_at.isoformat(),
        "state": job.state if job else "waiting",
    }


def state(capture: Capture, language: str) -> dict[str, Any]:
    """State, of one capture, without its report."""
    job = capture.job
    reason = job.reason(language) if job else ""
    report: Report | None = getattr(capture, "report", None)
    return {
        **listed(capture),
        "progress": asdict(so_far(capture, job)),
        "rules": report.rules if report else None,
        "outdated": report is not None and is_outdated(report),
        "reason": reason or None,
    }


def disputed(dispute: Dispute) -> dict[str, Any]:
    """Disputed, of one dispute."""
    reader, curator = dispute.reader, dispute.answered_by
    return {
        "id": dispute.pk,
        "capture": dispute.capture.uid,
        "connection": dispute.connection,
        "code": dispute.code,
        "rules": dispute.rules,
        "reader": reader.get_username() if reader else None,
        "why": dispute.why,
        "created": dispute.created,
        "state": dispute.state,
        "answer": dispute.answer or None,
        "answered_by": curator.get_username() if curator else None,
        "answered": dispute.answered,
        "code_now": dispute.code_now,
        "rules_now": dispute.rules_now or None,
        "url": dispute.get_absolute_url(),
    }


def changed(capture: Capture) -> dict[str, Any] | None:
    """Changes, of one capture; None when it has no report, or none before it."""
    before = EarlierReport.objects.filter(capture=capture, changes__isnull=False).defer("verdicts").first()
    if before is None or not hasattr(capture, "report"):
        return None
    versions = {"rules_before": before.rules, "created_before": before.created, "rules": capture.report.rules}
    told: dict[str, Any] = before.changes or {}
    return {**versions, **told}


def compared(comparison: Comparison, language: str) -> dict[str, Any]:
    """Compared, of one comparison. A result from before is not shown while a new one is made."""
    job = comparison.job
    return {
        "here": comparison.here.uid,
        "there": comparison.there.uid,
        "url": comparison.get_absolute_url(),
        "state": job.state if job else "done",
        "reason": (job.reason(language) if job else "") or None,
        "result": comparison.body(language) if job is None or job.state == "done" else None,
    }
