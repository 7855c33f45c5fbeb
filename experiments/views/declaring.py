"""A declaration is written: one draft, checked as it is typed, saved, tried in the lab, submitted."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from experiments import blank, checking, current, images, wordings
from experiments.bound import articles as proved_by
from experiments.declaration import Experiment
from experiments.models import Wording
from experiments.refusals import BadName
from experiments.views import network, trying
from experiments.views.experiment import steps
from experiments.views.overview import lab
from kb import words as written
from kb.models import Article
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.unwritten import SavedElsewhere
from kb.views.authors import author, authors_only
from kb.views.editor import number
from kb.views.upload import wants_json

RUNS_SHOWN = 10


# ---- begin


@authors_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new experiment: `name`, and `from`, the name of one to begin with."""
    asked = request.POST if request.method == "POST" else request.GET
    name, source = asked.get("name", "")[:80], asked.get("from", "")[:40]
    trouble: NotAccepted | None = None
    if request.method == "POST":
        made = begun(request, name, source)
        if isinstance(made, Wording):
            return redirect(made)
        trouble = made
    lang = language()
    context = {
        "name": name,
        "source": source,
        "every": [(one.name, one.experiment.title[lang]) for one in current.every()],
        "told": trouble.text(lang) if trouble else "",
        "here": "experiments",
    }
    return render(request, "experiment_new.html", context, status=trouble.status if trouble else 200)


def begun(request: HttpRequest, name: str, source: str) -> Wording | NotAccepted:
    """The draft that the form asks for."""
    known = current.find(source) if source else None
    if source and known is None:
        return BadName.unknown()
    return wordings.begin_new(author(request), name, known.text if known else blank.text(language()))


@authors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """Leads to the author's draft. GET begins none: a page asks first."""
    kept = Wording.objects.filter(author=author(request), experiment=name, state=Wording.State.DRAFT).first()
    if kept is not None:
        return redirect(kept)
    if request.method == "POST":
        made = wordings.begin_edit(author(request), name)
        if isinstance(made, Wording):
            return redirect(made)
        messages.error(request, made.text(language()))
        return redirect("experiments")
    if current.find(name) is None:
        raise Http404("No such experiment.")
    return render(request, "experiment_edit.html", {"name": name, "here": "experiments"})


# ---- one draft


def draft_or_404(request: HttpRequest, uid: str) -> Wording:
    """The author's own draft with that uid: nobody else sees it."""
    drafts = Wording.objects.filter(author=author(request), state=Wording.State.DRAFT)
    found = drafts.select_related("based_on").filter(uid=uid).first() if uid.isascii() else None
    if found is None:
        raise Http404("No such draft.")
    return found


