"""Wording."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kb.models.capture import new_uid


class Wording(models.Model):
    """One revision of the declaration of an experiment, written here. A draft changes with every key of its
    author, who alone sees it; once submitted, its text never changes: another text is another wording.

    draft ──▶ in_review ──▶ approved ──next is approved──▶ superseded
                  └──sent back──▶ returned

    The approved one goes over the file of that name that comes with the product: see experiments/current.py.
    """

    class State(models.TextChoices):
        """See the drawing above."""

        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        SUPERSEDED = "superseded"
        RETURNED = "returned"

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    experiment = models.CharField(max_length=40, db_index=True)  # the name that the text declares
    text = models.TextField()  # TOML
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="wordings"
    )
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Digest of the product's file of that name when this was begun; empty where there was none.
    over = models.CharField(max_length=64, blank=True, default="")
    comment = models.CharField(max_length=300, blank=True, default="")  # what was changed, by the author
    version = models.PositiveIntegerField(default=0)  # of a draft: grows with each saving
    updated = models.DateTimeField(auto_now=True)
    submitted = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed = models.DateTimeField(null=True, blank=True)
    review_note = models.TextField(blank=True, default="")  # why it was sent back, or a remark
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["state", "reviewed"])]
        constraints = [
            models.UniqueConstraint(
                fields=["experiment"], condition=Q(state="approved"), name="one_approved_wording"
            ),
            models.UniqueConstraint(
                fields=["author", "experiment"],
                condition=Q(state="draft"),
                name="one_draft_of_each_author_per_experiment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} {self.uid} {self.state}"

    @property
    def is_draft(self) -> bool:
        """True while it is written."""
        return self.state == self.State.DRAFT

    def get_absolute_url(self) -> str:
        """Where it is written, or reviewed."""
        return f"/experiments/{'drafts' if self.is_draft else 'wordings'}/{self.uid}/"
