"""Beside a difference of two wordings: what changed in the results of the experiments that they show."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from experiments import claims, comparing, current, images, proof, runs
from experiments.artefacts import Broken
from experiments.models import Run
from experiments.proof import Proof
from experiments.shipped import Shipped
from kb.panels import Rewording
from kb.templatetags.readable import language
from kb.wordings import arguments

MOST = 8  # experiments beside one difference
MOST_SAID = 4  # sentences on how a run differs from its recording
Change = Literal["kept", "added", "dropped", "bound"]


@dataclass(frozen=True)
class Line:
    """One experiment: what the new wording does with it, and its newest results."""

    name: str
    title: str  # empty: there is no such experiment
    change: Change
    proofs: tuple[Proof, ...]
    differs: tuple[tuple[Run, tuple[str, ...]], ...]  # runs with other bytes than recorded, and how


def beside_revision(request: HttpRequest, about: Rewording) -> SafeString:
    """The experiments of the old and the new text, and those that prove the article."""
    old, new = (arguments(one, "experiment") for one in (about.old, about.new))
    names = dict.fromkeys((*new, *old, *(one.name for one in claims.bound(about.new.article))))
    if not names:
        return SafeString("")
    every = {one.name: one for one in current.every()}
    shown = list(names)[:MOST]
    known = proof.proofs([every[name] for name in shown if name in every], images.current())
    lines = [
        line(name, every.get(name), change_of(name, old, new), tuple(known.get(name, ()))) for name in shown
    ]
    context = {"lines": lines, "more": len(names) - len(shown)}
    return render_to_string("parts/panel_revision.html", context, request)


def change_of(name: str, old: tuple[str, ...], new: tuple[str, ...]) -> Change:
    """Whether the new text shows it for the first time, or no longer, or neither text does."""
    if name in new:
        return "kept" if name in old else "added"
    return "dropped" if name in old else "bound"


def line(name: str, found: Shipped | None, change: Change, proofs: tuple[Proof, ...]) -> Line:
    """What there is to say of one experiment."""
    title = found.experiment.title[language()] if found else ""
    differing = [each.run for each in proofs if each.run is not None and each.run.identical is False]
    return Line(name, title, change, proofs, tuple((run, sentences(run)) for run in differing))


def sentences(run: Run) -> tuple[str, ...]:
    """How the run differs from its recording in meaning; where it does not, at which byte."""
    lang = language()
    recording = runs.recording_of(run)
    first = tuple(filter(None, [run.difference(lang)]))
    if recording is None or recording.path is None or run.path is None:
        return first
    try:
        found = comparing.compare(recording, run)
    except (Broken, OSError):  # the folder of an old run has been cleared away
        return first
    said = [sentence[lang] for section in found.sections for sentence in section.sentences]
    return tuple(said[:MOST_SAID]) or first
