"""Token."""

from django.conf import settings
from django.db import models


class Token(models.Model):
    """A bearer token of the API. Only its SHA-256 is kept: whoever reads this table cannot use it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.user_id}, {self.created:%Y-%m-%d}"
