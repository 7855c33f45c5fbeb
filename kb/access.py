"""Who may see what. Anything else does not exist: 404, never 403."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from kb.models import Capture, User


def capture_or_404(user: User | AnonymousUser, uid: str) -> Capture:
    """The capture with that uid, if this person may see it; with its report and its jobs."""
    if not uid.isascii() or not uid.isalnum():  # PostgreSQL raises an error for a NUL
        raise Http404("No such capture.")
    captures = Capture.objects.visible_to(user).select_related("team", "uploaded_by", "report")
    capture = captures.prefetch_related("jobs").filter(uid=uid).first()
    if capture is None:
        raise Http404("No such capture.")
    return capture
