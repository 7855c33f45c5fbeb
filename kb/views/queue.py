"""What awaits curators: revisions, feedback, articles whose proof or translation has gone stale."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kb import panels, review, stale, translations
from kb.models import Feedback, Revision, User

A_PAGE = 50
SHOWN = 20  # of the lists beside the queue


def author_or_404(request: HttpRequest) -> User:
    """Who asks, if they are an author; for others these pages do not exist."""
    user = request.user
    if not isinstance(user, User) or not user.is_author:
        raise Http404("Not for readers.")
    return user


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first. Authors see it too; feedback is for curators."""
    user = author_or_404(request)
    waiting = review.visible_to(user).filter(state=Revision.State.IN_REVIEW).defer("body")
    feedback = Feedback.objects.filter(state=Feedback.State.OPEN).select_related(
        "revision__article", "reader"
    )
    behind, old = translations.every_one_behind(), stale.every_one()
    red = [one for one in old if "red" in one.reasons]
    context = {
        "page": Paginator(waiting.order_by("submitted", "pk"), A_PAGE).get_page(request.GET.get("page")),
        "feedback": feedback.order_by("said")[:SHOWN] if user.is_curator else (),
        "feedback_count": feedback.count() if user.is_curator else 0,
        "red": red[:SHOWN],
        "red_count": len(red),
        "behind": behind[:SHOWN],
        "behind_count": len(behind),
        "stale_count": len(old),
        "panels": panels.beside("review", request, user),
        "here": "review",
    }
    return render(request, "review.html", context)


@login_required
@require_safe
def every_stale(request: HttpRequest) -> HttpResponse:
    """Every article that somebody should look at again; `?why=` narrows it."""
    author_or_404(request)
    every = stale.every_one()
    asked = request.GET.get("why", "")
    counts = {why: sum(why in one.reasons for one in every) for why in ("red", "over", "behind", "old")}
    chosen = [one for one in every if asked in one.reasons] if asked in counts else every
    context = {
        "page": Paginator(chosen, A_PAGE).get_page(request.GET.get("page")),
        "counts": counts.items(),
        "asked": asked if asked in counts else "",
        "kept": f"why={asked}" if asked in counts else "",
        "all": len(every),
        "here": "review",
    }
    return render(request, "stale.html", context)
