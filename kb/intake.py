"""The one door: a whole file becomes a capture with a job. Pages, API and experiments all end here."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from kb import jobs
from kb.models import Capture, Job, Team, User
from kb.models.capture import new_uid
from kb.uploads import Received


@dataclass(frozen=True)
class Accepted:
    """A capture that is stored, and the job that will diagnose it."""

    capture: Capture
    job: Job


def accept(received: Received, *, team: Team, user: User | None) -> Accepted:
    """Stores the file under a name of our own, makes its row and its job, and rings for a worker on commit.

    The file is on disk before its row, and a row that cannot be written takes the file with it. What a crash
    leaves in between is removed by kb.removal.sweep.
    """
    uid = new_uid()
    stored = f"captures/{uid}-{received.sha256[:16]}"
    target = Path(settings.MEDIA_ROOT) / stored
    move(received.path, target)
    try:
        with transaction.atomic():
            capture = Capture.objects.create(
                uid=uid,
                team=team,
                uploaded_by=user,
                name=received.name,
                size=received.size,
                sha256=received.sha256,
                stored=stored,
            )
            return Accepted(capture, jobs.begin(capture))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Renames a file that has been fsynced, so that a crash leaves it whole under one of the two names."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
