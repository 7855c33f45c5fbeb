"""Experiments together: the list, their health on every image, and the images."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from experiments import current, images, lab_state, proof
from experiments.proof import Proof
from experiments.shipped import Shipped
from kb.templatetags.readable import language


@dataclass(frozen=True)
class Line:
    """One experiment in the reader's language."""

    name: str
    title: str
    claim: str
    proofs: list[Proof]
    recorded: list[str]  # series of kernels for which a recording came with it


def lines(experiments: list[Shipped]) -> list[Line]:
    """One line each, with what its newest replays say."""
    lang = language()
    proofs = proof.proofs(experiments, images.current())
    return [
        Line(
            one.name,
            one.experiment.title[lang],
            one.experiment.claim[lang],
            proofs[one.name],
            [folder.name for folder in one.recordings()],
        )
        for one in experiments
    ]


@login_required
@require_safe
def experiments(request: HttpRequest) -> HttpResponse:
    """All experiments; and, when nothing can be replayed, why."""
    context = {"lines": lines(current.every()), "lab": lab(), "here": "experiments"}
    return render(request, "experiments.html", context)


@login_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Experiments × images."""
    context = {
        "lines": lines(current.every()),
        "images": images.current(),
        "lab": lab(),
        "here": "experiments",
    }
    return render(request, "experiments_health.html", context)


@login_required
@require_safe
def lab_images(request: HttpRequest) -> HttpResponse:
    """What the lab's images are made of."""
    current = {image.id for image in images.current()}
    listed = [(image, image.id in current, sorted(image.packages.items())) for image in images.every()]
    return render(request, "images.html", {"images": listed, "lab": lab(), "here": "experiments"})


def lab() -> dict[str, object]:
    """The lab's state in the reader's language, for parts/lab_state.html."""
    state, lang = lab_state.now(), language()
    return {
        "is_ready": state.is_ready,
        "said": state.sentence(lang),
        "building": state.building,
        "doing": state.building.what(lang) if state.building else "",
    }
