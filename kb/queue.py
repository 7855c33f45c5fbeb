"""Rings for a worker. Here it is known what for; how, a room above says when it starts."""

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from kb import kinds
from kb.models import Job

log = logging.getLogger(__name__)

DIAGNOSE = "workers.diagnose"  # argument: the job's id
REAP = "workers.reap"
SWEEP = "workers.sweep"
TASKS = (DIAGNOSE, REAP, SWEEP)  # a test asserts that a worker knows each of these names

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
        _connected[0](kinds.named(job.kind).task, (job.pk,))
    except Exception as error:  # noqa: BLE001 - whatever its client raises, an upload outlives its broker
        log.warning("Job %s waits, the broker cannot be reached: %r", job.pk, error)
        return False
    return True


def ring_on_commit(job: Job) -> None:
    """Sends the message once the row is there for the worker to find."""
    transaction.on_commit(lambda: ring(job))
