"""Whether a run showed what its experiment declares: a verdict on each expectation, with its evidence."""

from experiments.verdicts.file import read, to_json, write
from experiments.verdicts.judging import judge
from experiments.verdicts.values import Verdict

__all__ = ["Verdict", "judge", "read", "to_json", "write"]
