"""Revision."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kb.models.article import Article
from kb.models.language import Language


class Revision(models.Model):
    """One wording of an article in one language. Its words never change: another wording is another revision.

    draft ──▶ in_review ──▶ approved ──next is approved──▶ superseded
                  └──sent back──▶ returned
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
        RETURNED = "returned"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    language = models.CharField(max_length=2, choices=Language.choices)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    body = models.TextField()  # Markdown
    # What the article's tags become when this is approved; null: they stay as they are.
    tags = models.JSONField(null=True, blank=True)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="revisions"
    )
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.CharField(max_length=300, blank=True, default="")  # what was changed, by the author
    # Of a translation: the revision of the original whose words it renders.
    translates = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    submitted = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(
        blank=True, default=""
    )  # why it was sent back, or with what remark approved
    # Somebody has checked it against reality, and trusts it until this day. The next revision begins without.
    verified_until = models.DateField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.CharField(max_length=64)  # SHA-256 of title, summary and body; see kb/shipped.py
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "language"])]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "language"],
                condition=Q(state="approved"),
                name="one_approved_revision_per_language",
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.language} {self.state}"

    @property
    def is_public(self) -> bool:
        """True for words that readers see, or have seen: they were reviewed."""
        return self.state in (self.State.APPROVED, self.State.SUPERSEDED)

    def get_absolute_url(self) -> str:
        """The page of this one wording, among the others."""
        return f"/revisions/{self.pk}/"
