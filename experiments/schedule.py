"""The clock's replays: one at a time, and only while nobody else has work for the lab."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from experiments import current, images, lab_state, runs
from experiments.images import Image
from experiments.models import Run
from experiments.shipped import Shipped
from kb.models import Job

REPLAY_DUE = "workers.replay_due"  # the task that the clock rings for, every minute


def begin_due() -> Run | None:
    """Begins the replay that is most overdue; None when none is, or the lab is not idle.

    So a reader never waits for more than one run of the clock, however many experiments there are.
    """
    if not settings.REPLAY_EVERY_HOURS or not lab_state.now().is_ready or is_busy():
        return None
    due = most_overdue(timezone.now() - timedelta(hours=settings.REPLAY_EVERY_HOURS))
    return runs.begin(*due, reason=Run.Reason.SCHEDULE) if due else None


def is_busy() -> bool:
    """Whether any replay waits or runs."""
    return Job.objects.filter(kind=runs.KIND, state__in=Job.UNFINISHED).exists()


def most_overdue(before: datetime) -> tuple[Shipped, Image] | None:
    """Of what was not replayed as declared since `before`, however that ended, what is longest ago."""
    last = _last()
    never = before - timedelta(days=36500)
    waits = [
        (last.get((experiment.digest, image.id), never), experiment, image)
        for experiment in current.every()
        for image in images.current()
    ]
    moment, experiment, image = min(waits, key=lambda wait: wait[0], default=(before, None, None))
    return (experiment, image) if experiment and image and moment < before else None


def _last() -> dict[tuple[str, str], datetime]:
    """By digest and image, when the newest replay as declared was begun."""
    declared = Run.objects.of_experiments().filter(as_declared=True)
    replays = declared.exclude(reason=Run.Reason.RECORDED).order_by()
    rows = replays.values_list("digest", "image").annotate(Max("created"))
    return {(key, image): created for key, image, created in rows}
