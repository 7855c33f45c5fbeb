"""The gaps of the wiki, for those who can close them."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kb import gaps
from kb.templatetags.readable import language
from kb.views.queue import author_or_404

SHOWN = 100  # of each list


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """What is missing or broken; codes seen in the captures of the reader's own teams come first."""
    user = author_or_404(request)
    lang = language()
    lists: dict[str, list[Any]] = {
        "untranslated": gaps.untranslated(),
        "unproved": gaps.unproved(lang),
        "unexplained": gaps.unexplained(lang),
    }
    context = {
        "seen": [gap for gap in gaps.seen_by(user) if gap.is_open],
        "codes": gaps.of_codes(),
        "broken": [(one, [mistake.said(lang) for mistake in one.mistakes]) for one in gaps.of_runbooks()],
        **{name: found[:SHOWN] for name, found in lists.items()},
        "counts": {name: len(found) for name, found in lists.items()},
        "here": "review",
    }
    return render(request, "gaps.html", context)
