"""The objects of the API, as its document shows them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from ninja import Field, Schema

from kb.models import Capture
from kb.progress import so_far

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
    return {**listed(capture), "progress": asdict(so_far(capture, job)), "reason": reason or None}
