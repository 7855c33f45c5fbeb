"""What a run leaves behind: a folder of captures, terminals, sockets and counters, read as values."""

from experiments.artefacts.broken import Broken
from experiments.artefacts.folder import files
from experiments.artefacts.reading import read
from experiments.artefacts.values import (
    CaptureFile,
    Counters,
    Manifest,
    RunFolder,
    StateChange,
    StepResult,
)

__all__ = [
    "Broken",
    "CaptureFile",
    "Counters",
    "Manifest",
    "RunFolder",
    "StateChange",
    "StepResult",
    "files",
    "read",
]