@authors_only
@require_safe
def draft(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft in its editor."""
    return page(request, draft_or_404(request, uid))


def page(
    request: HttpRequest, found: Wording, trouble: NotAccepted | None = None, typed: str | None = None
) -> HttpResponse:
    """The editor; `typed` could not be kept, and so still stands in the form."""
    context = {
        "draft": found,
        "typed": found.text if typed is None else typed,
        "unkept": typed is not None,
        "moved": wordings.moved_on(found),
        "seen": current.find(found.experiment),
        "images": images.current(),
        "lab": lab(),
        "runs": found.runs.visible_to(author(request)).select_related("job", "requested_by")[:RUNS_SHOWN],
        "told": trouble.text(language()) if trouble else "",
        "here": "experiments",
        **checked(found.text if typed is None else typed, found.experiment),
    }
    return render(request, "declaring.html", context, status=trouble.status if trouble else 200)


def checked(text: str, name: str) -> dict[str, Any]:
    """For parts/declaration_check.html: mistakes with the lines they are on, or what the text makes."""
    lang = language()
    if checking.is_too_long(text):
        return {"mistakes": [(0, wordings.too_long().text(lang), "")]}
    found, lines = checking.check(text, name), text.split("\n")
    if found.experiment is None:
        said = [(one.row, one.ja if lang == "ja" else one.en) for one in found.mistakes]
        return {
            "mistakes": [(row, words, lines[row - 1] if 0 < row <= len(lines) else "") for row, words in said]
        }
    return {
        "experiment": found.experiment,
        "network": network.drawn(found.experiment, lang),
        "steps": steps(found.experiment, lang),
        **proves(found.experiment),
    }


def proves(experiment: Experiment) -> dict[str, Any]:
    """The articles that it proves, and addresses in the declaration at which there is none yet."""
    names = proved_by(experiment)
    known = list(Article.objects.filter(Q(slug__in=names) | Q(code__in=names)).order_by("slug"))
    unknown = sorted(set(experiment.articles) - {article.slug for article in known})
    return {"proved_articles": known, "unknown_articles": unknown}


@authors_only
@require_POST
def check(request: HttpRequest, uid: str) -> HttpResponse:
    """A fragment: what is wrong with `text`, or what it makes. Nothing is kept."""
    found = draft_or_404(request, uid)
    return render(request, "parts/declaration_check.html", checked(typed_in(request), found.experiment))


def typed_in(request: HttpRequest) -> str:
    """The text of the form."""
    return written.lines(request.POST.get("text", ""))


@authors_only
@require_POST
def save(request: HttpRequest, uid: str) -> HttpResponse:
    """Keeps what the form holds; `version` is the one that its window began with. A script sends again with
    `was`, the text that it last knew to be kept, when another window was quicker: then both are merged.
    """
    found, text = draft_or_404(request, uid), typed_in(request)
    trouble = keep(request, found, text)
    merged = isinstance(trouble, SavedElsewhere) and "was" in request.POST
    if merged:
        was = written.lines(request.POST["was"])
        trouble = wordings.save_both(found, was, text, request.POST.get("comment", ""))
    if wants_json(request):
        return as_json(found, trouble, merged=merged)
    return redirect(found) if trouble is None else page(request, found, trouble, text)


def keep(request: HttpRequest, found: Wording, text: str) -> NotAccepted | None:
    """Saves; returns why not. The same text twice, as when a button overtakes the script, is no quarrel."""
    version, comment = number(request.POST.get("version", "")), request.POST.get("comment", "")
    trouble = wordings.save(found, version, text, comment)
    if isinstance(trouble, SavedElsewhere) and found.text == text:
        return wordings.save(found, found.version, text, comment)
    return trouble


def as_json(found: Wording, trouble: NotAccepted | None, *, merged: bool) -> JsonResponse:
    """What the script of the editor reads."""
    if trouble is not None:
        told = {"detail": trouble.text(language()), "version": found.version}
        return JsonResponse(told, status=trouble.status)
    answer: dict[str, Any] = {"version": found.version}
    if merged:
        answer |= {"text": found.text, "detail": SavedElsewhere.meanwhile().text(language())}
    return JsonResponse(answer)


# ---- take in, try, submit, discard: each keeps the form first


@authors_only
@require_POST
def take_in(request: HttpRequest, uid: str) -> HttpResponse:
    """Merges what readers see now into the draft."""
    found, text = draft_or_404(request, uid), typed_in(request)
    trouble = keep(request, found, text)
    if trouble is not None:
        return page(request, found, trouble, text)
    trouble = wordings.take_in(found) if wordings.moved_on(found) else None
    return redirect(found) if trouble is None else page(request, found, trouble)


@authors_only
@require_POST
def run(request: HttpRequest, uid: str) -> HttpResponse:
    """Tries the draft on `image`, and leads to the run."""
    found, text = draft_or_404(request, uid), typed_in(request)
    trouble = keep(request, found, text)
    if trouble is not None:
        return page(request, found, trouble, text)
    made = trying.begun(request, found)
    return page(request, found, made) if isinstance(made, NotAccepted) else redirect(made)


@authors_only
@require_POST
def submit(request: HttpRequest, uid: str) -> HttpResponse:
    """Hands the draft in for review."""
    found, text = draft_or_404(request, uid), typed_in(request)
    trouble = keep(request, found, text)
    if trouble is not None:
        return page(request, found, trouble, text)
    trouble = wordings.submit(found)
    if trouble is not None:
        return page(request, found, trouble)
    messages.success(
        request, gettext("Submitted. A curator will review it; until then readers see nothing of it.")
    )
    return redirect(found)


@authors_only
@require_POST
def discard(request: HttpRequest, uid: str) -> HttpResponse:
    """The draft is gone."""
    wordings.discard(draft_or_404(request, uid))
    messages.success(request, gettext("The draft is discarded."))
    return redirect("experiments-review")
