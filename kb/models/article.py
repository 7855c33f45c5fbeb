"""Article."""

from typing import TYPE_CHECKING, Optional

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from kb.models.revision import Revision


class Article(models.Model):
    """Something explained. Its words are in revisions; readers see the approved one of each language."""

    slug = models.SlugField(max_length=80, unique=True)
    # The diagnosis it explains, such as syn_unanswered; null for the others (handshake, glossary).
    code = models.CharField(max_length=40, unique=True, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="articles"
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def current(self, language: str) -> Optional["Revision"]:
        """The approved revision in that language, else in the other; None before the first is approved."""
        approved = [revision for revision in self.revisions.all() if revision.state == "approved"]
        return min(approved, key=lambda revision: revision.language != language, default=None)

    def get_absolute_url(self) -> str:
        """Its page."""
        return f"/articles/{self.slug}/"
