"""Declarations are written by authors; a draft is its author's alone, and curators decide."""

from experiments.models import Wording
from kb.models import Capture, User
from tests import laboratory
from tests.kb.access_lines import SIGN_IN, Line

X, E = "experiments/", "experiments/<slug:name>/"
A = "api/experiments/"
D, W = "experiments/drafts/<slug:uid>/", "experiments/wordings/<slug:uid>/"
AUTHORS = (SIGN_IN, 404, 200, 200)

LINES: dict[str, Line] = {
    f"{X}new/": ("GET", *AUTHORS),
    f"{X}review/": ("GET", *AUTHORS),
    f"{E}edit/": ("GET", *AUTHORS),
    f"{E}wordings/": ("GET", *AUTHORS),
    D: ("GET", SIGN_IN, 404, 404, 200),
    f"{D}save/": ("POST", SIGN_IN, 404, 404, 409),  # a form without a version is of another window
    f"{D}check/": ("POST", SIGN_IN, 404, 404, 200),
    f"{D}take-in/": ("POST", SIGN_IN, 404, 404, 409),
    f"{D}run/": ("POST", SIGN_IN, 404, 404, 409),
    f"{D}submit/": ("POST", SIGN_IN, 404, 404, 409),
    f"{D}discard/": ("POST", SIGN_IN, 404, 404, 302),
    W: ("GET", *AUTHORS),
    f"{W}approve/": ("POST", SIGN_IN, 404, 302, 403),
    f"{W}send-back/": ("POST", SIGN_IN, 404, 422, 403),  # without a reason
    f"{W}restore/": ("POST", SIGN_IN, 404, 422, 422),  # it waits already
    f"{W}write-on/": ("POST", SIGN_IN, 404, 404, 302),
    "api/experiments": ("GET", 401, 200, 200, 200),
    f"{A}<name>": ("GET", 401, 200, 200, 200),
    f"{W}run/": ("POST", SIGN_IN, 404, (302, 409), (302, 409)),  # as the machine has QEMU, or not
}


def fill(route: str, capture: Capture) -> str | None:
    """The paths of Alice's draft, and of what she has submitted."""
    if route.startswith(A):
        return f"/{A}{laboratory.NAME}"
    if not route.startswith((D, W)):
        return None
    made, _ = Wording.objects.get_or_create(
        author=User.objects.get(username="alice"),
        experiment=laboratory.NAME,
        text=laboratory.TEXT + "\n",
        over=laboratory.known().digest,
        state="draft" if route.startswith(D) else "in_review",
    )
    return "/" + route.replace("<slug:uid>", made.uid)
