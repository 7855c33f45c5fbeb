"""The arrows between the states of a job (drawn in kb/models/job.py): one function each.

Each is a conditional UPDATE: it changes the row only from the state in which the arrow starts, and only for
the attempt that owns the row. Whoever comes second changes nothing, and is told so.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from kb import kinds, queue
from kb.models import Capture, Job

log = logging.getLogger(__name__)

ATTEMPTS = 3  # then a job has failed: what kills its worker must not do so for ever
STALE_AFTER = timedelta(seconds=30)  # without heartbeat; thirty times the pause between two
RING_AGAIN_AFTER = timedelta(seconds=20)  # a waiting row that nobody picked up
RING_AT_ONCE = 100  # rows a sweep; a long queue is not to be doubled by its own bells

GIVEN_UP_EN = "The work was interrupted {count} times and has been given up; it can be started again."
GIVEN_UP_JA = "処理が {count} 回中断されたため、打ち切りました。もう一度開始できます。"


@dataclass(frozen=True)
class Claim:
    """The right to write the result of one attempt."""

    job: int
    attempt: int
    capture: Capture | None = None  # of a diagnosis
    kind: str = "diagnose"

    @property
    def row(self) -> Any:
        """The job's row, while this attempt owns it; an empty set afterwards."""
        return Job.objects.filter(pk=self.job, state=Job.State.RUNNING, attempt=self.attempt)

    @property
    def prefix(self) -> str:
        """How the names of this attempt's folders begin."""
        about = self.capture.uid if self.capture else self.kind
        return f"{about}-{self.job}-{self.attempt}-"

    @classmethod
    def of(cls, job: Job) -> "Claim":
        """The claim of the job's newest attempt."""
        return cls(job.pk, job.attempt, job.capture, job.kind)


def begin(capture: Capture) -> Job:
    """A new job for the capture, waiting; or its unfinished one, if there is one."""
    try:
        with transaction.atomic():
            job = Job.objects.create(capture=capture, kind="diagnose")
    except IntegrityError:  # the constraint one_unfinished_job_per_capture: somebody else was first
        return capture.jobs.get(kind="diagnose", state__in=Job.UNFINISHED)
    queue.ring_on_commit(job)
    return job


def begin_other(kind: str) -> Job:
    """A new job of another kind, waiting; the caller's row points to it, in the same transaction."""
    job = Job.objects.create(kind=kind)
    queue.ring_on_commit(job)
    return job


def claim(job_id: int) -> Claim | None:
    """Makes the job this worker's, as its next attempt. None when it is not waiting (any more)."""
    now = timezone.now()
    with transaction.atomic():
        won = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
            state=Job.State.RUNNING, attempt=F("attempt") + 1, heartbeat=now, started=now, progress={}
        )
        if not won:
            return None
        job = Job.objects.select_related("capture").get(pk=job_id)
    return Claim.of(job)


def beat(claim: Claim, progress: dict[str, Any]) -> bool:
    """Says that the attempt is alive. False when it no longer owns the row: its result is not wanted."""
    return bool(claim.row.update(heartbeat=timezone.now(), progress=progress))


def end(claim: Claim, state: Job.State, en: str = "", ja: str = "") -> bool:
    """Ends the job as done, refused or failed. False when the attempt no longer owns the row."""
    return bool(claim.row.update(state=state, reason_en=en, reason_ja=ja, ended=timezone.now()))


def cancel(job: Job) -> bool:
    """A person wants no result of it. False when it has ended already.

    The worker's next beat finds that the row is not its own any more.
    """
    unfinished = Job.objects.filter(pk=job.pk, state__in=Job.UNFINISHED)
    return bool(unfinished.update(state=Job.State.CANCELLED, ended=timezone.now()))


def give_back(claim: Claim, en: str, ja: str) -> None:
    """The attempt was interrupted by no fault of its own: the next one starts, or the job has failed."""
    if claim.attempt >= ATTEMPTS:
        end(claim, Job.State.FAILED, en, ja)
    elif claim.row.update(state=Job.State.WAITING, heartbeat=None, progress={}):
        queue.ring(Job.objects.get(pk=claim.job))


@dataclass(frozen=True)
class Reaped:
    """What one round of the reaper did, in jobs."""

    rung: int
    restarted: int
    failed: int


def reap() -> Reaped:
    """Gives the jobs of dead workers to others, and rings again for rows that nobody picked up."""
    restarted, failed = take_from_the_dead()
    return Reaped(ring_again(), restarted, failed)


def take_from_the_dead() -> tuple[int, int]:
    """Running rows without a heartbeat wait again, or fail after the last attempt. Returns both counts."""
    counts = {Job.State.WAITING: 0, Job.State.FAILED: 0}
    stale = Q(heartbeat__lt=timezone.now() - STALE_AFTER) | Q(heartbeat=None)
    for job in Job.objects.filter(stale, state=Job.State.RUNNING).select_related("capture"):
        # The heartbeat is part of the condition: a worker that was only slow, and beats now, keeps its row.
        row = Job.objects.filter(pk=job.pk, state=job.state, attempt=job.attempt, heartbeat=job.heartbeat)
        state = Job.State.WAITING if job.attempt < ATTEMPTS else Job.State.FAILED
        if not row.update(**after_death(state, job.attempt)):
            continue
        log.warning("Job %s lost its worker in attempt %s and is now %s.", job.pk, job.attempt, state.value)
        counts[state] += 1
        kinds.named(job.kind).clear(Claim.of(job).prefix)
        if state == Job.State.WAITING:
            queue.ring(job)
    return counts[Job.State.WAITING], counts[Job.State.FAILED]


def after_death(state: Job.State, attempt: int) -> dict[str, Any]:
    """The columns of a row whose worker is dead."""
    if state == Job.State.WAITING:
        return {"state": state, "heartbeat": None, "progress": {}}
    return {
        "state": state,
        "ended": timezone.now(),
        "reason_en": GIVEN_UP_EN.format(count=attempt),
        "reason_ja": GIVEN_UP_JA.format(count=attempt),
    }


def ring_again() -> int:
    """Rings for the oldest waiting rows that nobody picked up, while the broker is there: how many."""
    before = timezone.now() - RING_AGAIN_AFTER
    unheard = Q(rung__lt=before) | Q(rung=None, created__lt=before)
    overdue = Job.objects.filter(unheard, state=Job.State.WAITING).order_by("pk")[:RING_AT_ONCE]
    return sum(1 for _ in takewhile(queue.ring, list(overdue)))
