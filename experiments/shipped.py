"""Experiments that come with the product: a folder each, experiment.toml and what was recorded of it.

What readers see experiments/current.py knows: a wording that was approved here goes over the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from experiments.declaration import Experiment, digest, read
from experiments.declaration.reading import read_file


@dataclass(frozen=True)
class Shipped:
    """One declaration, as it is now: a file of the product, or a wording that was approved here."""

    name: str
    folder: Path
    text: str
    experiment: Experiment
    wording: int | None = None  # pk; None: the file

    @property
    def digest(self) -> str:
        """Of the declaration with the numbers that stand in it."""
        return self.digest_with({})

    def digest_with(self, changes: Mapping[str, int]) -> str:
        """Of the declaration with some numbers changed."""
        return digest(self.text.encode(), self.changed(changes))

    def changed(self, changes: Mapping[str, int]) -> dict[str, int]:
        """Those of the numbers that are not the declared ones."""
        declared = self.experiment.parameters
        return {name: number for name, number in changes.items() if number != declared[name].value}

    def numbers(self, changes: Mapping[str, int]) -> dict[str, int]:
        """All parameters, some of them changed."""
        declared = self.experiment.parameters
        return {name: changes.get(name, parameter.value) for name, parameter in declared.items()}

    def with_numbers(self, changes: Mapping[str, int]) -> Experiment:
        """The experiment with some numbers changed. Raises Mistakes for those that it does not take."""
        changed = self.changed(changes)
        return read(self.text, name=self.name, changes=changed) if changed else self.experiment

    def recordings(self) -> list[Path]:
        """The run folders that came with it, one for each series of kernel; none of another text."""
        if self.wording is not None:
            return []
        return sorted(path.parent for path in (self.folder / "recorded").glob("*/run.json"))


def every() -> list[Shipped]:
    """All of them, by name."""
    return [_at(path) for path in sorted(_folder().glob("*/experiment.toml"))]


def find(name: str) -> Shipped | None:
    """The experiment of this name."""
    return next((shipped for shipped in every() if shipped.name == name), None)


def folder_of(name: str) -> Path:
    """Where the experiment of that name lies, if the product has one."""
    return _folder() / name


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "experiments" / "shipped"


def _at(path: Path) -> Shipped:
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _read(path: Path, changed: int) -> Shipped:
    """Reads a declaration once for each time it is written."""
    return Shipped(path.parent.name, path.parent, path.read_bytes().decode(), read_file(path))
