"""Runbooks and cases. Charlie may read what is written, and nothing of the team's cases."""

from kb.models import Capture
from tests.kb.access_lines import SIGN_IN

LINES = {
    "runbooks/": ("GET", SIGN_IN, 200, 200, 200),
    "runbooks/<slug:slug>/": ("GET", SIGN_IN, 200, 200, 200),
    "runbooks/<slug:slug>/follow/": ("POST", SIGN_IN, 422, 422, 422),  # what is it about?
    "captures/<slug:uid>/follow/": ("POST", SIGN_IN, 404, 404, 404),  # which finding?
    "gaps/": ("GET", SIGN_IN, 404, 200, 200),  # for those who write
    "feedback/<int:number>/": ("GET", SIGN_IN, 404, 200, 200),  # Bob is a curator, Alice said it
    "api/runbooks": ("GET", 401, 200, 200, 200),
    "api/runbooks/<slug>": ("GET", 401, 200, 200, 200),
    "api/captures/<uid>/follow": ("POST", 401, 422, 422, 422),  # without words there is nothing to look for
    "api/cases": ("GET", 401, 200, 200, 200),
    "api/cases/<uid>": ("GET", 401, 404, 200, 200),
    "api/cases/<uid>/steps": ("GET", 401, 404, 200, 200),
    "cases/": ("GET", SIGN_IN, 200, 200, 200),
    "cases/<slug:uid>/": ("GET", SIGN_IN, 404, 200, 200),
    "cases/<slug:uid>/steps/": ("POST", SIGN_IN, 404, 409, 409),  # somebody who has not looked at it
    "cases/<slug:uid>/back/": ("POST", SIGN_IN, 404, 409, 409),
    "cases/<slug:uid>/unhelpful/": ("POST", SIGN_IN, 404, 422, 422),
    "cases/<slug:uid>/record.txt": ("GET", SIGN_IN, 404, 200, 200),
}


def fill(route: str, capture: Capture) -> str | None:
    """A runbook that everybody may read, and a case of Alice's team whose uid is the capture's."""
    from kb.models import Article, Case, Feedback
    from tests.kb.runbook_text import runbook

    ours = ("runbooks/<", "cases/<", "feedback/<", "api/runbooks/<", "api/cases/<")
    if not route.startswith(ours):
        return None
    made = Article.objects.filter(slug="refused").first() or runbook()
    assert capture.team is not None
    Case.objects.get_or_create(
        uid=capture.uid,
        defaults={
            "team": capture.team,
            "capture": capture,
            "runbook": made,
            "revision": made.revisions.get(language="en"),
            "language": "en",
            "opened_by": capture.uploaded_by,
        },
    )
    if route.startswith("feedback/"):
        words = {"revision": made.revisions.get(language="en"), "step": "listen", "helpful": False}
        said, _ = Feedback.objects.get_or_create(**words, reader=capture.uploaded_by)
        return f"/feedback/{said.pk}/"
    filled = {"<slug:slug>": made.slug, "<slug>": made.slug, "<slug:uid>": capture.uid, "<uid>": capture.uid}
    for name, value in filled.items():
        route = route.replace(name, value)
    return f"/{route}"
