"""What is done with a revision: approved, sent back, verified, said something about, proposed again."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from kb import opinions, restoring, review, verification
from kb.models import Revision, User
from kb.outcomes import NotAccepted
from kb.views.revisions import revision_or_404, shown

Deed = Callable[[HttpRequest, Revision, User], NotAccepted | None]


def decided(request: HttpRequest, pk: int, deed: Deed, said: str) -> HttpResponse:
    """Does it and says so on the revision's page; or shows the page with the reason why not."""
    assert isinstance(request.user, User)
    revision = revision_or_404(request.user, pk)
    trouble = deed(request, revision, request.user)
    if trouble is not None:
        return shown(request, revision_or_404(request.user, pk), trouble)
    messages.success(request, said)
    return redirect("revision", pk=pk)


@login_required
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """`note`, and `verified_until`, a day, where the curator has checked it against reality."""

    def deed(request: HttpRequest, revision: Revision, curator: User) -> NotAccepted | None:
        until = verification.day(request.POST.get("verified_until", ""))
        if isinstance(until, NotAccepted):
            return until
        note = request.POST.get("note", "")[: review.MOST]
        return review.approve(revision, curator, note=note, verified_until=until)

    return decided(request, pk, deed, gettext("Approved. Readers see this wording now."))


@login_required
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """`why`: what the author should change."""

    def deed(request: HttpRequest, revision: Revision, curator: User) -> NotAccepted | None:
        return review.send_back(revision, curator, request.POST.get("why", ""))

    return decided(request, pk, deed, gettext("Sent back to the author, with your words."))


@login_required
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """`verified_until`: a day; for words that readers see."""

    def deed(request: HttpRequest, revision: Revision, curator: User) -> NotAccepted | None:
        until = verification.day(request.POST.get("verified_until", ""))
        return verification.verify(revision, curator, until)

    return decided(request, pk, deed, gettext("Verified. Readers see until when, and by whom."))


@login_required
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """`agrees`: yes or no, `words`: what another author thinks of it."""

    def deed(request: HttpRequest, revision: Revision, reviewer: User) -> NotAccepted | None:
        agrees = request.POST.get("agrees") == "yes"
        said = opinions.say(revision, agrees, request.POST.get("words", ""), reviewer)
        return said if isinstance(said, NotAccepted) else None

    return decided(request, pk, deed, gettext("Thank you. Your opinion stands beside the revision."))


@login_required
@require_POST
def restore(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Proposes an old revision again."""
    assert isinstance(request.user, User)
    old = revision_or_404(request.user, pk)
    if old.article.slug != slug or not request.user.is_author:
        raise Http404("No such revision to restore.")
    comment = gettext("The words of %(day)s again") % {"day": f"{old.created:%Y-%m-%d}"}
    made = restoring.restore(old, request.user, comment)
    if isinstance(made, NotAccepted):
        return shown(request, old, made)
    messages.success(request, gettext("The old words await review again, as a new revision."))
    return redirect("revision", pk=made.pk)
