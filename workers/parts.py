"""What a replay is put together from: the lab, the judge, and the comparison byte by byte."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from experiments import artefacts, verdicts
from experiments.comparison.identity import first_difference
from experiments.declaration import Experiment
from workers.confined import Beat
from workers.lab import sentences
from workers.lab.run import Ran, run
from workers.outcomes import Finished, Outcome, Refused

Findings = Mapping[str, list[dict[str, Any]]]  # by vantage point, finding objects of the command line


class Lab(Protocol):
    """Replays a declaration in its machine."""

    def __call__(
        self, declaration_text: str, parameters: dict[str, int], image_id: str, into: Path, beat: Beat
    ) -> Outcome:
        """Fills the empty folder `into` with a run.

        Calls `beat({"virtual_s": …, "step": …, "of": …})` about every second, and stops when that is False.
        """
        ...


class Judge(Protocol):
    """Says of each expectation whether it holds."""

    def __call__(self, experiment: Experiment, folder: Path, findings: Findings) -> list[dict[str, Any]]:
        """The verdicts, in the order of the expectations, as they stand in verdicts.json."""
        ...


@dataclass(frozen=True)
class Parts:
    """The three, which tests replace."""

    lab: Lab
    judge: Judge
    # (recorded folder, new folder) → the first difference, in English and Japanese; None: the same bytes
    first_difference: Callable[[Path, Path], tuple[str, str] | None]


def real() -> Parts:
    """Those of the product."""
    return Parts(lab=in_the_lab, judge=judged, first_difference=compared)


def in_the_lab(
    declaration_text: str, parameters: dict[str, int], image_id: str, into: Path, beat: Beat
) -> Outcome:
    """The machine, on an image of this server."""
    image = Path(settings.LAB_ROOT) / "images" / image_id
    if not (image / "image.json").is_file():
        return Refused(*sentences.no_image(image_id))
    name = str(tomllib.loads(declaration_text).get("name", ""))
    ran = run(declaration_text, name, parameters, image, into, beat)
    return Finished(ran.folder, wall_s=ran.wall_s) if isinstance(ran, Ran) else ran


def judged(experiment: Experiment, folder: Path, findings: Findings) -> list[dict[str, Any]]:
    """The judge. Raises Broken (a ValueError) when the folder is not a run's."""
    reports = {vantage: {"findings": found} for vantage, found in findings.items()}
    return verdicts.to_json(verdicts.judge(experiment, artefacts.read(folder), reports))


def compared(recorded: Path, new: Path) -> tuple[str, str] | None:
    """The comparison byte by byte."""
    difference = first_difference(recorded, new)
    return (difference.en, difference.ja) if difference else None
