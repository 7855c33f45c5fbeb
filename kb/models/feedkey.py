"""FeedKey."""

from django.conf import settings
from django.db import models


class FeedKey(models.Model):
    """The secret in the address of one person's feed. It opens the feed and nothing else; only its SHA-256
    is kept.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="feed_key")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"feed of {self.user_id}, {self.created:%Y-%m-%d}"
