"""RunCapture."""

from django.db import models

from experiments.models.run import Run
from kb.models import Capture


class RunCapture(models.Model):
    """What a run recorded at one vantage point. Runs with the same bytes share the capture.

    A capture that a run refers to cannot be deleted: the run would be without its proof.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="captures")
    vantage = models.CharField(max_length=40)  # "client", "fw:client", "client:lo"
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="runs")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "vantage"], name="one_capture_per_vantage")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.vantage}"
