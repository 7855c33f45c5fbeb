"""The one door: a whole file becomes a capture with a job. Pages, API and experiments all end here."""

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from kb import jobs
from kb.models import Capture, Job, Team, User
from kb.models.capture import new_uid
from kb.uploads import Received


@dataclass(frozen=True)
class Accepted:
    """A capture that is stored, and the job that will diagnose it."""

    capture: Capture
    job: Job


def accept(received: Received, *, team: Team | None, user: User | None = None) -> Accepted:
    """Stores the file under a name of our own, makes its row and its job, and rings for a worker on commit.

    Without a team it is the lab's; bytes that the lab has sent in before are the capture of that time. The
    file is on disk before its row, and a row that cannot be written takes the file with it. What a crash
    leaves in between is removed by kb.removal.sweep.
    """
    known = known_to_the_lab(received) if team is None else None
    if known is not None:
        return known
    try:
        return stored(received, team, user)
    except IntegrityError:
        known = known_to_the_lab(received) if team is None else None
        if known is None:
            raise
        return known  # another run was first with the same bytes


def known_to_the_lab(received: Received) -> Accepted | None:
    """The lab's capture of these bytes, with its newest job; the file that came is not needed then."""
    capture = Capture.objects.filter(origin=Capture.Origin.LAB, sha256=received.sha256).first()
    if capture is None:
        return None
    received.path.unlink(missing_ok=True)
    return Accepted(capture, capture.job or jobs.begin(capture))


def stored(received: Received, team: Team | None, user: User | None) -> Accepted:
    """A new capture."""
    uid = new_uid()
    place = f"captures/{uid}-{received.sha256[:16]}"
    target = Path(settings.MEDIA_ROOT) / place
    move(received.path, target)
    try:
        with transaction.atomic():
            capture = Capture.objects.create(
                uid=uid,
                origin=Capture.Origin.LAB if team is None else Capture.Origin.UPLOAD,
                team=team,
                uploaded_by=user,
                name=received.name,
                size=received.size,
                sha256=received.sha256,
                stored=place,
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
