"""What rooms above take in of an import. They register when they start."""

from collections.abc import Callable

from kb.importing.files import File
from kb.importing.told import Told
from kb.models import User

Bring = Callable[[str, File, User, bool], Told]  # name, its declaration, for whom, whether to show it at once

WRITTEN = "wording.json"  # beside a declaration in an export: it was written there

_bring: list[Bring] = []


def register(bring: Bring) -> None:
    """Takes experiments that were written elsewhere; called in AppConfig.ready."""
    _bring.append(bring)


def experiment(name: str, declaration: File, user: User, *, approve: bool) -> Told | None:
    """What became of it; None when nobody takes experiments."""
    return _bring[0](name, declaration, user, approve) if _bring else None
