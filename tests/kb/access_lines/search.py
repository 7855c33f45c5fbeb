"""Search: everybody who is signed in may ask; what is found is theirs."""

from tests.kb.access_lines import SIGN_IN, Line

LINES: dict[str, Line] = {
    "search/": ("GET", SIGN_IN, 200, 200, 200),
    "search/instant/": ("GET", SIGN_IN, 200, 200, 200),
    "search/symptom/": ("POST", SIGN_IN, 200, 200, 200),
    "api/search": ("GET", 401, 200, 200, 200),
    "api/search/symptom": ("POST", 401, 422, 422, 422),  # without a text there is nothing to look for
}
