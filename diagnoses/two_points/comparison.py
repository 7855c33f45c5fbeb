"""Two captures of one event, compared: the facts, and all that was placed."""

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from diagnoses.two_points import changes, delays, missing, repeats
from diagnoses.two_points.changes import Change
from diagnoses.two_points.look import Look
from diagnoses.two_points.placed import Placed, order
from packets.capture import Capture, Progress, read
from packets.errors import CaptureError, printable
from packets.pairing import Pairing, pair


@dataclass(frozen=True)
class Comparison:
    """What two captures of one event say together."""

    pairing: Pairing
    placed: tuple[Placed, ...]  # the most telling first
    changes: tuple[Change, ...]

    @cached_property
    def only(self) -> tuple[list[int], list[int]]:
        """Frames that only here, and only there, holds, though the other one was recording."""
        found = []
        for sight, alone in zip((self.pairing.here, self.pairing.there), self.pairing.alone, strict=True):
            found.append(sight.rows["frame"][alone.rows[alone.inside]].tolist())
        return found[0], found[1]


def read_named(path: Path | str, progress: Progress | None = None) -> Capture:
    """Read one of two captures; a refusal begins with the file's name, so that people know which it is."""
    try:
        return read(path, progress)
    except CaptureError as refused:
        name = printable(Path(path).name)
        en, ja = (f"{name}: {refused.text[language]}" for language in ("en", "ja"))
        raise CaptureError(refused.code, en, ja) from refused


def compare(here: Capture, there: Capture) -> Comparison:
    """Compare two captures. Raises packets.CaptureError, one sentence, when they share no packet."""
    look = Look(pair(here, there))
    placed = chain.from_iterable(part.find(look) for part in (missing, repeats, delays))
    return Comparison(look.pairing, tuple(sorted(placed, key=order)), tuple(changes.find(look)))


__all__ = ["Comparison", "compare", "read_named"]
