"""What is kept of experiments: one noun a file. Declarations are files, see experiments/shipped.py."""

from experiments.models.recording import Recording
from experiments.models.run import Run
from experiments.models.runcapture import RunCapture

__all__ = ["Recording", "Run", "RunCapture"]
