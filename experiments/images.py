"""Images of the lab: a kernel and its programs, booted once and kept; LAB_ROOT/images/*/image.json."""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from kb.streams import TooMuch, read_object

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Image:
    """One image, as its file describes it."""

    id: str  # SHA-256 of all that it is made of, hexadecimal
    kernel: str  # release, 6.1.0-50-cloud-amd64
    series: str  # 6.1
    qemu: str  # version
    packages: dict[str, str]  # name → version
    built: datetime
    boot_s: float  # seconds that its one boot took
    size: int  # bytes on disk

    @property
    def short(self) -> str:
        """As much of the id as people compare."""
        return self.id[:12]


def every() -> list[Image]:
    """All images, by series of kernel, newest build first."""
    found = [image for path in _files() if (image := _read_if_whole(path)) is not None]
    return sorted(found, key=lambda image: (numbers(image.series), -image.built.timestamp()))


def current() -> list[Image]:
    """Of each series the newest build: what replays run on."""
    newest: dict[str, Image] = {}
    for image in every():
        newest.setdefault(image.series, image)
    return list(newest.values())


def find(known_as: str) -> Image | None:
    """The image with this id."""
    return next((image for image in every() if image.id == known_as), None)


def numbers(series: str) -> tuple[int, ...]:
    """6.12 → (6, 12), so that it comes after 6.1."""
    return tuple(int(part) for part in series.split(".") if part.isdecimal())


def _files() -> list[Path]:
    return sorted((Path(settings.LAB_ROOT) / "images").glob("*/image.json"))


def _read_if_whole(path: Path) -> Image | None:
    """The image; one that is half written, or from another version, is passed over with a line in the log."""
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError, TooMuch) as error:
        log.warning("The image %s cannot be read: %r", path.parent.name, error)
        return None


@lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Image:
    told = read_object(path)
    if told["format"] != 1:
        raise ValueError(f"format {told['format']} is not known here")
    return Image(
        id=str(told["id"]),
        kernel=str(told["kernel"]),
        series=str(told["series"]),
        qemu=str(told["qemu"]),
        packages={str(name): str(version) for name, version in told["packages"].items()},
        built=datetime.fromisoformat(told["built"]),
        boot_s=float(told["boot_s"]),
        size=sum(file.stat().st_size for file in path.parent.rglob("*") if file.is_file()),
    )
