"""Experiments as search finds them: title, claim, what is done step by step, the diagnoses that they show."""

from collections.abc import Iterator

from experiments import current
from experiments.bound import codes
from experiments.shipped import Shipped
from kb.search.page import Page

KIND = "experiment"


def pages() -> Iterator[Page]:
    """Every experiment in each language."""
    for one in current.every():
        for language in ("en", "ja"):
            yield page(one, language)


def page(one: Shipped, language: str) -> Page:
    """One experiment in one language. What it printed is left out: a recording is long, and says little."""
    about = one.experiment
    steps = (f"{step.says.get(language, '')}\n{step.run or step.type}" for step in about.steps)
    return Page(
        KIND,
        one.name,
        language,
        about.title[language],
        about.claim[language],
        "\n".join(steps),
        f"/experiments/{one.name}/",
        one.name,
        tuple(sorted(codes(about))),
    )
