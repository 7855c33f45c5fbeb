"""Whether the lab can replay anything, and if not, what to do about it."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings

from experiments import images
from kb.streams import TooMuch, read_object

Name = Literal["ready", "building", "no QEMU", "no image"]

QEMU = "qemu-system-x86_64"
GIVEN_UP_AFTER = 1800  # seconds without a word; the longest step of a build takes a few minutes

NO_QEMU = (
    "QEMU is not installed on this server, so nothing can be replayed here. On Debian, "
    "apt-get install qemu-system-x86 adds it; the recordings can be read without it.",
    "このサーバーには QEMU がないため、再実行できません。Debian なら apt-get install qemu-system-x86 で"
    "導入できます。収録済みの記録は QEMU がなくても読めます。",
)
NO_IMAGE = (
    "The lab has no image yet, so nothing can be replayed here. The command manage.py lab build makes "
    "one, as any user; the recordings can be read without it.",
    "ラボにまだイメージがないため、再実行できません。manage.py lab build で作成できます (root 権限は不要)。"
    "収録済みの記録はイメージがなくても読めます。",
)
BUILDING = (
    "The lab is making its first image; until that is done, the recordings can be read.",
    "ラボが最初のイメージを作成しています。完了までは、収録済みの記録を読めます。",
)
READY = ("The lab is ready.", "ラボは準備ができています。")


@dataclass(frozen=True)
class Building:
    """How far the making of an image is."""

    step: int  # from 1
    of: int
    what_en: str
    what_ja: str
    seconds: float  # since it began

    def what(self, language: str) -> str:
        """What is being done."""
        return self.what_ja if language == "ja" else self.what_en


@dataclass(frozen=True)
class LabState:
    """One word, and a sentence for whoever wants to replay; an image may be in the making in any state."""

    name: Name
    en: str
    ja: str
    building: Building | None = None

    @property
    def is_ready(self) -> bool:
        """Something can be replayed."""
        return self.name == "ready"

    def sentence(self, language: str) -> str:
        """What is the case and what to do."""
        return self.ja if language == "ja" else self.en


def now() -> LabState:
    """The state at this moment: a few looks at files."""
    building = _building()
    if shutil.which(QEMU) is None:
        return LabState("no QEMU", *NO_QEMU)
    if images.every():
        return LabState("ready", *READY, building)
    if building is not None:
        return LabState("building", *BUILDING, building)
    return LabState("no image", *NO_IMAGE)


def _building() -> Building | None:
    """What the file of a build says; None without one, or when it has not been touched for long."""
    path = Path(settings.LAB_ROOT) / "building.json"
    try:
        if path.stat().st_mtime < time.time() - GIVEN_UP_AFTER:
            return None
        told = read_object(path)
        return Building(
            int(told["step"]),
            int(told["of"]),
            str(told["what_en"]),
            str(told["what_ja"]),
            float(told["seconds"]),
        )
    except (OSError, ValueError, KeyError, TypeError, TooMuch):
        return None
