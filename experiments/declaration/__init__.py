"""What a declaration of an experiment says: a TOML file that a stranger can read, as values."""

from experiments.declaration.values import Experiment

__all__ = ["Experiment"]
