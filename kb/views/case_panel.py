"""Cases beside a capture: who follows which runbook for it."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kb.models import Article, Capture, Case

MOST = 20  # the newest; the list of cases has all


def beside_capture(request: HttpRequest, about: Article | Capture) -> SafeString:
    """The cases of this capture that the reader may see; empty when there is none."""
    seen = Case.objects.visible_to(request.user).filter(capture=about.pk)
    found = list(seen.select_related("revision", "opened_by")[:MOST])
    if not found:
        return mark_safe("")
    return render_to_string("parts/panel_cases.html", {"cases": found}, request)
