"""Everything out, and articles for programs."""

from tests.kb.access_lines import SIGN_IN, Line

LINES: dict[str, Line] = {
    "export/": ("GET", SIGN_IN, 404, 200, 404),  # Bob is a curator
    "api/articles": ("GET", 401, 200, 200, 200),
    "api/articles/<slug>": ("GET", 401, 200, 200, 200),
}


def fill(route: str, capture: object) -> str | None:
    """The article of the table."""
    return "/api/articles/port-closed" if route == "api/articles/<slug>" else None
