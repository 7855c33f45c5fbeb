"""ReviewLink and Opinion."""

from django.conf import settings
from django.db import models

from kb.models.revision import Revision


class ReviewLink(models.Model):
    """A link by which somebody without an account reads one revision and says what to think of it.

    Only the SHA-256 of its secret is kept.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="review_links")
    digest = models.CharField(max_length=64, unique=True)
    reviewer = models.CharField(max_length=100)  # for whom it was made, in words
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"link to revision {self.revision_id}, {self.created:%Y-%m-%d}"


class Opinion(models.Model):
    """What a reviewer says about a revision. It decides nothing: a curator approves."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="opinions")
    # One of the two is set, unless the account or the link is gone.
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    link = models.ForeignKey(
        ReviewLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="opinions"
    )
    name = models.CharField(max_length=100)  # as it was when it was said
    agrees = models.BooleanField()
    words = models.TextField(blank=True, default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.name} on revision {self.revision_id}"
