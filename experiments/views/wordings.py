"""Wordings of declarations: what waits, one of them with what it changes, and what is decided of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from experiments import current, images, reviewing, shipped, wordings
from experiments.models import Wording
from experiments.views import trying
from experiments.views.declaring import RUNS_SHOWN, checked
from experiments.views.overview import lab
from kb import differences
from kb.differences import Passage, Piece
from kb.models import User
from kb.outcomes import NotAccepted
from kb.review import MOST
from kb.templatetags.readable import language
from kb.views.authors import author, authors_only

STATE = Wording.State
A_PAGE = 50
FENCE = "~" * 80  # no declaration has a line of so many
Deed = Callable[[Wording, User], NotAccepted | None]


@authors_only
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what this author has under way."""
    user = author(request)
    waiting = reviewing.visible_to(user).filter(state=STATE.IN_REVIEW).defer("text")
    own = Wording.objects.filter(author=user).defer("text")
    context = {
        "page": Paginator(waiting.order_by("submitted", "pk"), A_PAGE).get_page(request.GET.get("page")),
        "drafts": own.filter(state=STATE.DRAFT).order_by("-updated"),
        "own": own.exclude(state=STATE.DRAFT).order_by("-pk")[:A_PAGE],
        "here": "experiments",
    }
    return render(request, "experiments_review.html", context)


@authors_only
@require_safe
def history(request: HttpRequest, name: str) -> HttpResponse:
    """Every wording of an experiment that this author may see, the newest first."""
    found = reviewing.visible_to(author(request)).filter(experiment=name).defer("text").order_by("-pk")
    file = shipped.find(name)
    if file is None and not found.exists():
        raise Http404("No such experiment.")
    context = {
        "name": name,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "file": file,
        "here": "experiments",
    }
    return render(request, "experiment_history.html", context)


def wording_or_404(request: HttpRequest, uid: str) -> Wording:
    """The wording, if this person may read it."""
    visible = reviewing.visible_to(author(request)).exclude(state=STATE.DRAFT)
    found = visible.filter(uid=uid).first() if uid.isascii() else None
    if found is None:
        raise Http404("No such wording.")
    return found


@authors_only
@require_safe
def wording(request: HttpRequest, uid: str) -> HttpResponse:
    """What it changes, what it would make, what was tried with it; and what this person may do about it."""
    return shown(request, wording_or_404(request, uid))


def shown(request: HttpRequest, found: Wording, trouble: NotAccepted | None = None) -> HttpResponse:
    """The page; with why a form was not taken."""
    user, waits = author(request), found.state == STATE.IN_REVIEW
    overtaken = waits and wordings.moved_on(found)
    before = text_before(found)
    context: dict[str, Any] = {
        "wording": found,
        "is_new": before is None,
        "stretches": difference(before or "", found.text),
        "overtaken": overtaken,
        "decides": waits and reviewing.may_approve(found, user) and not overtaken,
        "own_words": waits and user.is_curator and not reviewing.may_approve(found, user),
        "sends_back": waits and user.is_curator,
        "writes_on": found.author_id == user.pk and found.state in (STATE.IN_REVIEW, STATE.RETURNED),
        "restores": found.state in (STATE.SUPERSEDED, STATE.RETURNED),
        "tries": waits and (user.is_curator or found.author_id == user.pk),
        "runs": found.runs.visible_to(user).select_related("job", "requested_by")[:RUNS_SHOWN],
        "images": images.current(),
        "lab": lab(),
        "told": trouble.text(language()) if trouble else "",
        "here": "experiments",
        **checked(found.text, found.experiment),
    }
    return render(request, "wording.html", context, status=trouble.status if trouble else 200)


def text_before(found: Wording) -> str | None:
    """With what a wording is compared: what readers see now; for what they see or saw, the one before."""
    if found.state not in (STATE.APPROVED, STATE.SUPERSEDED):
        seen = current.find(found.experiment)
        return seen.text if seen else None
    public = (STATE.APPROVED, STATE.SUPERSEDED)
    below = (one for one in wordings.chain(found.based_on) if one.state in public)
    before, file = next(below, None), shipped.find(found.experiment)
    return before.text if before else file.text if file else None


@dataclass(frozen=True)
class Lines:
    """Lines that follow each other: shown, or folded because nothing changed in them."""

    passages: tuple[Passage, ...]  # those of one kind are one
    is_folded: bool
    count: int


def difference(old: str, new: str) -> list[Lines]:
    """By lines, as code; lines far from a change are folded."""
    passages = differences.compare(*(f"{FENCE}\n{text.rstrip()}\n{FENCE}\n" for text in (old, new)))
    return [
        Lines(tuple(joined(one.passages)), one.is_folded, len(one.passages))
        for one in differences.folded(passages[1:-1])
    ]


def joined(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Lines of one kind as one passage: a page has fewer parts, and an empty line keeps its height."""
    for kind, same in groupby(passages, lambda one: one.kind):
        pieces = [piece for one in same for piece in one.pieces]
        yield Passage(kind, (Piece(pieces[0].mark, "".join(piece.text for piece in pieces)),), is_code=True)


# ---- deeds


def decided(request: HttpRequest, uid: str, deed: Deed, said: str) -> HttpResponse:
    """Does it and says so on the wording's page; or shows the page with the reason why not."""
    trouble = deed(wording_or_404(request, uid), author(request))
    if trouble is not None:
        return shown(request, wording_or_404(request, uid), trouble)
    messages.success(request, said)
    return redirect("wording", uid=uid)


@authors_only
@require_POST
def approve(request: HttpRequest, uid: str) -> HttpResponse:
    """`note`: a remark."""
    note = request.POST.get("note", "")[:MOST]
    said = gettext("Approved. Readers see this declaration now, and the clock replays it.")
    return decided(request, uid, lambda found, user: reviewing.approve(found, user, note), said)


@authors_only
@require_POST
def send_back(request: HttpRequest, uid: str) -> HttpResponse:
    """`why`: what the author should change."""
    why = request.POST.get("why", "")
    said = gettext("Sent back to the author, with your words.")
    return decided(request, uid, lambda found, user: reviewing.send_back(found, user, why), said)


@authors_only
@require_POST
def restore(request: HttpRequest, uid: str) -> HttpResponse:
    """Proposes an old wording again."""
    old = wording_or_404(request, uid)
    comment = gettext("The words of %(day)s again") % {"day": f"{old.created:%Y-%m-%d}"}
    made = reviewing.restore(old, author(request), comment)
    if isinstance(made, NotAccepted):
        return shown(request, old, made)
    messages.success(request, gettext("The old words await review again, as a new revision."))
    return redirect(made)


@authors_only
@require_POST
def write_on(request: HttpRequest, uid: str) -> HttpResponse:
    """A draft on one of the author's own wordings: what waits or was sent back is written on."""
    found = wording_or_404(request, uid)
    if found.author_id != author(request).pk:
        raise Http404("Not yours.")
    made = wordings.begin_on(author(request), found)
    return shown(request, found, made) if isinstance(made, NotAccepted) else redirect(made)


@authors_only
@require_POST
def run(request: HttpRequest, uid: str) -> HttpResponse:
    """Tries what waits for review: its author, or a curator who decides."""
    found = wording_or_404(request, uid)
    if found.state != STATE.IN_REVIEW or not (
        author(request).is_curator or found.author_id == author(request).pk
    ):
        raise Http404("Nothing to try.")
    made = trying.begun(request, found)
    return shown(request, found, made) if isinstance(made, NotAccepted) else redirect(made)
