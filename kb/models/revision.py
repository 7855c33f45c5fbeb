"""Revision."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kb.models.article import Article
from kb.models.language import Language


class Revision(models.Model):
    """One wording of an article in one language. Its words never change: another wording is another revision.

    draft ──▶ in_review ──▶ approved ──next is approved──▶ superseded
    """

    class Origin(models.TextChoices):
        """It came with the product, a person wrote it, or it came with the product and awaits a yes."""

        SHIPPED = "shipped"
        PERSON = "person"
        PROPOSAL = "proposal"

    class State(models.TextChoices):
        """See the drawing above."""

        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        SUPERSEDED = "superseded"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    language = models.CharField(max_length=2, choices=Language.choices)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    body = models.TextField()  # Markdown
    origin = models.CharField(max_length=8, choices=Origin.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="revisions"
    )
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    digest = models.CharField(max_length=64)  # SHA-256 of title, summary and body; see kb/shipped.py
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language"],
                condition=Q(state="approved"),
                name="one_approved_revision_per_language",
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language} {self.state}"
