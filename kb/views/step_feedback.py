"""What one reader said of a revision or of a step: a page of its own, where a curator answers."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from kb import feedback
from kb.models import Case, Feedback, User
from kb.stepping import showing
from kb.stepping.reading import parse
from kb.templatetags.readable import language


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: int) -> HttpResponse:
    """Curators see it, who said it, and who wrote the revision. A curator's POST answers it: `answer`."""
    assert isinstance(request.user, User)
    said = feedback.visible_to(request.user).filter(pk=min(number, 2**62)).first()
    if said is None or (request.method == "POST" and not request.user.is_curator):
        raise Http404("No such word.")
    if request.method == "POST":
        return answered(request, said, request.user)
    return shown(request, said)


def shown(request: HttpRequest, said: Feedback, **more: object) -> HttpResponse:
    """The page. The case leads where only its team may go, so only they see that there is one."""
    case = Case.objects.visible_to(request.user).filter(pk=said.case_id or 0).first()
    step = parse(said.revision.body).named(said.step)
    context = {
        "said": said,
        "case": case,
        "step": showing.plain(step.title, {}) if step else said.step,
        "words": said.answer,
        "here": "runbooks" if said.revision.article.is_runbook else "articles",
        **more,
    }
    return render(request, "feedback_item.html", context)


def answered(request: HttpRequest, said: Feedback, curator: User) -> HttpResponse:
    """Takes the answer, or shows it again."""
    words = request.POST.get("answer", "")
    trouble = feedback.answer(said, curator, words)
    if trouble is None:
        return redirect("feedback-item", said.pk)
    page = shown(request, said, told=trouble.text(language()), words=words)
    page.status_code = trouble.status
    return page
