"""Case and CaseStep."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from kb.models.article import Article
from kb.models.capture import Capture, new_uid
from kb.models.language import Language
from kb.models.revision import Revision
from kb.models.team import Team

if TYPE_CHECKING:
    from kb.models.user import User


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, narrowed."""

    def visible_to(self, user: "User | AnonymousUser") -> "CaseQuerySet":
        """Those of the user's teams: a case quotes its capture, so superusers are no exception."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(team__in=user.teams.all())


class Case(models.Model):
    """Somebody follows a runbook: for a finding of a capture, or for a trouble without one.

    open ──▶ solved | asked | stopped   as the step says that ended it
    """

    class State(models.TextChoices):
        """See the drawing above."""

        OPEN = "open"
        SOLVED = "solved"
        ASKED = "asked"
        STOPPED = "stopped"

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="cases")
    # What is said of a capture is deleted with it.
    capture = models.ForeignKey(
        Capture, null=True, blank=True, on_delete=models.CASCADE, related_name="cases"
    )
    code = models.CharField(max_length=40, blank=True, default="")  # of the finding
    connection = models.IntegerField(null=True, blank=True)  # number in the report's list of connections
    title = models.CharField(
        max_length=300, blank=True, default=""
    )  # the finding's title, or what it is about
    runbook = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="cases")
    # The steps as they were when it began: a runbook that is rewritten does not move under a case.
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="cases")
    language = models.CharField(max_length=2, choices=Language.choices)
    values = models.JSONField(default=dict, blank=True)  # placeholder → text of this case
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="cases"
    )
    opened = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened", "-pk"]

    def __str__(self) -> str:
        return self.uid

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/cases/{self.uid}/"


class CaseStep(models.Model):
    """A step that was done: what came out, and what shows it. Rows are only added: going back, or opening a
    case again, is a row that takes the one before it off the way.
    """

    class Kind(models.TextChoices):
        """Whether the way went on or back."""

        DONE = "done"
        BACK = "back"

    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.DONE)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=80)  # its id in the runbook
    outcome = models.PositiveIntegerField()  # its place in the step's list, from 0
    says = models.TextField()  # the outcome's words, as they were
    leads = models.CharField(max_length=80)  # "#id" of the next step, or solved, ask, stop
    evidence = models.TextField(blank=True, default="")  # output or a remark; may hold anything
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.step}"
