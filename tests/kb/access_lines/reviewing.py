"""Revisions, their review, history, watching and feed."""

from kb.models import Article, Capture, Revision
from tests.kb.access_lines import SIGN_IN

A, R = "articles/<slug:slug>/", "revisions/<int:pk>/"
NOT_READERS = ("GET", SIGN_IN, 404, 200, 200)
LINES = {
    f"{A}history/": ("GET", SIGN_IN, 200, 200, 200),
    "runbooks/<slug:slug>/history/": ("GET", SIGN_IN, 200, 200, 200),
    f"{A}restore/<int:pk>/": ("POST", SIGN_IN, 404, 409, 409),  # readers see these words already
    f"{A}behind/": ("GET", SIGN_IN, 404, 302, 302),  # nothing is
    R: ("GET", SIGN_IN, 200, 200, 200),
    f"{R}against/<int:other>/": ("GET", SIGN_IN, 200, 200, 200),
    f"{R}approve/": ("POST", SIGN_IN, 403, 409, 403),  # it is approved
    f"{R}send-back/": ("POST", SIGN_IN, 403, 422, 403),  # without a reason
    f"{R}verify/": ("POST", SIGN_IN, 403, 422, 403),  # without a day
    f"{R}opinion/": ("POST", SIGN_IN, 403, 409, 409),
    f"{R}links/": ("POST", SIGN_IN, 403, 409, 403),
    f"{R}links/<int:link>/revoke/": ("POST", SIGN_IN, 403, 302, 403),
    "reviewing/<str:token>/": ("GET", 410, 410, 410, 410),
    f"{A}watch/": ("POST", SIGN_IN, 302, 302, 302),
    "watching/": ("GET", SIGN_IN, 200, 200, 200),
    "watching/feed/": ("POST", SIGN_IN, 200, 200, 200),
    "feed.atom": ("GET", 404, 200, 200, 200),
    "review/": NOT_READERS,
    "stale/": NOT_READERS,
    "history/": ("GET", SIGN_IN, 200, 200, 200),
}


def fill(route: str, capture: Capture) -> str | None:
    """The one revision of the table's article."""
    if "<int:pk>" not in route:
        return None
    pk = str(Revision.objects.get(article=Article.objects.get(slug="port-closed")).pk)
    filled = {"<int:pk>": pk, "<int:other>": pk, "<int:link>": "1", "<slug:slug>": "port-closed"}
    for name, value in filled.items():
        route = route.replace(name, value)
    return f"/{route}"
