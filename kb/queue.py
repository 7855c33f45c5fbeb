"""Rings for a worker. Here it is known what for; how, a room above says when it starts."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from kb import kinds
from kb.models import Job

log = logging.getLogger(__name__)

DIAGNOSE = "workers.diagnose"  # argument: the job's id
DIAGNOSE_OUR_OWN = "workers.diagnose_our_own"  # the same for captures of the lab, behind which nobody's waits
BESIDE = "workers.beside"  # argument: the job's id
REAP = "workers.reap"
SWEEP = "workers.sweep"
TASKS = (
    DIAGNOSE,
    DIAGNOSE_OUR_OWN,
    BESIDE,
    REAP,
    SWEEP,
)  # a test asserts that a worker knows each of these names

Ring = Callable[[str, tuple[int, ...]], None]


def nobody(task: str, arguments: tuple[int, ...]) -> None:
    """Stands in until a room above has connected itself."""
    raise ConnectionError("No room has connected itself to the queue.")


_connected: list[Ring] = [nobody]


def connect(ring: Ring) -> None:
    """From now on, messages go out by `ring(task name, arguments)`, which raises when it cannot send."""
    _connected[:] = [ring]


def ring(job: Job) -> bool:
    """Sends the message of a waiting job now. False when the broker is away: the reaper sends it later."""
    Job.objects.filter(pk=job.pk).update(rung=timezone.now())
    try:
        _connected[0](task_of(job), (job.pk,))
    except Exception as error:  # noqa: BLE001 - whatever its client raises, an upload outlives its broker
        log.warning("Job %s waits, the broker cannot be reached: %r", job.pk, error)
        return False
    return True


def task_of(job: Job) -> str:
    """The task that does it. What the lab recorded is diagnosed where it is replayed: uploads go first."""
    if job.capture is not None and job.capture.is_of_the_lab:
        return DIAGNOSE_OUR_OWN
    return kinds.named(job.kind).task


@contextmanager
def quiet() -> Iterator[None]:
    """In this block nobody is rung for; the reaper does it, a little later. For programs without a broker."""
    before = _connected[0]
    connect(lambda task, arguments: None)
    try:
        yield
    finally:
        connect(before)


def ring_on_commit(job: Job) -> None:
    """Sends the message once the row is there for the worker to find."""
    transaction.on_commit(lambda: ring(job))
