"""SignInLink."""

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """A link that signs one person in, once. Only the SHA-256 of its secret is kept; see kb/once.py."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()

    def __str__(self) -> str:
        return f"sign-in link of {self.user_id}, until {self.expires:%Y-%m-%d %H:%M}"
