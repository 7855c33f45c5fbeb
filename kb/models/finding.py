"""Finding."""

from typing import Any

from django.db import models

from kb.models.report import Report


class Finding(models.Model):
    """One judgement with its evidence. Its texts quote the capture, so they may hold anything."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="findings")
    position = models.PositiveIntegerField()  # from 0, most important first; quality findings come last
    code = models.CharField(max_length=40, db_index=True)
    severity = models.CharField(max_length=8)  # error, warning, note, info
    confidence = models.CharField(max_length=8)  # certain, likely, possible
    connection = models.IntegerField(null=True)  # number in the report's list of connections
    body_en = models.JSONField()  # the finding object of the command line, in English
    body_ja = models.JSONField()
    quality = models.BooleanField(default=False)  # judges the capture itself, shown as a banner

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="one_finding_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.severity})"

    def body(self, language: str) -> dict[str, Any]:
        """The finding object: code, frames, numbers, title, explanation, rejected and so on."""
        found: dict[str, Any] = self.body_ja if language == "ja" else self.body_en
        return found
