"""A revision for a reviewer without an account, who has a link; and the making of such links."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from kb import live, opinions, reviewlinks
from kb.articles import Rendered
from kb.articles import render as rendered
from kb.models import ReviewLink, Revision, User
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.views.revisions import as_steps, revision_or_404, shown
from kb.wordings import difference, pinned

EVERYBODYS = ("experiment", "finding")  # blocks that show nothing of a team, and no other article


@login_required
@require_POST
@sensitive_variables("token")
def make(request: HttpRequest, pk: int) -> HttpResponse:
    """`reviewer`: for whom the link is. The page that answers shows it, this once."""
    assert isinstance(request.user, User)
    revision = revision_or_404(request.user, pk)
    token = reviewlinks.make(revision, request.user, request.POST.get("reviewer", ""))
    if isinstance(token, NotAccepted):
        return shown(request, revision, token)
    return shown(request, revision, link=request.build_absolute_uri(f"/reviewing/{token}/"))


@login_required
@require_POST
def revoke(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Ends a link."""
    assert isinstance(request.user, User)
    revision = revision_or_404(request.user, pk)
    trouble = reviewlinks.revoke(revision, request.user, link)
    if trouble is not None:
        return shown(request, revision, trouble)
    messages.success(request, gettext("The link opens nothing any more."))
    return redirect("revision", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def reviewing(request: HttpRequest, token: str) -> HttpResponse:
    """The revision; POST says what its reader thinks: `agrees`, `name`, `words`."""
    link = reviewlinks.opened_by(token)
    if link is None:
        return unlisted(render(request, "reviewing_ended.html", status=410))
    trouble = said(request, link) if request.method == "POST" else None
    if request.method == "POST" and trouble is None:
        messages.success(request, gettext("Thank you. The author and the curators read it."))
        return unlisted(redirect("reviewing", token=token))
    return unlisted(page(request, link, trouble))


def said(request: HttpRequest, link: ReviewLink) -> NotAccepted | None:
    """Keeps the opinion; returns why not."""
    agrees, words = request.POST.get("agrees") == "yes", request.POST.get("words", "")
    made = opinions.say_by_link(link, agrees, request.POST.get("name", ""), words)
    return made if isinstance(made, NotAccepted) else None


def page(request: HttpRequest, link: ReviewLink, trouble: NotAccepted | None) -> HttpResponse:
    """What the link shows: the words, what they change, and what was said by this link."""
    revision = link.revision
    before = pinned(revision)
    context = {
        "link": link,
        "revision": revision,
        "before": before,
        "difference": difference(before, revision),
        **words(revision, request),
        "opinions": link.opinions.all(),
        "told": trouble.text(language()) if trouble else "",
        "form": request.POST if trouble else {"name": link.reviewer},
    }
    return render(request, "reviewing.html", context, status=trouble.status if trouble else 200)


def words(revision: Revision, request: HttpRequest) -> dict[str, Any]:
    """For templates/parts/wording.html: without what is not everybody's."""
    if revision.article.is_runbook:
        return as_steps(revision)
    return {"prose": for_strangers(rendered(revision.body), request)}


def for_strangers(text: Rendered, request: HttpRequest) -> SafeString:
    """The HTML with the blocks that may be shown to anybody; in the place of others stands why not."""

    def withheld(place: int) -> bool:
        return place < len(text.blocks) and text.blocks[place].name not in EVERYBODYS

    sentence = live.mistake(gettext("What stands here is shown to those who are signed in."))
    html = live.PLACE.sub(lambda found: sentence if withheld(int(found[1])) else found[0], text.html)
    return live.filled(mark_safe(html), text.blocks, request)  # noqa: S308 sanitised, and our own sentence


def unlisted(answer: HttpResponse) -> HttpResponse:
    """Nobody learns of the page by a search engine, a cache, or a page that it leads to."""
    answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer["Cache-Control"] = "no-store"
    # Other sites are told nothing. With "no-referrer" browsers would send `Origin: null` with our own forms,
    # which the CSRF check refuses.
    answer["Referrer-Policy"] = "same-origin"
    return answer
