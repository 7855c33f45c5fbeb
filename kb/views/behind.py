"""What changed in an original since it was translated."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from kb import translations
from kb.differences import compare
from kb.views.history import article_or_404
from kb.views.queue import author_or_404
from kb.wordings import difference


@login_required
@require_safe
def behind(request: HttpRequest, slug: str) -> HttpResponse:
    """The original's change beside the present translation; the article, where nothing is behind."""
    article = article_or_404(author_or_404(request), slug)
    found = translations.behind(article)
    asked = request.GET.get("language")
    if asked not in (None, "en", "ja"):
        raise Http404("No such language.")
    if found is None or asked not in (None, found.translation.language):
        return redirect(article.get_absolute_url())
    context = {
        "article": article,
        "behind": found,
        "difference": difference(found.was, found.now),
        "passages": compare(found.translation.body, found.translation.body),
        "here": "articles",
    }
    return render(request, "behind.html", context)
