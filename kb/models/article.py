"""Article."""

from typing import TYPE_CHECKING, Optional

from django.conf import settings
from django.db import models

from kb.models.language import Language

if TYPE_CHECKING:
    from kb.models.revision import Revision


class Article(models.Model):
    """Something explained, or, as a runbook, something to do step by step. Its words are in revisions;
    readers see the approved one of each language.
    """

    class Kind(models.TextChoices):
        """A runbook's Markdown has the form that kb/runbooks reads: steps, each with its outcomes."""

        ARTICLE = "article"
        RUNBOOK = "runbook"

    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.ARTICLE)
    # The diagnosis it explains, such as syn_unanswered; null for the others (handshake, glossary).
    code = models.CharField(max_length=40, unique=True, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )
    # The language that leads: the other one is its translation, and falls behind when this one moves on.
    original = models.CharField(max_length=2, choices=Language.choices, default=Language.ENGLISH)
    tags = models.JSONField(default=list, blank=True)  # words in lower case
    created = models.DateTimeField(auto_now_add=True, null=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def current(self, language: str) -> Optional["Revision"]:
        """The approved revision in that language, else in the other; None before the first is approved."""
        approved = [revision for revision in self.revisions.all() if revision.state == "approved"]
        return min(approved, key=lambda revision: revision.language != language, default=None)

    @property
    def is_runbook(self) -> bool:
        """True for steps to follow, false for something to read."""
        return self.kind == self.Kind.RUNBOOK

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/{'runbooks' if self.is_runbook else 'articles'}/{self.slug}/"
