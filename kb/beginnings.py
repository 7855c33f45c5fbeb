"""What a new article can begin with, and what a live block can show. Rooms register theirs at start."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from kb.words import Words


@dataclass(frozen=True)
class Choice:
    """One thing that there is: what stands behind the block's name, and what a person reads."""

    argument: str
    label: str


Begin = Callable[[HttpRequest, str, str], Words | None]  # request, argument, language; None: it is not there
Choices = Callable[[HttpRequest, str], list[Choice]]  # request, words to look for; few, the likeliest first
MOST = 30  # choices that are offered at once

_begin: dict[str, tuple[Begin, Choices]] = {}
_choices: dict[str, Choices] = {}


def register(name: str, begin: Begin, choices: Choices) -> None:
    """A new article can begin with `name:argument`, of which these are some; called in AppConfig.ready."""
    _begin[name] = begin, choices


def offer(name: str, choices: Choices) -> None:
    """The block `::name argument` has these arguments; called in AppConfig.ready."""
    _choices[name] = choices


def words(request: HttpRequest, source: str, language: str) -> Words | None:
    """The starting text of `name:argument`; None when there is no such thing, or not for this person."""
    name, _, argument = source.partition(":")
    known = _begin.get(name)
    return known[0](request, argument, language) if known else None


def sources(request: HttpRequest) -> list[Choice]:
    """Some of what an article can begin with, each as `name:argument`."""
    return [
        Choice(f"{name}:{one.argument}", one.label)
        for name, (_, choices) in sorted(_begin.items())
        for one in choices(request, "")[:MOST]
    ]


def offered() -> tuple[str, ...]:
    """Blocks whose arguments are known."""
    return tuple(
        sorted(_choices, key=lambda name: (name != "experiment", name))
    )  # the best illustration first


def choices(request: HttpRequest, name: str, sought: str) -> list[Choice]:
    """Arguments for the block of that name that this person may see."""
    found = _choices.get(name)
    return found(request, sought)[:MOST] if found else []
