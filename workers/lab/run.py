"""A declaration is run on an image, and becomes a run folder."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.declaration import Experiment, Mistakes, digest, read
from workers.lab import sentences
from workers.lab.channel import Malformed
from workers.lab.limits import RUN_LIMITS, RunLimits
from workers.lab.plan import plan
from workers.lab.play import Beat, Told, play
from workers.lab.record import Origin, write
from workers.outcomes import Cancelled, Killed, Refused

log = logging.getLogger(__name__)


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
    """Fills the empty folder `into` with a run (experiments/README.md names its files).

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
    """Writes what the guest sent, once it has been understood."""
    try:
        write(into, origin, played.files)
    except Malformed as problem:
        log.warning("The guest's answer was not understood: %s", problem)
        return Killed(*sentences.malformed())
    return Ran(into, played.wall_s, played.cpu_s)
