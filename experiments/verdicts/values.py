"""A verdict on one expectation, and what it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from experiments.artefacts import RunFolder
from experiments.declaration.values import Text

Frames = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Verdict:
    """Whether one expectation held, and by what one sees it."""

    text: Text  # the expectation as a sentence
    kind: str
    held: bool | None  # None: it is not for this kernel
    evidence: Text
    frames: Frames = field(default_factory=dict)  # vantage -> frame numbers
    row: int = 0  # line of the declaration


@dataclass(frozen=True)
class Seen:
    """What a run shows about one expectation."""

    held: bool
    en: str
    ja: str
    frames: Frames = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What is judged: a run, and what the diagnoses say about its captures."""

    run: RunFolder
    reports: Mapping[str, Mapping[str, Any]]  # by vantage
