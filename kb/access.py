"""Who may see what. Anything else does not exist: 404, never 403."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from kb.models import Capture, User
from kb.models.capture import CaptureQuerySet


def capture_or_404(user: User | AnonymousUser, uid: str) -> Capture:
    """The capture with that uid, if this person may see it; with its report and its jobs."""
    return one_or_404(Capture.objects.visible_to(user), uid)


def own_capture_or_404(user: User | AnonymousUser, uid: str) -> Capture:
    """The same, if it belongs to one of this person's teams: who may change or delete it."""
    return one_or_404(Capture.objects.belonging_to(user), uid)


def one_or_404(among: CaptureQuerySet, uid: str) -> Capture:
    """The one of these captures that has the uid."""
    if not uid.isascii() or not uid.isalnum():  # PostgreSQL raises an error for a NUL
        raise Http404("No such capture.")
    captures = among.select_related("team", "uploaded_by", "report")
    capture = captures.prefetch_related("jobs").filter(uid=uid).first()
    if capture is None:
        raise Http404("No such capture.")
    return capture
