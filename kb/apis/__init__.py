"""The parts of the API beside captures: a router each, added in kb/api.py. Rooms above lend theirs."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ninja import Router

Lend = Callable[[], "Router"]  # it imports the router: only a process that answers requests needs it

_lent: list[Lend] = []


def lend(router: Lend) -> None:
    """Adds what a room above answers; called in AppConfig.ready."""
    _lent.append(router)


def lent() -> Iterator["Router"]:
    """Their routers."""
    return (each() for each in _lent)
