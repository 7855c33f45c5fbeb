"""Two runs of this server side by side, by meaning."""

from pathlib import Path
from typing import Any

from experiments import artefacts
from experiments.comparison import Comparison
from experiments.comparison import compare as compare_folders
from experiments.models import Run
from kb.models import Finding


def compare(one: Run, other: Run) -> Comparison:
    """Reads both folders, and what was found in their captures; both runs are done.

    Raises:
        Broken: when one of the folders cannot be read.
    """
    folders = [artefacts.read(folder(run)) for run in (one, other)]
    return compare_folders(folders[0], folders[1], reports(one), reports(other))


def folder(run: Run) -> Path:
    """Where the run's artefacts are."""
    assert run.path is not None, "the run is not done"
    return run.path


def reports(run: Run) -> dict[str, dict[str, Any]]:
    """What was found at each vantage point, as `python -m diagnoses --json` names it."""
    return {
        each.vantage: {
            "findings": [one.body_en for one in Finding.objects.filter(report__capture=each.capture)]
        }
        for each in run.captures.select_related("capture")
        if each.capture is not None
    }
