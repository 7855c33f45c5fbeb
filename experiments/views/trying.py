"""Runs of drafts: how one begins, and what is said of it beside what readers see."""

from typing import Any

from django.http import HttpRequest

from experiments import checking, comparing, current, images, lab_state, runs
from experiments.artefacts import Broken
from experiments.models import Run, Wording
from experiments.refusals import Faulty, NoLab, TooMany
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.views.authors import author


def begun(request: HttpRequest, wording: Wording) -> Run | NotAccepted:
    """A run of the wording on the image that the form chose, else on the first; or why there is none."""
    found = checking.check(wording.text, wording.experiment)
    if found.mistakes:
        return Faulty.says(len(found.mistakes))
    state = lab_state.now()
    if not state.is_ready:
        return NoLab(state.sentence("en"), state.sentence("ja"))
    asked = request.POST.get("image", "")
    image = images.find(asked) if asked else next(iter(images.current()), None)
    if image is None:
        return NoLab.image()
    if runs.are_too_many(author(request)):
        return TooMany.runs(runs.MOST_UNFINISHED)
    return runs.begin_draft(wording, image, author(request))


def beside(run: Run) -> dict[str, Any]:
    """Of a draft's run: what readers see on the same image, and in words how both differ."""
    told: dict[str, Any] = {"wording": run.wording}
    known = current.find(run.experiment)
    newest = runs.newest(known, run.image) if known and run.is_done else None
    if newest is None or newest.path is None or run.path is None:
        return told
    lang = language()
    try:
        found = comparing.compare(run, newest)  # the draft is here, what readers see there
    except (Broken, OSError):  # the folder of an old run has been cleared away
        return told
    sections = [(one.title[lang], [said[lang] for said in one.sentences]) for one in found.sections]
    return {**told, "against": newest, "same": found.same, "sections": sections}
