"""Bearer tokens of the API."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from kb.models import Token, User

PREFIX = "rb_"  # so that scanners for leaked secrets can know ours
SEEN_EVERY = timedelta(minutes=1)  # last_used is not written more often than this


def digest_of(secret: str) -> str:
    """SHA-256, hexadecimal. A token has 256 random bits, so it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make(user: User) -> str:
    """A new token for the user; shown now, and never again."""
    token = PREFIX + secrets.token_urlsafe(32)
    Token.objects.create(user=user, digest=digest_of(token))
    return token


def user_of(token: str) -> User | None:
    """Whose token it is; None when it is nobody's, or of somebody who may not sign in."""
    found = Token.objects.select_related("user").filter(digest=digest_of(token), user__is_active=True).first()
    if found is None:
        return None
    now = timezone.now()
    seldom = Q(last_used=None) | Q(last_used__lt=now - SEEN_EVERY)
    Token.objects.filter(seldom, pk=found.pk).update(last_used=now)
    return found.user
