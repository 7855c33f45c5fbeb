"""Lead."""

from django.db import models
from django.db.models import Q

from kb.models.article import Article


class Lead(models.Model):
    """A finding of this code leads to this runbook. Curated in the admin; several of a code are in order."""

    code = models.CharField(max_length=40, db_index=True)
    runbook = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="leads", limit_choices_to=Q(kind="runbook")
    )
    position = models.PositiveIntegerField(default=0)  # the lowest is shown first
    # It came with the product. A later release removes only those; what a curator added stays.
    shipped = models.BooleanField(default=False, editable=False)
    # A curator said no to a shipped one: it is kept, so that no release brings it back.
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["code", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code", "runbook"], name="one_lead_from_code_to_runbook")
        ]

    def __str__(self) -> str:
        return f"{self.code} → {self.runbook_id}"
