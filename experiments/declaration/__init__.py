"""What a declaration of an experiment says: a TOML file that a stranger can read, as values."""

from experiments.declaration.identity import digest
from experiments.declaration.mistakes import Mistake, Mistakes
from experiments.declaration.reading import read, read_bytes, read_file
from experiments.declaration.values import Experiment

__all__ = ["Experiment", "Mistake", "Mistakes", "digest", "read", "read_bytes", "read_file"]
