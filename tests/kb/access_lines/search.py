"""Search: everybody who is signed in may ask; what is found is theirs."""

from tests.kb.access_lines import Line

LINES: dict[str, Line] = {
    "api/search": ("GET", 401, 200, 200, 200),
}
