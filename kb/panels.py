"""What other rooms say beside an article, a capture, a difference, or the queue of reviews.

They register when they start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kb.models import Article, Capture, Revision, User

Place = Literal["article", "capture", "revision", "review"]


@dataclass(frozen=True)
class Rewording:
    """What a difference is about: the wording before (None: there was none), and the new one."""

    old: Revision | None
    new: Revision


About = Article | Capture | Rewording | User  # each place has its own; the queue: who looks at it
Panel = Callable[[HttpRequest, Any], SafeString]  # HTML; empty when there is nothing to say

_panels: dict[Place, list[Panel]] = {"article": [], "capture": [], "revision": [], "review": []}


def register(place: Place, panel: Panel) -> None:
    """Adds a panel to every page of that kind; called in AppConfig.ready."""
    _panels[place].append(panel)


def beside(place: Place, request: HttpRequest, about: About) -> list[SafeString]:
    """The panels that have something to say about this one."""
    return [said for panel in _panels[place] if (said := panel(request, about))]
