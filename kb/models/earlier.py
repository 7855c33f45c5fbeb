"""EarlierReport."""

from django.db import models

from kb.models.capture import Capture


class EarlierReport(models.Model):
    """What the report before this one said, as far as the two are compared: one code for each connection.

    Replaced by every diagnosis that finds a report in its place; gone with its capture. kb/earlier.py packs
    and reads it.
    """

    capture = models.OneToOneField(
        Capture, primary_key=True, on_delete=models.CASCADE, related_name="earlier", editable=False
    )
    rules = models.CharField(max_length=100)  # version of the rules that judged then
    created = models.DateTimeField()  # when that report was made
    quality = models.JSONField(default=list)  # codes of its findings about the capture itself
    connections = models.BigIntegerField()  # how many that report had
    codes = models.JSONField(default=list)  # the codes that occur, at most 255; the first is the empty one
    verdicts = models.BinaryField()  # zlib: for each connection one byte, an index of `codes`
    fingerprint = models.CharField(max_length=64)  # of the connections; equal: their numbers mean the same
    # What changed, once the next report is there; null while it is being made.
    changes = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"report by rules {self.rules}, {self.created:%Y-%m-%d}"
