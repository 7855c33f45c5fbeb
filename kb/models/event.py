"""Event."""

from django.conf import settings
from django.db import models

from kb.models.article import Article
from kb.models.revision import Revision


class Event(models.Model):
    """What happened to an article: its history, the site's, and what those who watch it are told.

    Rows are only added. What readers may know of it is_public says: nobody learns of unreviewed words by it.
    """

    class Kind(models.TextChoices):
        """What was done."""

        SUBMITTED = "submitted"  # a revision awaits review
        APPROVED = "approved"
        RETURNED = "returned"  # sent back, with a word why
        RESTORED = "restored"  # an old revision is proposed again
        VERIFIED = "verified"  # checked against reality, until a day
        COMMENTED = "commented"
        LOADED = "loaded"  # words that came with the product, or by import
        PROVED = "proved"  # an experiment shows again what the article claims
        REFUTED = "refuted"  # and here it did not

    PUBLIC = (Kind.APPROVED, Kind.VERIFIED, Kind.COMMENTED, Kind.LOADED, Kind.PROVED, Kind.REFUTED)

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="events")
    revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"]), models.Index(fields=["article", "-at"])]

    def __str__(self) -> str:
        return f"{self.article_id} {self.kind}"
