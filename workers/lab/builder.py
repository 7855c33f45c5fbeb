"""Building images while others look: one build at a time, and a file that says how far it is."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from workers.lab.image.build import STEPS, build

PROGRESS, LOCK = "building.json", "building.lock"
WORDS = {
    "packages": ("fetching Debian's packages", "Debian のパッケージを取得しています"),
    "kernel": ("fetching the kernel", "カーネルを取得しています"),
    "files": ("putting the machine's files together", "仮想マシンのファイルをまとめています"),
    "boot": (
        "booting the machine, the longest part",
        "仮想マシンを起動しています (最も時間のかかる工程です)",
    ),
    "snapshot": ("keeping the booted machine", "起動した仮想マシンを保存しています"),
}

Say = Callable[[str], None]


class Busy(Exception):
    """Another program builds at this moment."""


def build_all(root: Path, series: list[str], say: Say) -> list[Path]:
    """Builds the images of these kernel series, one after the other; their folders.

    Raises:
        Busy: when somebody else builds.
        CannotBuild: with the reason.
    """
    root.mkdir(parents=True, exist_ok=True)
    with alone(root):
        sweep(root)
        try:
            return [build_one(root, one, number, len(series), say) for number, one in enumerate(series)]
        finally:
            (root / PROGRESS).unlink(missing_ok=True)


def build_one(root: Path, series: str, number: int, count: int, say: Say) -> Path:
    """One image, with progress over all that are to be built."""
    started = time.monotonic()

    def tell(step: str) -> None:
        at = number * len(STEPS) + STEPS.index(step) + 1
        en, ja = WORDS[step]
        say(f"Linux {series}: {en} …")
        progress = {
            "step": at,
            "of": count * len(STEPS),
            "what_en": f"Linux {series}: {en}",
            "what_ja": f"Linux {series}: {ja}",
            "seconds": round(time.monotonic() - started, 1),
        }
        beside = root / f"{PROGRESS}.new"
        beside.write_text(json.dumps(progress, ensure_ascii=False))
        os.replace(beside, root / PROGRESS)

    return build(root, series, tell)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Holds the lock of builds; it goes with the process, however that ends."""
    with (root / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("The lab's images are being built already.") from None
        yield


def sweep(root: Path) -> None:
    """Removes what an interrupted build has left; called under the lock."""
    for left in root.glob("building-*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
