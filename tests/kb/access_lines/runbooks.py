"""Runbooks and cases."""

from kb.models import Capture
from tests.kb.access_lines import SIGN_IN

LINES = {
    "runbooks/": ("GET", SIGN_IN, 200, 200, 200),
    "runbooks/<slug:slug>/": ("GET", SIGN_IN, 200, 200, 200),
}


def fill(route: str, capture: Capture) -> str | None:
    """A runbook that everybody may read."""
    from tests.kb.runbook_text import runbook

    if not route.startswith("runbooks/<"):
        return None
    made = runbook()
    return "/" + route.replace("<slug:slug>", made.slug)
