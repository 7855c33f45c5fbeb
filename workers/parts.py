"""What a replay is put together from: the lab, the judge, and the comparison byte by byte."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from experiments.declaration import Experiment
from workers.confined import Beat
from workers.outcomes import Outcome

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
    """Those of the product, loaded when a worker has something to replay."""
    return Parts(
        lab=import_module("workers.lab").run,
        judge=import_module("experiments.verdicts").judge,
        first_difference=import_module("experiments.artefacts").first_difference,
    )
