"""Experiments as programs read them; the router is lent to kb/api.py."""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from experiments import bound, current, images, proof
from experiments.proof import Proof
from experiments.shipped import Shipped
from kb.apischemas import Problem

router = Router(tags=["experiments"])


class Text(Schema):
    """Words in both languages."""

    en: str
    ja: str


class Proved(Schema):
    """What the newest replay says on one image."""

    kernel: str
    state: Literal["identical", "held", "stale", "never"] = Field(
        description="identical: it held, with the bytes of the recording. stale: it did not hold."
    )
    run: str | None = Field(description="Path of the run's page.")


class Listed(Schema):
    """An experiment in the list."""

    name: str
    title: Text
    claim: Text
    url: str
    digest: str = Field(description="SHA-256 of the declaration.")
    written_here: bool = Field(description="Approved here, and not the one that comes with the product.")
    proves: list[str] = Field(description="Addresses of articles, and codes of diagnoses.")
    replays: list[Proved]


class Full(Listed):
    """One experiment with its declaration."""

    declaration: str = Field(description="TOML.")


class Experiments(Schema):
    """All of them, by name."""

    count: int
    experiments: list[Listed]


def told(one: Shipped, replays: list[Proof]) -> dict[str, Any]:
    """An experiment with what its newest replays say."""
    return {
        "name": one.name,
        "title": one.experiment.title,
        "claim": one.experiment.claim,
        "url": f"/experiments/{one.name}/",
        "digest": one.digest,
        "written_here": one.wording is not None,
        "proves": sorted(bound.articles(one.experiment)),
        "replays": [
            {
                "kernel": each.image.kernel,
                "state": each.state,
                "run": each.run.get_absolute_url() if each.run else None,
            }
            for each in replays
        ],
    }


@router.get("/experiments", response={200: Experiments, 401: Problem}, summary="List experiments")
def experiments(request: HttpRequest) -> dict[str, Any]:
    """As readers see them: what is approved, over what comes with the product; no drafts."""
    every = current.every()
    known = proof.proofs(every, images.current())
    return {"count": len(every), "experiments": [told(one, known[one.name]) for one in every]}


@router.get(
    "/experiments/{name}",
    response={200: Full, 401: Problem, 404: Problem},
    summary="Read an experiment",
)
def experiment(request: HttpRequest, name: str) -> dict[str, Any]:
    """One, with the declaration that is played."""
    found = current.find(name)
    if found is None:
        raise Http404("No such experiment.")
    known = proof.proofs([found], images.current())
    return {**told(found, known[found.name]), "declaration": found.text}
