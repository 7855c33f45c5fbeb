"""Run."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from experiments.models.wording import Wording
from kb.models import Job, User
from kb.models.capture import new_uid


class RunQuerySet(models.QuerySet["Run"]):
    """Runs, narrowed."""

    def visible_to(self, user: User | AnonymousUser) -> "RunQuerySet":
        """Every run holds nothing of anybody; but what is tried with a draft is its author's matter, and the
        curators'.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_curator:
            return self.all()
        own = Q(requested_by=user.pk) | Q(wording__author=user.pk)
        return self.filter(~Q(reason=Run.Reason.DRAFT) | own)

    def of_experiments(self) -> "RunQuerySet":
        """Without those of drafts, which prove nothing."""
        return self.exclude(reason=Run.Reason.DRAFT)


class Run(models.Model):
    """An experiment that was replayed, waits to be, or came recorded with the product.

    Its states are those of its job. The declaration is kept as it was read: files change, a run does not.
    """

    class Reason(models.TextChoices):
        """Somebody pressed Replay, the clock did, it came with the product, or an author tries a draft."""

        READER = "reader"
        SCHEDULE = "schedule"
        RECORDED = "recorded"
        DRAFT = "draft"

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    experiment = models.CharField(max_length=40, db_index=True)  # the name of its declaration
    digest = models.CharField(max_length=64)  # experiments/declaration/digest.py
    declaration = models.TextField()
    parameters = models.JSONField(default=dict)  # name → number, all of them
    # No number was changed. Only such a run proves the claim, or refutes it.
    as_declared = models.BooleanField()
    image = models.CharField(max_length=64)  # id, SHA-256
    kernel = models.CharField(max_length=100)  # release, such as 6.1.0-50-cloud-amd64
    reason = models.CharField(max_length=8, choices=Reason.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    # Of a draft's run: the wording that was tried, of which `declaration` is the text at that moment.
    wording = models.ForeignKey(
        Wording, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    # Null for what came recorded: nobody here had any work with it.
    job = models.OneToOneField(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="run")

    # From here on: what came of it. Runs with the same bytes share one folder.
    folder = models.CharField(max_length=200, blank=True, default="", db_index=True)  # path below MEDIA_ROOT
    verdicts = models.JSONField(default=list)  # as in verdicts.json
    held = models.BooleanField(null=True)  # no expectation failed; null: none judged
    # The same bytes as the recording of this declaration on this image; null where there was none before.
    identical = models.BooleanField(null=True)
    difference_en = models.TextField(blank=True, default="")  # the first one, as a sentence
    difference_ja = models.TextField(blank=True, default="")
    virtual_s = models.FloatField(null=True)
    wall_s = models.FloatField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["experiment", "image", "digest"]),
            models.Index(fields=["digest", "image"]),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} {self.uid}"

    @property
    def path(self) -> Path | None:
        """The folder of its artefacts, once there is one."""
        return Path(settings.MEDIA_ROOT) / self.folder if self.folder else None

    @property
    def is_draft(self) -> bool:
        """True for what an author tries: no proof, no recording, not for others."""
        return self.reason == self.Reason.DRAFT

    @property
    def state(self) -> str:
        """The state of its job; what came recorded is done."""
        return self.job.state if self.job else Job.State.DONE

    @property
    def has_ended(self) -> bool:
        """True when nothing more will happen to it."""
        return self.job is None or self.job.has_ended

    @property
    def is_done(self) -> bool:
        """True when it has artefacts and verdicts."""
        return self.state == Job.State.DONE

    def difference(self, language: str) -> str:
        """Where it first differs from the recording; empty when it does not, or when there is none."""
        return (self.difference_ja if language == "ja" else self.difference_en) or self.difference_en

    def may_be_cancelled_by(self, user: Any) -> bool:
        """Who began it, and the staff; nobody ends what another waits for."""
        return not self.has_ended and (user.is_staff or user == self.requested_by)

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/experiments/{self.experiment}/runs/{self.uid}/"
