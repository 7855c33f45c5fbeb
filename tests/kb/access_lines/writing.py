"""Writing is for authors; a draft is its author's alone."""

from kb import pictures
from kb.attachments import stored
from kb.models import Capture, Draft, User
from tests.kb.access_lines import SIGN_IN, Line

D = "write/<slug:uid>/"
AUTHORS = (SIGN_IN, 404, 200, 200)
ALICE = (SIGN_IN, 404, 404, 302)

LINES: dict[str, Line] = {
    "write/": ("GET", *AUTHORS),
    "write/new/": ("GET", *AUTHORS),
    "write/things/": ("GET", *AUTHORS),
    "write/on/<int:number>/": ("POST", SIGN_IN, 404, 404, 404),  # nobody here has submitted anything
    D: ("GET", SIGN_IN, 404, 404, 200),
    f"{D}save/": ("POST", SIGN_IN, 404, 404, 302),
    f"{D}preview/": ("POST", SIGN_IN, 404, 404, 200),
    f"{D}merge/": ("POST", SIGN_IN, 404, 404, 302),
    f"{D}submit/": ("POST", SIGN_IN, 404, 404, (409, 422)),  # an empty form is no article
    f"{D}discard/": ("POST", *ALICE),
    f"{D}attachments/": ("POST", 401, 404, 404, 302),  # without a file: back to the draft, with a sentence
    "attachments/<slug:uid>/": ("GET", SIGN_IN, 404, 200, 200),  # in no reviewed words yet
    "api/articles/<slug>/<language>": ("PUT", 401, (403, 422), (404, 422), (404, 422)),
    "articles/<slug:slug>/edit/": ("GET", *AUTHORS),
    "articles/<slug:slug>/translate/": ("POST", SIGN_IN, 404, 302, 302),
    "runbooks/<slug:slug>/edit/": ("GET", *AUTHORS),
    "runbooks/<slug:slug>/translate/": ("GET", *AUTHORS),
}


def fill(route: str, capture: Capture) -> str | None:
    """The paths of Alice's draft."""
    if route == "api/articles/<slug>/<language>":
        return "/api/articles/port-closed/en"
    alice = User.objects.get(username="alice")
    if route.startswith("attachments/"):
        return stored(pictures.Picture("image/png", 1, 1, b"bytes"), "a.png", alice).get_absolute_url()
    if not route.startswith(D):
        return None
    draft = Draft.objects.create(author=alice, language="en", title="Alice's draft")
    return "/" + route.replace("<slug:uid>", draft.uid)
