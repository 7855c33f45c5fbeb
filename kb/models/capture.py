"""Capture."""

import base64
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from kb.models.team import Team

if TYPE_CHECKING:
    from kb.models.job import Job
    from kb.models.user import User


def new_uid() -> str:
    """Sixteen letters and digits (80 random bits, base32): short enough for a URL, too many to guess."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


class CaptureQuerySet(models.QuerySet["Capture"]):
    """Captures, narrowed."""

    def visible_to(self, user: "User | AnonymousUser") -> "CaptureQuerySet":
        """What the user may look at: captures of the user's teams, and those of the lab, which hold nothing
        of anybody.

        This or `belonging_to` is the start of every query that answers a person. Superusers are no exception:
        who runs the installation does not thereby read the customers' captures.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(Q(team__in=user.teams.all()) | Q(origin=Capture.Origin.LAB))

    def belonging_to(self, user: "User | AnonymousUser") -> "CaptureQuerySet":
        """Captures of the user's teams only: what is listed, counted, and may be deleted."""
        return self.visible_to(user).filter(origin=Capture.Origin.UPLOAD)


class Capture(models.Model):
    """A capture file as it was uploaded, or as an experiment made it. The file itself is never changed."""

    class Origin(models.TextChoices):
        """Somebody uploaded it for a team; or a run of an experiment made it, and every reader may see it."""

        UPLOAD = "upload"
        LAB = "lab"

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    origin = models.CharField(max_length=6, choices=Origin.choices, default=Origin.UPLOAD)
    # Null for captures of the lab, and only for those.
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="captures")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="captures"
    )
    # A label that a stranger chose: it may hold anything, and is never used as a path.
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.CharField(max_length=200, unique=True)  # path below MEDIA_ROOT
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = CaptureQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["team", "-uploaded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="upload", team__isnull=False) | Q(origin="lab", team__isnull=True),
                name="an_upload_has_its_team_and_the_lab_has_none",
            ),
            # The lab makes the same bytes every time it replays the same experiment.
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(origin="lab"), name="one_capture_of_the_lab_for_the_same_bytes"
            ),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def path(self) -> Path:
        """The file."""
        return Path(settings.MEDIA_ROOT) / self.stored

    @property
    def job(self) -> "Job | None":
        """The newest job: what is happening to this capture, or what happened last."""
        jobs = list(self.jobs.all())  # uses what prefetch_related("jobs") has fetched
        return max(jobs, key=lambda job: job.pk, default=None)

    @property
    def is_of_the_lab(self) -> bool:
        """True when a run of an experiment made it."""
        return self.origin == self.Origin.LAB

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/captures/{self.uid}/"
