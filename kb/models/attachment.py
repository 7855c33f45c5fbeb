"""Attachment."""

from pathlib import Path

from django.conf import settings
from django.db import models

from kb.models.article import Article
from kb.models.capture import new_uid


class Attachment(models.Model):
    """A picture of an article. Captures are not attachments: they enter by the one door, keep their team, and
    an article shows their packets with `::capture`.
    """

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    # Null while the article does not exist yet.
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    name = models.CharField(max_length=255)  # a label that a person chose, never a path
    media_type = models.CharField(max_length=40)  # image/png and so on: what the bytes are, not what was said
    size = models.BigIntegerField()  # bytes
    width = models.PositiveIntegerField(default=0)  # pixels
    height = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    stored = models.CharField(max_length=200, unique=True)  # path below MEDIA_ROOT
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.uid

    @property
    def path(self) -> Path:
        """The file."""
        return Path(settings.MEDIA_ROOT) / self.stored

    def get_absolute_url(self) -> str:
        """Its bytes."""
        return f"/attachments/{self.uid}/"
