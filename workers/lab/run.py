"""A declaration is run on an image, and becomes a run folder."""

import errno
import json
import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.declaration import Experiment, Mistakes, digest, read
from workers import reasons
from workers.lab import sentences
from workers.lab.channel import Malformed
from workers.lab.limits import RUN_LIMITS, RunLimits
from workers.lab.plan import plan
from workers.lab.play import Beat, Told, play
from workers.lab.record import Origin, write
from workers.outcomes import Cancelled, Killed, Refused

log = logging.getLogger(__name__)

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Ran:
    """The folder is filled."""

    folder: Path
    wall_s: float
    cpu_s: float  # of the machine


Result = Ran | Refused | Killed | Cancelled


def run(
    declaration: str,
    name: str,
    parameters: Mapping[str, int],
    image: Path,
    into: Path,
    beat: Beat = lambda progress: True,
    limits: RunLimits = RUN_LIMITS,
) -> Result:
    """Fills the empty folder `into` with a run (experiments/README.md names its files), or leaves it empty.

    `image` is the image's folder. `beat({"virtual_s", "step", "of"})` is called about twice a second; False
    from it ends the run.
    """
    try:
        experiment = read(declaration, name=name, changes=parameters)
    except Mistakes as wrong:
        return Refused(*sentences.mistakes(wrong))
    origin = Origin(
        experiment,
        digest(declaration.encode(), experiment.changed),
        experiment.changed,
        json.loads((image / "image.json").read_bytes())["id"],
    )
    played = play(image, plan(experiment), shown(beat, experiment), limits)
    return kept(into, origin, played) if isinstance(played, Told) else played


def shown(beat: Beat, experiment: Experiment) -> Callable[[dict[str, Any]], bool]:
    """The guest's progress in the words of the pages."""

    def say(progress: dict[str, Any]) -> bool:
        of = len(experiment.steps)
        virtual_s = round(progress.get("at_ns", 0) / 10**9, 1)
        return beat({"virtual_s": virtual_s, "step": min(progress.get("step", 0), of), "of": of})

    return say


def kept(into: Path, origin: Origin, played: Told) -> Ran | Killed:
    """Writes what the guest sent, once it has been understood: all of it, or nothing."""
    try:
        write(into, origin, played.files)
    except Malformed as problem:
        empty(into)
        log.warning("The guest's answer was not understood: %s", problem)
        return Killed(*sentences.malformed())
    except OSError as problem:
        empty(into)
        if problem.errno not in NO_ROOM:
            raise
        return Killed(*reasons.disk_full())
    return Ran(into, played.wall_s, played.cpu_s)


def empty(folder: Path) -> None:
    """Takes away what has been written."""
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
