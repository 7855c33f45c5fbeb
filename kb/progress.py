"""How far the reading of a capture is: the progress line in its job's row, as the page and the API tell it.

Before the end only the recording is spoken of, never a connection: what looks like an unanswered SYN in the
first half of a file may be answered in the second.
"""

from dataclasses import dataclass
from typing import Any

from diagnoses.registry import QUALITY
from kb.models import Capture, Job

_QUALITY = tuple(rule.CODE for rule in QUALITY)


@dataclass(frozen=True)
class Progress:
    """Counts so far; `quality` holds codes of rules about the recording, in the order of the registry."""

    step: str | None  # read, connect, diagnose, write; None before the first
    read: int  # bytes of the file
    of: int  # bytes
    packets: int
    connections: int
    quality: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Of the file, rounded down: 100 means all of it."""
        return 100 * self.read // self.of if self.of else 0

    @property
    def seen(self) -> str:
        """What is said about the recording, as one word that changes with it; empty before the first step."""
        return ",".join(("recording", *self.quality)) if self.step else ""


def so_far(capture: Capture, job: Job | None) -> Progress:
    """The progress of the capture's job."""
    told: dict[str, Any] = job.progress if job else {}
    step = told.get("step")
    of = told.get("of") or capture.size
    read = min(told.get("read", 0), of)
    if step in ("connect", "diagnose", "write"):  # the file has been read
        read = of = capture.size
    return Progress(
        step, read, of, told.get("packets", 0), told.get("connections", 0), _known(told.get("quality"))
    )


def _known(codes: Any) -> tuple[str, ...]:
    """Those that the registry knows: the program that names them read a stranger's file."""
    return tuple(code for code in _QUALITY if code in codes) if isinstance(codes, list) else ()
