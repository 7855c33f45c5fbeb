"""Words and look-ups for runbooks and cases."""

from typing import Any

from django import template
from django.utils.translation import gettext, gettext_noop

register = template.Library()

_ENDINGS = {
    "solved": gettext_noop("Solved"),
    "ask": gettext_noop("Ask"),
    "stop": gettext_noop("Stop"),
}
_STATES = {
    "open": gettext_noop("under way"),
    "solved": gettext_noop("solved"),
    "asked": gettext_noop("asked"),
    "stopped": gettext_noop("stopped"),
}
_PLACES = {
    "client": gettext_noop("on the client"),
    "server": gettext_noop("on the server"),
}


def _known(table: dict[str, str], value: str) -> str:
    return gettext(table[value]) if value in table else value


@register.filter
def ending(value: str) -> str:
    """How an outcome ends a case: solved → Solved."""
    return _known(_ENDINGS, value)


@register.filter
def case_state(value: str) -> str:
    """The state of a case."""
    return _known(_STATES, value)


@register.filter
def where(value: str) -> str:
    """On which machine a command is run; other places than client and server are as the author wrote them."""
    return _known(_PLACES, value)


@register.filter
def of_code(table: dict[str, list[Any]], code: str) -> list[Any]:
    """What a table by code has for this one."""
    return table.get(code, []) if table else []
