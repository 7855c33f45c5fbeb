"""Runs: how one begins, and how its result is written. What happens between is the work of a room above."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from experiments.declaration import digest, read
from experiments.images import Image
from experiments.models import Recording, Run, RunCapture, Wording
from experiments.shipped import Shipped
from kb import jobs
from kb.jobs import Claim
from kb.models import Capture, Job, User

KIND = "replay"
REPLAY = "workers.replay"  # the task that does it; its argument is the job's id
FOLDER = "runs"  # below MEDIA_ROOT
MOST_UNFINISHED = 5  # runs of one person that wait or run


def begin(
    shipped: Shipped,
    image: Image,
    *,
    reason: Run.Reason,
    changes: Mapping[str, int] | None = None,
    user: User | None = None,
) -> Run:
    """A new run, waiting; or the unfinished one of the same thing: two would only do the same work twice."""
    changed = shipped.changed(changes or {})
    key = shipped.digest_with(changed)
    same = Run.objects.of_experiments().filter(digest=key, image=image.id)
    unfinished = same.filter(job__state__in=Job.UNFINISHED).first()
    if unfinished is not None:
        return unfinished
    with transaction.atomic():
        return Run.objects.create(
            experiment=shipped.name,
            digest=key,
            declaration=shipped.text,
            parameters=shipped.numbers(changed),
            as_declared=not changed,
            image=image.id,
            kernel=image.kernel,
            reason=reason,
            requested_by=user,
            job=jobs.begin_other(KIND),
        )


def begin_draft(wording: Wording, image: Image, user: User) -> Run:
    """A run of the wording's text as it is now, waiting; or the user's unfinished one of the same text. The
    text is free of mistakes.
    """
    experiment = read(wording.text, name=wording.experiment)
    key = digest(wording.text.encode(), {})
    same = Run.objects.filter(reason=Run.Reason.DRAFT, wording=wording, digest=key, image=image.id)
    unfinished = same.filter(requested_by=user, job__state__in=Job.UNFINISHED).first()
    if unfinished is not None:
        return unfinished
    with transaction.atomic():
        return Run.objects.create(
            experiment=wording.experiment,
            digest=key,
            declaration=wording.text,
            parameters={name: one.value for name, one in experiment.parameters.items()},
            as_declared=True,
            image=image.id,
            kernel=image.kernel,
            reason=Run.Reason.DRAFT,
            wording=wording,
            requested_by=user,
            job=jobs.begin_other(KIND),
        )


def are_too_many(user: User) -> bool:
    """Whether this person has as many unfinished runs as one may have: nobody fills the lab's queue."""
    unfinished = Run.objects.filter(requested_by=user, job__state__in=Job.UNFINISHED)
    return unfinished.count() >= MOST_UNFINISHED


def done() -> QuerySet[Run]:
    """Runs with a result: those of this server, and those that came with the product; none of a draft."""
    return Run.objects.of_experiments().exclude(folder="").select_related("job", "requested_by")


def newest(shipped: Shipped, image: str | None = None) -> Run | None:
    """The newest run with a result of the declaration as it stands, on this image or on any."""
    found = done().filter(experiment=shipped.name, digest=shipped.digest)
    return (found.filter(image=image) if image else found).first()


def recording_of(run: Run) -> Run | None:
    """The run with which this one is to be compared byte by byte; None when there is none, or it is that run
    itself, or one of a draft.
    """
    if run.is_draft:
        return None
    recording = Recording.objects.filter(digest=run.digest, image=run.image).select_related("run").first()
    return recording.run if recording and recording.run_id != run.pk else None


def is_named(folder: str) -> bool:
    """Whether a run has its artefacts in this folder (a path below MEDIA_ROOT)."""
    return Run.objects.filter(folder=folder).exists()


def all_held(verdicts: list[dict[str, Any]]) -> bool | None:
    """Whether none fails; None when none was to be judged, as with other numbers or another kernel."""
    told = {verdict.get("held") for verdict in verdicts}
    return False not in told if told & {True, False} else None


@dataclass(frozen=True)
class Result:
    """What came of a run."""

    folder: Path  # below MEDIA_ROOT/runs
    virtual_s: float
    wall_s: float | None  # None: it was not run here
    verdicts: list[dict[str, Any]]
    captures: dict[str, Capture]  # by vantage point
    against: Run | None  # the recording it was compared with
    difference: tuple[str, str] | None = None  # the first, in English and Japanese; None: the same bytes


def finish(claim: Claim, run: Run, result: Result) -> bool:
    """Ends the job as done, and writes the result: one short transaction.

    True when the folder has become the run's. False when it is not needed: the attempt no longer owns the
    row, or the recording's folder holds the same bytes.
    """
    from experiments import claims  # it reads runs

    with transaction.atomic():
        if not jobs.end(claim, Job.State.DONE):
            return False
        same = result.against is not None and result.difference is None
        write(run, result)
        if result.against is None and not run.is_draft:
            Recording.objects.get_or_create(digest=run.digest, image=run.image, defaults={"run": run})
        claims.tell(run)
        return not same


def write(run: Run, result: Result) -> None:
    """The run's columns and captures."""
    against, (en, ja) = result.against, result.difference or ("", "")
    run.identical = None if against is None else result.difference is None
    run.folder = against.folder if against and run.identical else f"{FOLDER}/{result.folder.name}"
    run.difference_en, run.difference_ja = en, ja
    run.verdicts, run.held = result.verdicts, all_held(result.verdicts)
    run.virtual_s, run.wall_s = result.virtual_s, result.wall_s
    run.save()
    RunCapture.objects.bulk_create(
        RunCapture(run=run, vantage=vantage, capture=capture) for vantage, capture in result.captures.items()
    )
