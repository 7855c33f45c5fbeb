"""One experiment: what it claims, how it is made, what was seen; and its replay."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from drawing.words import Language
from experiments import current, images, lab_state, proof, runs
from experiments.access import experiment_or_404
from experiments.declaration import Experiment
from experiments.declaration.values import Step
from experiments.images import Image
from experiments.models import Run, Wording
from experiments.shipped import Shipped
from experiments.views import network, result
from experiments.views.overview import lab
from experiments.views.run import inside
from kb import live
from kb.models import User
from kb.templatetags.readable import language

RUNS_SHOWN = 8


class NotUnderstood(Exception):
    """The form holds something that cannot be replayed: a sentence."""


@login_required
@require_safe
def experiment(request: HttpRequest, name: str) -> HttpResponse:
    """The experiment with its newest run; `?image=` chooses the image on which that was."""
    found = experiment_or_404(name)
    lang = language()
    run = runs.newest(found, request.GET.get("image", "")[:64] or None)
    context = {
        "shipped": found,
        "experiment": found.experiment,
        "title": found.experiment.title[lang],
        "claim": found.experiment.claim[lang],
        "network": network.drawn(found.experiment, lang),
        "steps": steps(found.experiment, lang),
        "parameters": [(one, one.says[lang]) for one in found.experiment.parameters.values()],
        "recorded_on": [folder.name for folder in found.recordings()],
        "proofs": proof.proofs([found], images.current())[found.name],
        "images": images.current(),
        "lab": lab(),
        "others": _others(found, run),
        **_written_here(found),
        "here": "experiments",
        **(result.context(request, run) if run else {}),
    }
    return render(request, "experiment.html", context)


def steps(experiment: Experiment, lang: Language) -> list[tuple[Step, float, str]]:
    """Each with its second and what is said of it, for parts/steps.html."""
    return [(step, step.at_ns / 1e9, step.says.get(lang, "")) for step in experiment.steps]


def _written_here(found: Shipped) -> dict[str, object]:
    """The wording that was approved here, and whether the product's file is not the one it was begun on."""
    if found.wording is None:
        return {}
    wording = Wording.objects.select_related("author", "reviewed_by").filter(pk=found.wording).first()
    file = current.file_digest(found.name)
    return {"wording": wording, "file_has_changed": bool(wording and file and file != wording.over)}


def _others(found: Shipped, shown: Run | None) -> list[Run]:
    """The newest runs of any number and image, but for the one that is shown."""
    newest = Run.objects.of_experiments().filter(experiment=found.name).select_related("job", "requested_by")
    return list((newest.exclude(pk=shown.pk) if shown else newest)[:RUNS_SHOWN])


@login_required
@require_safe
def declaration(request: HttpRequest, name: str) -> HttpResponse:
    """The declaration as a file."""
    found = experiment_or_404(name)
    response = HttpResponse(found.text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.name}.toml"'
    return response


@login_required
@require_POST
def replay(request: HttpRequest, name: str) -> HttpResponse:
    """Begins a replay and leads to its page; or says on the experiment's page why not."""
    found = experiment_or_404(name)
    assert isinstance(request.user, User)
    try:
        image, changes = _image(request), _numbers(request, found)
        _refuse_too_many(request.user)
    except NotUnderstood as why:
        if "HX-Request" in request.headers:
            return HttpResponse(live.mistake(str(why)))
        messages.error(request, str(why))
        return redirect("experiment", name=found.name)
    run = runs.begin(found, image, reason=Run.Reason.READER, changes=changes, user=request.user)
    return inside(request, run) if "HX-Request" in request.headers else redirect(run)


def _image(request: HttpRequest) -> Image:
    """The image that was chosen, else the first."""
    state = lab_state.now()
    if not state.is_ready:
        raise NotUnderstood(state.sentence(language()))
    chosen = images.find(request.POST["image"]) if "image" in request.POST else images.current()[0]
    if chosen is None:
        raise NotUnderstood(gettext("This image is no longer there; please choose another."))
    return chosen


def _numbers(request: HttpRequest, found: Shipped) -> dict[str, int]:
    """The numbers that the form holds, each within its bounds."""
    numbers = {}
    for name, parameter in found.experiment.parameters.items():
        said = request.POST.get(name, "").strip()
        if not said:
            continue
        digits = said.removeprefix("-")
        number = int(said) if digits.isascii() and digits.isdecimal() and len(digits) < 16 else None
        if number is None or not parameter.lowest <= number <= parameter.highest:
            bounds: dict[str, Any] = {"name": name, "low": parameter.lowest, "high": parameter.highest}
            raise NotUnderstood(gettext("%(name)s must be a whole number from %(low)s to %(high)s.") % bounds)
        numbers[name] = number
    return numbers


def _refuse_too_many(user: User) -> None:
    """One person does not fill the lab's queue."""
    if runs.are_too_many(user):
        raise NotUnderstood(
            gettext("%(count)s of your replays are not finished yet; please wait for one, or cancel it.")
            % {"count": runs.MOST_UNFINISHED}
        )
