"""The first page: drop a capture here."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from kb.models import Capture
from kb.outcomes import TooLarge
from kb.templatetags.readable import language

RECENT = 8


@login_required
@require_safe
@ensure_csrf_cookie
def diagnose(request: HttpRequest) -> HttpResponse:
    """Drop zone, and the team's newest captures."""
    theirs = (
        Capture.objects.belonging_to(request.user)
        .select_related("report", "uploaded_by")
        .prefetch_related("jobs")
    )
    limit = settings.UPLOAD_LIMIT
    context = {
        "captures": theirs[:RECENT],
        "limit": limit,
        "too_large": TooLarge.than(limit).text(language()),
        "here": "diagnose",
    }
    return render(request, "diagnose.html", context)
