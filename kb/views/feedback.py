"""Readers say whether an article helped, comment on it, and see how often articles are read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from kb import feedback, readings
from kb.models import Article, Comment, Revision, User
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language

A_PAGE = 50
DAYS = (7, 30, 90, 365)


def reader(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def published_or_404(slug: str) -> Article:
    """An article that readers see."""
    article = Article.objects.filter(slug=slug, revisions__state=Revision.State.APPROVED).distinct().first()
    if article is None:
        raise Http404("No such article.")
    return article


def context_of(request: HttpRequest, revision: Revision) -> dict[str, object]:
    """For parts/article_feedback.html, below an article or a runbook."""
    said = revision.feedback.filter(reader=reader(request), step="").first()
    comments = revision.article.comments.select_related("author")
    return {
        "said": said,
        "comments": [(one, feedback.may_delete(one, reader(request))) for one in comments],
    }


@login_required
@require_POST
def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Helpful or not, of the revision that was read; `helpful` is yes or no."""
    article = published_or_404(slug)
    number, answer = request.POST.get("revision", ""), request.POST.get("helpful", "")
    public = (Revision.State.APPROVED, Revision.State.SUPERSEDED)
    known = number.isascii() and number.isdigit() and len(number) < 15
    revision = article.revisions.filter(pk=int(number), state__in=public).first() if known else None
    if revision is None or answer not in ("yes", "no"):
        raise Http404("No such revision.")
    word = request.POST.get("word", "")
    made = feedback.say(revision, reader(request), helpful=answer == "yes", word=word)
    return told(request, article, made, gettext("Thank you. Only the author and curators read your word."))


@login_required
@require_POST
def comment(request: HttpRequest, slug: str) -> HttpResponse:
    """A comment, for everybody."""
    article = published_or_404(slug)
    made = feedback.comment(article, reader(request), request.POST.get("body", ""))
    return told(request, article, made, "")


def told(request: HttpRequest, article: Article, made: object, thanks: str) -> HttpResponse:
    """Back to the article, with a sentence."""
    if isinstance(made, NotAccepted):
        messages.error(request, made.text(language()))
    elif thanks:
        messages.success(request, thanks)
    return redirect(f"{article.get_absolute_url()}#said")


@login_required
@require_POST
def delete_comment(request: HttpRequest, number: int) -> HttpResponse:
    """One's own comment, or as a curator any, is gone."""
    found = Comment.objects.select_related("article").filter(pk=min(number, 2**62)).first()
    if found is None or not feedback.may_delete(found, reader(request)):
        raise Http404("No such comment.")
    article = found.article
    found.delete()
    return redirect(f"{article.get_absolute_url()}#said")


@login_required
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """What readers said, as far as it is this person's matter: what waits first."""
    found = feedback.visible_to(reader(request)).order_by("-state", "-said", "-pk")
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "feedback_list.html", {"page": page, "here": "articles"})


@login_required
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How often articles are read and how many they helped; for authors. `?days=` is one of DAYS."""
    if not reader(request).is_author:
        raise Http404("For authors.")
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else 30
    lines = [(one, one.article.current(language())) for one in readings.table(days)]
    context = {"lines": lines, "days": days, "choices": DAYS, "here": "articles"}
    return render(request, "statistics.html", context)
