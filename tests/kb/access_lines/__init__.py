"""Lines of the table of tests/kb/test_access.py, a module for each part of the wiki.

A module has LINES, route → method and what nobody, Charlie, Bob and Alice get (a tuple: one of these;
SIGN_IN: 302 to the sign-in page), and may have `fill(route, capture)`, which gives the path of a route whose
converters the table cannot fill by itself, or None. Bob is a curator, Alice an author; Charlie has no role,
and is on another team. What a fill needs in the database it makes itself.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from kb.models import Capture

SIGN_IN = "sign-in"  # 302 to the sign-in page
Line = tuple[str, object, object, object, object]
Fill = Callable[[str, Capture], str | None]


def modules() -> list[object]:
    """All of them."""
    return [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]


def lines() -> dict[str, Line]:
    """Their lines together."""
    table: dict[str, Line] = {}
    for module in modules():
        table |= getattr(module, "LINES")  # noqa: B009 a module's attribute is unknown to the type checker
    return table


def filled(route: str, capture: Capture) -> str | None:
    """The path that one of them gives for the route; None when none does."""
    fills: list[Fill] = [fill for module in modules() if (fill := getattr(module, "fill", None))]
    return next((path for fill in fills if (path := fill(route, capture))), None)
