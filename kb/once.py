"""Links that sign one person in, once: for the first start on one's own machine, or a forgotten password."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kb.models import SignInLink, User
from kb.tokens import digest_of

VALID = timedelta(minutes=15)


def issue(user: User) -> str:
    """The path of a new link. Links that have expired are cleared away on the way."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires__lt=timezone.now()).delete()
    SignInLink.objects.create(user=user, digest=digest_of(token), expires=timezone.now() + VALID)
    return f"/sign-in/once/{token}/"


def redeem(token: str) -> User | None:
    """Who may sign in by this token, which is used up by asking. None when it is used, expired or nobody's.

    Of two that ask at the same moment one gets the user: the one whose DELETE finds the row.
    """
    with transaction.atomic():
        link = SignInLink.objects.select_related("user").filter(digest=digest_of(token)).first()
        if link is None or not SignInLink.objects.filter(pk=link.pk).delete()[0]:
            return None
    return link.user if link.expires > timezone.now() and link.user.is_active else None
