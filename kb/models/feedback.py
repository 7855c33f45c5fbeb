"""Feedback, Comment, Watch and Reading."""

from django.conf import settings
from django.db import models

from kb.models.article import Article
from kb.models.case import Case
from kb.models.language import Language
from kb.models.revision import Revision


class Feedback(models.Model):
    """One reader's helpful or not on one revision; on a runbook, also on one step, where "did not help" waits
    for an answer. The word is private: its author, the revision's author and curators read it.

    open ──▶ done   somebody has looked at it
    """

    class State(models.TextChoices):
        """See the drawing above. Feedback without anything to do is done from the beginning."""

        OPEN = "open"
        DONE = "done"

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="feedback")
    step = models.CharField(max_length=80, blank=True, default="")  # id of a runbook's step; empty: the whole
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback"
    )
    # Where it was said; only its team may know of it.
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="feedback")
    helpful = models.BooleanField()
    word = models.TextField(blank=True, default="")
    said = models.DateTimeField(auto_now=True)
    state = models.CharField(max_length=4, choices=State.choices, default=State.DONE)
    answer = models.TextField(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-said", "-pk"]
        indexes = [models.Index(fields=["state", "-said"])]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "reader", "step"], name="one_feedback_of_a_reader_on_a_step"
            )
        ]

    def __str__(self) -> str:
        return f"{'helpful' if self.helpful else 'not helpful'}: revision {self.revision_id}"


class Comment(models.Model):
    """What somebody says below an article, for everybody who reads it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="comments"
    )
    body = models.TextField()
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created", "pk"]

    def __str__(self) -> str:
        return f"comment on {self.article_id}"


class Watch(models.Model):
    """Somebody wants to know when an article changes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="watches")
    seen = models.DateTimeField(auto_now_add=True)  # events after this are news

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "article"], name="one_watch_per_article")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.article_id}"


class Reading(models.Model):
    """How often an article was opened on one day. Nobody is in here: no person, address or session."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="readings")
    language = models.CharField(max_length=2, choices=Language.choices)
    day = models.DateField()  # UTC
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "language", "day"], name="one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.article_id} {self.day}: {self.count}"
