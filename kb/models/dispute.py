"""Dispute."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from kb.models.capture import Capture

if TYPE_CHECKING:
    from kb.models.user import User


class DisputeQuerySet(models.QuerySet["Dispute"]):
    """Disputes, narrowed."""

    def visible_to(self, user: "User | AnonymousUser") -> "DisputeQuerySet":
        """Those about captures that the user may see; curators are no exception."""
        return self.filter(capture__in=Capture.objects.visible_to(user))


class Dispute(models.Model):
    """A reader says that a verdict is wrong, or that one is missing, and why. A curator answers.

    open ──▶ accepted  the reader is right
      └────▶ declined  the verdict stands: the answer says why
    """

    class State(models.TextChoices):
        """See the drawing above."""

        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    capture = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="disputes")
    # Number in the report's list of connections; null: a finding about no single connection.
    connection = models.IntegerField(null=True, blank=True)
    # Both ends and the first packet: by these the connection is found again when numbers have changed. Of a
    # finding without a connection: its first two hosts.
    client = models.CharField(max_length=80, blank=True, default="")
    server = models.CharField(max_length=80, blank=True, default="")
    first_ns = models.BigIntegerField(null=True, blank=True)
    code = models.CharField(max_length=40, blank=True)  # what is disputed; empty: a verdict is missing
    rules = models.CharField(max_length=100)  # version of the rules that judged so
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="disputes"
    )
    why = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered = models.DateTimeField(null=True, blank=True)
    # The verdict that a later diagnosis gave instead (empty: none), and by which rules; null while the
    # disputed one stands.
    code_now = models.CharField(max_length=40, null=True, blank=True)  # noqa: DJ001 null and empty differ
    rules_now = models.CharField(max_length=100, blank=True, default="")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["state", "-created"]),
            models.Index(fields=["code", "state"]),
            models.Index(fields=["reader", "-created"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open") | Q(answered__isnull=False), name="what_is_closed_was_answered"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code or 'no verdict'}: {self.state}"

    @property
    def about(self) -> tuple[str, int | None, str, str]:
        """What two disputes share that are about the same verdict."""
        ends = ("", "") if self.connection is not None else (self.client, self.server)
        return self.code, self.connection, *ends

    @property
    def is_open(self) -> bool:
        """True until a curator has answered."""
        return self.state == self.State.OPEN

    @property
    def has_changed(self) -> bool:
        """True when a later diagnosis judged otherwise."""
        return self.code_now is not None

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/disputes/{self.pk}/"
