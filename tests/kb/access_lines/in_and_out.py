"""Import and export, for people and programs."""

from tests.kb.access_lines import SIGN_IN, Line

LINES: dict[str, Line] = {
    "import/": ("GET", SIGN_IN, 404, 200, 200),
    # Without a file, which is seen before the role; with one Charlie gets 404 (test_importing_pages.py).
    "api/import": ("POST", 401, 422, 422, 422),
    "api/export": ("GET", 401, 404, 200, 404),
    "articles/<slug:slug>/print/": ("GET", SIGN_IN, 200, 200, 200),
    # Without Chromium 503, with a sentence what to install.
    "articles/<slug:slug>/pdf/": ("GET", SIGN_IN, (200, 503), (200, 503), (200, 503)),
    "runbooks/<slug:slug>/pdf/": ("GET", SIGN_IN, (200, 503), (200, 503), (200, 503)),
    "runbooks/<slug:slug>/print/": ("GET", SIGN_IN, 200, 200, 200),
}
