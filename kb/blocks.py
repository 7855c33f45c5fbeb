"""Blocks that live inside an article: `::name argument key=value`. Rooms register theirs when they start.

An article's Markdown is rendered once; what a block shows is made for each reader, because readers differ in
what they may see, and because experiments go on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Block:
    """One line `::name argument key=value …`."""

    name: str
    argument: str
    options: Mapping[str, str]


Draw = Callable[[HttpRequest, Block], SafeString]  # HTML; a mistake in the block is a sentence in it

_known: dict[str, Draw] = {}


def register(name: str, draw: Draw) -> None:
    """Makes the block known; called in AppConfig.ready."""
    _known[name] = draw


def named(name: str) -> Draw | None:
    """How the block of that name is drawn; None when no room has registered it."""
    return _known.get(name)


def names() -> tuple[str, ...]:
    """All that are known."""
    return tuple(sorted(_known))
