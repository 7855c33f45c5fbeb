"""One wording of an article, and any two beside each other."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from drawing.words import Language
from kb import panels, review, standing
from kb.articles import render as rendered
from kb.models import Opinion, ReviewLink, Revision, User
from kb.outcomes import NotAccepted
from kb.panels import Rewording
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language
from kb.wordings import difference, pinned

STATE = Revision.State
MOST_STEPS = 100  # from a revision to the public one that it stands on


def revision_or_404(user: User | AnonymousUser, pk: int) -> Revision:
    """The revision, if this person may read it."""
    assert isinstance(user, User)
    found = review.visible_to(user).select_related("based_on", "verified_by", "translates").filter(pk=pk)
    revision = found.first() if pk < 2**63 else None
    if revision is None:
        raise Http404("No such revision.")
    return revision


@login_required
@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """Rendered, as it was written, and what it changes; with what this person may do about it."""
    return shown(request, revision_or_404(request.user, pk))


def shown(
    request: HttpRequest, revision: Revision, trouble: NotAccepted | None = None, *, link: str = ""
) -> HttpResponse:
    """The page of a revision; with why a form was not taken, or with a link that was made just now."""
    assert isinstance(request.user, User)
    before = stands_beside(revision)
    context: dict[str, Any] = {
        "revision": revision,
        "article": revision.article,
        "before": before,
        "base": base_of(revision, before) if request.user.is_author else None,
        "difference": difference(before, revision),
        "panels": panels.beside("revision", request, Rewording(before, revision)),
        "text": rendered(revision.body),
        **as_readers_see(request, revision),
        "may": standing.of(revision, request.user),
        "link": link,
        "told": trouble.text(language()) if trouble else "",
        "here": "articles",
        **(what_reviewers_say(revision, request.user) if request.user.is_author else {}),
    }
    return render(request, "revision.html", context, status=trouble.status if trouble else 200)


def as_readers_see(request: HttpRequest, revision: Revision) -> dict[str, Any]:
    """For templates/parts/wording.html: the prose of an article, or the steps of a runbook."""
    if revision.article.is_runbook:
        return as_steps(revision, request)
    return {"prose": rendered(revision.body).shown(request)}


def as_steps(revision: Revision, request: HttpRequest | None = None) -> dict[str, Any]:
    """A runbook with its tree; without a request without the blocks that live."""
    steps, values = parse(revision.body), dict[str, str]()
    lang: Language = "ja" if revision.language == "ja" else "en"
    return {
        "opening": showing.opening(steps, values, request),
        "picture": showing.picture(steps, values, title=revision.title, lang=lang),
        "steps": [showing.step(steps, one, values, request) for one in steps.steps],
    }


def what_reviewers_say(revision: Revision, user: User) -> dict[str, Any]:
    """Opinions, and the links that were made: matters of authors."""
    links = ReviewLink.objects.filter(revision=revision).select_related("made_by")
    return {
        "opinions": Opinion.objects.filter(revision=revision).select_related("link"),
        "links": links if standing.makes_links(revision, user) else (),
    }


def stands_beside(revision: Revision) -> Revision | None:
    """What a wording is compared with: what readers see now, or, when it is what they see or saw, the one
    that they saw before.
    """
    return before_it(revision) if revision.is_public else pinned(revision)


def before_it(revision: Revision) -> Revision | None:
    """The newest wording below it that readers have seen; what was never approved is the authors' matter."""
    before = revision.based_on
    for _ in range(MOST_STEPS):
        if before is None or before.is_public:
            return before
        before = before.based_on
    return None


def base_of(revision: Revision, before: Revision | None) -> Revision | None:
    """What it is based on, where that is another one than it is compared with, and no draft."""
    base = revision.based_on
    is_shown = base is not None and base.state != STATE.DRAFT and base != before
    return base if is_shown else None


@login_required
@require_safe
def against(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two wordings of one article, the older one first, whichever was asked for first."""
    two = [revision_or_404(request.user, one) for one in sorted((pk, other))]
    old, new = two
    if old.article_id != new.article_id:
        raise Http404("Two revisions of different articles.")
    context = {
        "old": old,
        "both": two,
        "new": new,
        "article": new.article,
        "difference": difference(old, new),
        "panels": panels.beside("revision", request, Rewording(old, new)),
        "here": "articles",
    }
    return render(request, "revision_against.html", context)
