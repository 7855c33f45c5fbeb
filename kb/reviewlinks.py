"""Signed links: somebody without an account reads one revision in review, and says what to think of it.

The secret is in the link and nowhere else; the row has its SHA-256. A link ends when it expires, when it is
revoked, or when the revision is decided, and opens nothing but its revision.
"""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from kb import standing
from kb.models import ReviewLink, Revision, User
from kb.opinions import LONGEST_NAME
from kb.outcomes import NotAccepted, NotYours
from kb.streams import cleaned
from kb.tokens import digest_of
from kb.undecided import NoName, NotInReview, TooManyLinks

VALID = timedelta(days=14)
MOST = 10  # valid links to one revision


def make(revision: Revision, user: User, reviewer: str) -> str | NotAccepted:
    """The secret of a new link, shown now and never again; or why there is none.

    `reviewer` says for whom it is.
    """
    reviewer = " ".join(str(cleaned(reviewer)).split())
    if not standing.makes_links(revision, user):
        return NotYours.to_submit()
    if revision.state != Revision.State.IN_REVIEW:
        return NotInReview.now()
    if not 0 < len(reviewer) <= LONGEST_NAME:
        return NoName.given(LONGEST_NAME)
    now, token = timezone.now(), secrets.token_urlsafe(32)
    with transaction.atomic():
        if ReviewLink.objects.filter(revision=revision, expires__gt=now).count() >= MOST:
            return TooManyLinks.of_revision(MOST)
        ReviewLink.objects.create(
            revision=revision,
            digest=digest_of(token),
            reviewer=reviewer,
            made_by=user,
            expires=now + VALID,
        )
    return token


def revoke(revision: Revision, user: User, pk: int) -> NotAccepted | None:
    """Ends a link to the revision; what was said by it stays. Returns why not."""
    if not standing.makes_links(revision, user):
        return NotYours.to_submit()
    ReviewLink.objects.filter(pk=pk, revision=revision).delete()
    return None


def opened_by(token: str) -> ReviewLink | None:
    """The link of that secret, while it is valid: it is not said whether it ever was."""
    valid = ReviewLink.objects.filter(
        digest=digest_of(token), expires__gt=timezone.now(), revision__state=Revision.State.IN_REVIEW
    )
    return valid.select_related("revision__article", "revision__author").first()
