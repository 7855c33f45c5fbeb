"""What an author has under way, and where a draft is begun."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kb import beginnings, blank, writing
from kb import words as wording
from kb.models import Article, Draft, Revision
from kb.models.language import Language
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language
from kb.unwritten import NothingToBeginWith
from kb.views.authors import article_or_404, author, authors_only
from kb.words import Words

KIND, STATE = Article.Kind, Revision.State
REVISIONS_SHOWN = 50


@authors_only
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My drafts, and what became of what I submitted."""
    revisions = Revision.objects.filter(author=author(request)).select_related("article", "reviewed_by")
    context = {
        "drafts": author(request).drafts.select_related("article"),
        "revisions": revisions.exclude(state=STATE.DRAFT).order_by("-pk")[:REVISIONS_SHOWN],
        "here": "write",
    }
    return render(request, "write.html", context)


@authors_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new article or runbook: `kind`, `language`, `title`, and `from`, such as experiment:NAME."""
    if request.method == "POST":
        made = begun(request)
        if isinstance(made, Draft):
            return redirect(made)
        return render(request, "write_new.html", form(request, made), status=made.status)
    return render(request, "write_new.html", form(request))


def form(request: HttpRequest, trouble: NotAccepted | None = None) -> dict[str, object]:
    """What the page of a new article shows: what was asked for, and what it can begin with."""
    asked = request.POST if request.method == "POST" else request.GET
    lang, source = chosen(asked.get("language", ""), Language.values, language()), asked.get("from", "")[:200]
    return {
        "kind": chosen(asked.get("kind", ""), KIND.values, KIND.ARTICLE),
        "language": lang,
        "languages": Language.choices,
        "title": asked.get("title", "")[: wording.LONGEST_TITLE],
        "source": source,
        "begins": beginnings.words(request, source, lang) if source else None,
        "sources": beginnings.sources(request),
        "told": trouble.text(language()) if trouble else "",
        "here": "write",
    }


def chosen(asked: str, among: list[str], otherwise: str) -> str:
    """What was asked for, if there is such a thing."""
    return asked if asked in among else otherwise


def begun(request: HttpRequest) -> Draft | NotAccepted:
    """The draft that the form asks for."""
    kind = chosen(request.POST.get("kind", ""), KIND.values, KIND.ARTICLE)
    lang = chosen(request.POST.get("language", ""), Language.values, language())
    source, title = request.POST.get("from", ""), wording.one_line(request.POST.get("title", ""))
    start = beginnings.words(request, source, lang) if source else blank.words(kind, lang)
    if start is None:
        return NothingToBeginWith.there()
    words = Words(title or start.title, start.summary, start.body, start.tags)
    return writing.begin_new(author(request), kind, lang, words)


@authors_only
@require_safe
def things(request: HttpRequest) -> JsonResponse:
    """What a live block of `kind` can show, narrowed by `q`; for the editor's dialog."""
    found = beginnings.choices(request, request.GET.get("kind", ""), request.GET.get("q", "")[:100])
    return JsonResponse({"choices": [{"argument": one.argument, "label": one.label} for one in found]})


# ---- from the page of an article


@authors_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str, kind: str = KIND.ARTICLE) -> HttpResponse:
    """Leads to the author's draft in `language`. GET begins none: a page asks first."""
    found = article_or_404(slug, kind)
    lang = wanted(request, found)
    return opened(request, found, lang, writing.begin_edit)


@authors_only
@require_http_methods(["GET", "HEAD", "POST"])
def translate(request: HttpRequest, slug: str, kind: str = KIND.ARTICLE) -> HttpResponse:
    """The same for the language that does not lead."""
    found = article_or_404(slug, kind)
    other = Language.JAPANESE if found.original == Language.ENGLISH else Language.ENGLISH
    return opened(request, found, other, writing.begin_translation)


def wanted(request: HttpRequest, found: Article) -> str:
    """The language to write in: as asked, else the one that leads."""
    asked = request.POST.get("language") or request.GET.get("language", "")
    return chosen(asked, Language.values, found.original)


def opened(request: HttpRequest, found: Article, lang: str, begin: writing.Begin) -> HttpResponse:
    """The draft that there is; on POST a new one."""
    kept = author(request).drafts.filter(article=found, language=lang).first()
    if kept is None and request.method == "POST":
        kept = begin(found, lang, author(request))
        if kept is None:
            raise Http404("There is nothing to write on.")
    if kept is not None:
        return redirect(kept)
    context = {"article": found, "language": lang, "shown": found.current(lang), "here": "write"}
    return render(request, "write_begin.html", context)


@authors_only
@require_POST
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """A draft on one of the author's own revisions: what waits or was sent back is written on."""
    own = Revision.objects.filter(author=author(request), state__in=(STATE.IN_REVIEW, STATE.RETURNED))
    found = own.select_related("article").filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise Http404("No such revision.")
    return redirect(writing.begin_on(found, author(request)))
