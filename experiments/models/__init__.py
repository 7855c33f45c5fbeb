"""What is kept of experiments: one noun a file. Declarations are files, and wordings that go over them."""

from experiments.models.recording import Recording
from experiments.models.run import Run
from experiments.models.runcapture import RunCapture
from experiments.models.wording import Wording

__all__ = ["Recording", "Run", "RunCapture", "Wording"]
