"""Which articles an experiment proves: those on the diagnoses that it must show, and a few without a code."""

from experiments.declaration import Experiment

EVERYWHERE = "clean_close"  # how most connections end: it is the subject only where nothing else is found
WITHOUT_CODE = {
    "handshake": "handshake-and-states",
    "close_by_server": "handshake-and-states",
    "close_by_reset": "handshake-and-states",
}


def articles(experiment: Experiment) -> frozenset[str]:
    """Slugs and codes of the articles."""
    codes = {str(each.arguments["code"]) for each in experiment.expectations if each.kind == "finding"}
    subjects = codes - {EVERYWHERE} or codes
    named = WITHOUT_CODE.get(experiment.name)
    return frozenset(subjects | ({named} if named else set()))
