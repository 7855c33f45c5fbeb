"""One run in each of its states, its progress, its cancel."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from drawing.words import Language
from experiments import checking, current, runs
from experiments.access import run_or_404
from experiments.models import Run
from experiments.views import result, trying
from kb import jobs
from kb.templatetags.readable import language
from kb.views.captures import STOP_POLLING

COMPARABLE = 6  # other runs that are offered for a comparison


@dataclass(frozen=True)
class Progress:
    """How far a run is, as its worker said last."""

    phase: str  # lab, diagnose, judge; empty before the first word
    virtual_s: float
    step: int
    of: int

    @classmethod
    def of_run(cls, run: Run) -> "Progress":
        """From the row of its job."""
        told: dict[str, Any] = run.job.progress if run.job else {}
        phase = str(told.get("phase", ""))
        number = told.get("step") if phase == "lab" else told.get("capture")
        return cls(phase, float(told.get("virtual_s") or 0), int(number or 0), int(told.get("of") or 0))


@login_required
@require_safe
def run(request: HttpRequest, name: str, uid: str) -> HttpResponse:
    """What became of it, or how far it is, or why there is nothing."""
    found = run_or_404(request.user, uid, name)
    known, lang = current.find(found.experiment), language()
    context = {
        "run": found,
        "known": known,
        "job": found.job,
        "title": known.experiment.title[lang] if known else found.experiment,
        "claim": known.experiment.claim[lang] if known else "",
        "progress": Progress.of_run(found),
        "reason": found.job.reason(lang) if found.job else "",
        "may_cancel": found.may_be_cancelled_by(request.user),
        "recording": runs.recording_of(found),
        "comparable": _comparable(found),
        "here": "experiments",
        **(result.context(request, found) if found.is_done else {}),
        **(_of_draft(found) if found.is_draft else {}),
    }
    return render(request, "run.html", context)


def _of_draft(found: Run) -> dict[str, Any]:
    """What a run of a draft is called, as it was declared then, and how it differs from what readers see."""
    declared, lang = checking.check(found.declaration, found.experiment).experiment, language()
    named = {"title": declared.title[lang], "claim": declared.claim[lang]} if declared else {}
    return {**named, **trying.beside(found)}


def _comparable(found: Run) -> list[Run]:
    """Newest runs of the same experiment: on other images, with other numbers, or of another day."""
    if not found.is_done:
        return []
    return list(runs.done().filter(experiment=found.experiment).exclude(pk=found.pk)[:COMPARABLE])


@login_required
@require_safe
def progress(request: HttpRequest, name: str, uid: str) -> HttpResponse:
    """A fragment: how far it is. When it has ended, htmx stops asking and loads the page anew."""
    found = run_or_404(request.user, uid, name)
    context = {"run": found, "job": found.job, "progress": Progress.of_run(found)}
    ended = found.has_ended
    response = render(request, "parts/run_progress.html", context, status=STOP_POLLING if ended else 200)
    if ended:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_safe
def in_article(request: HttpRequest, name: str, uid: str) -> HttpResponse:
    """A fragment: a replay that was begun inside an article, how far it is, then what came of it."""
    return inside(request, run_or_404(request.user, uid, name))


def inside(request: HttpRequest, found: Run) -> HttpResponse:
    """The same, of a run that is at hand. Once it has ended the fragment asks no more."""
    lang = language()
    context = {
        "run": found,
        "job": found.job,
        "progress": Progress.of_run(found),
        "difference": found.difference(lang),
        "reason": found.job.reason(lang) if found.job else "",
        "failed": [_said(one, lang) for one in found.verdicts if one["held"] is False],
    }
    return render(request, "parts/block_run.html", context)


def _said(verdict: dict[str, Any], lang: Language) -> str:
    return f"{verdict['text'][lang]} {(verdict.get('evidence') or {}).get(lang, '')}"


@login_required
@require_POST
def cancel(request: HttpRequest, name: str, uid: str) -> HttpResponse:
    """Ends it, for whom it is; what has ended meanwhile stays as it is."""
    found = run_or_404(request.user, uid, name)
    if found.may_be_cancelled_by(request.user) and found.job:
        jobs.cancel(found.job)
    elif not found.has_ended:
        raise Http404("No such run.")
    return redirect(found)
