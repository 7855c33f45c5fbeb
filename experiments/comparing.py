"""Two runs side by side, by meaning: the border to experiments.comparison."""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from experiments.models import Run

Text = dict[str, str]  # by language


class Comparison(Protocol):
    """What two runs have in common and where they part."""

    same: bool
    sections: Sequence[tuple[Text, Sequence[Text]]]  # a title, and its sentences


def compare(one: Run, other: Run) -> Comparison:
    """Reads both folders; both runs are done."""
    comparison: Comparison = import_module("experiments.comparison").compare(one.path, other.path)
    return comparison
