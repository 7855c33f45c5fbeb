"""What other rooms have to say beside an article or a capture. They register when they start."""

from collections.abc import Callable
from typing import Literal

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kb.models import Article, Capture

Place = Literal["article", "capture"]
Panel = Callable[[HttpRequest, Article | Capture], SafeString]  # HTML; empty when there is nothing to say

_panels: dict[Place, list[Panel]] = {"article": [], "capture": []}


def register(place: Place, panel: Panel) -> None:
    """Adds a panel to every page of that kind; called in AppConfig.ready."""
    _panels[place].append(panel)


def beside(place: Place, request: HttpRequest, about: Article | Capture) -> list[SafeString]:
    """The panels that have something to say about this one."""
    return [said for panel in _panels[place] if (said := panel(request, about))]
