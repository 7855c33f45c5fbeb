"""Job."""

from django.db import models
from django.db.models import Q

from kb.models.capture import Capture


class Job(models.Model):
    """Work in the background: a capture is diagnosed, or an experiment replayed. This row is the truth; a
    message to a worker is only a doorbell.

        accept ──▶ waiting ──claim──▶ running ──finish──▶ done
                      ▲                │   │ ├─finish──▶ refused   nothing to work on: reason says why
                      │   heartbeat    │   │ └─finish──▶ failed    crash or limit: reason says which
                      └────stale───────┘   └──heartbeat stale, third attempt──▶ failed

                    waiting or running ──cancel──▶ cancelled

    claim: a conditional UPDATE of a waiting row, which also counts the attempt: of many messages one wins.
    heartbeat: written every second or so by the worker that runs it, together with the progress.
    finish: writes only while the row is still running that attempt; whoever lost the row leaves no trace.
    cancel: a person ends a waiting or running row; its worker notices at the next heartbeat, and stops.
    done, refused, failed and cancelled are final: once more is a new job. kb/jobs.py has the arrows.
    """

    class State(models.TextChoices):
        """See the drawing above."""

        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"
        CANCELLED = "cancelled"

    UNFINISHED = (State.WAITING, State.RUNNING)
    ENDED = (State.DONE, State.REFUSED, State.FAILED, State.CANCELLED)

    # Null for kinds that are about something else; that has a row which points here.
    capture = models.ForeignKey(Capture, null=True, blank=True, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=20, default="diagnose")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True, blank=True)
    rung = models.DateTimeField(null=True, blank=True)  # when a message was last sent for it
    progress = models.JSONField(default=dict, blank=True)  # what the worker said last
    reason_en = models.TextField(blank=True, default="")
    reason_ja = models.TextField(blank=True, default="")
    created = models.DateTimeField(auto_now_add=True)
    started = models.DateTimeField(null=True, blank=True)  # of the newest attempt
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["state", "heartbeat"]),
            models.Index(fields=["state", "rung"]),
        ]
        constraints = [
            # Two unfinished jobs of one kind would race for the same report.
            models.UniqueConstraint(
                fields=["capture", "kind"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_unfinished_job_per_capture",
            ),
            models.CheckConstraint(
                condition=~Q(kind="diagnose") | Q(capture__isnull=False), name="a_diagnosis_has_its_capture"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"

    @property
    def has_ended(self) -> bool:
        """True when nothing more will happen to it."""
        return self.state in self.ENDED

    def reason(self, language: str) -> str:
        """Why it was refused or failed, as one sentence; empty otherwise."""
        return (self.reason_ja if language == "ja" else self.reason_en) or self.reason_en
