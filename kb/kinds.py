"""The kinds of job. Rooms above register theirs when they start; kb never learns what a job does."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Kind:
    """Which task does it, and where its attempts write.

    Each attempt makes one folder below MEDIA_ROOT/`folder`, whose name begins with the claim's prefix.
    """

    name: str
    task: str  # argument: the job's id
    folder: str
    keeps: Callable[[str], bool]  # whether a row names this folder (a path below MEDIA_ROOT)

    def leftovers(self, prefix: str = "") -> list[Path]:
        """Folders that no row names, of the attempts whose names begin so."""
        below = Path(settings.MEDIA_ROOT) / self.folder
        return [path for path in below.glob(f"{prefix}*") if not self.keeps(f"{self.folder}/{path.name}")]

    def clear(self, prefix: str) -> None:
        """Removes what a dead attempt has left, unless it became the result."""
        for path in self.leftovers(prefix):
            shutil.rmtree(path, ignore_errors=True)


_known: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Makes the kind known; called in AppConfig.ready."""
    _known[kind.name] = kind


def named(name: str) -> Kind:
    """The kind of that name. Raises KeyError when no room has registered it."""
    return _known[name]


def every() -> tuple[Kind, ...]:
    """All that are known."""
    return tuple(_known.values())
