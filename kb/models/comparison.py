"""Comparison."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models

from kb.models.capture import Capture
from kb.models.job import Job

if TYPE_CHECKING:
    from kb.models.user import User


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    """Comparisons, narrowed."""

    def visible_to(self, user: "User | AnonymousUser") -> "ComparisonQuerySet":
        """Those of two captures that the user may see, both of them."""
        seen = Capture.objects.visible_to(user)
        return self.filter(here__in=seen, there__in=seen)


class Comparison(models.Model):
    """Two captures of one event, from two points: what was lost, made or changed between them.

    One for each pair and order; asking again replaces it. It goes with either capture.
    """

    here = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="comparisons")
    there = models.ForeignKey(Capture, on_delete=models.CASCADE, related_name="comparisons_from_there")
    # Null once the job's row is gone; the result stays.
    job = models.OneToOneField(
        Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="comparison"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    # The object "beside" of the command line, shortened (kb/beside.py); null before the first result.
    body_en = models.JSONField(null=True)
    body_ja = models.JSONField(null=True)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["here", "there"], name="one_comparison_of_two_captures"),
            models.CheckConstraint(
                condition=~models.Q(here=models.F("there")), name="two_captures_are_compared"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.here_id} beside {self.there_id}"

    @property
    def is_under_way(self) -> bool:
        """True while its job has not ended."""
        return self.job is not None and not self.job.has_ended

    def body(self, language: str) -> dict[str, Any] | None:
        """What was found; None before that."""
        found: dict[str, Any] | None = self.body_ja if language == "ja" else self.body_en
        return found

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/captures/{self.here.uid}/beside/{self.there.uid}/"
