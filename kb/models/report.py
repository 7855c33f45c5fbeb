"""Report."""

from pathlib import Path

from django.conf import settings
from django.db import models

from kb.models.capture import Capture


class Report(models.Model):
    """What was found in a capture: the newest finished diagnosis, replaced whole by the next.

    The folder holds the files that `python -m diagnoses --into` wrote; kb/reports.py reads them.
    """

    capture = models.OneToOneField(Capture, on_delete=models.CASCADE, related_name="report")
    folder = models.CharField(max_length=200, unique=True)  # path below MEDIA_ROOT
    headline_en = models.TextField()
    headline_ja = models.TextField()
    severity = models.CharField(max_length=8)  # of the gravest finding: error, warning, note, info, or none
    packets = models.BigIntegerField()
    connections = models.BigIntegerField()
    first = models.DateTimeField(null=True)  # time of the first packet, to the microsecond
    duration_s = models.FloatField()
    rules = models.CharField(max_length=100)  # version of the rules that judged
    quality = models.JSONField(default=list)  # codes of the capture-quality findings
    created = models.DateTimeField(auto_now_add=True)
    # Somebody wants it made again by today's rules, when there is time; kb/renewal.py begins the job.
    renewal_asked = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["renewal_asked"],
                condition=models.Q(renewal_asked__isnull=False),
                name="reports_to_renew",
            )
        ]

    def __str__(self) -> str:
        return self.folder

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(settings.MEDIA_ROOT) / self.folder

    def headline(self, language: str) -> str:
        """The verdict in one sentence."""
        return self.headline_ja if language == "ja" else self.headline_en
