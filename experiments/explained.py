"""Which articles each experiment proves, for the page of gaps."""

from experiments import current
from experiments.bound import articles
from kb.gaps import Experiment


def every(language: str) -> list[Experiment]:
    """All experiments, by name; registered with kb."""
    return [
        Experiment(one.experiment.title[language], f"/experiments/{one.name}/", articles(one.experiment))
        for one in current.every()
    ]
