"""Writing for programs: what they send awaits review like what people write in the browser.

The operations stand on the router of kb/apis/articles.py, because two routers cannot share a path.
"""

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Schema, Status

from kb import review, submitting, writing
from kb import words as wording
from kb.apis.articles import Language, router
from kb.apischemas import Problem
from kb.conflicts import moved_on
from kb.disputes import plain
from kb.models import Article, Draft, Revision, User
from kb.outcomes import NotAccepted
from kb.templatetags.readable import language as language_of_caller
from kb.unwritten import MovedOn, NotAnAuthor


class Written(Schema):
    """Words of an article."""

    title: str = Field(description="At most 200 characters.")
    summary: str = Field(description="One paragraph of at most 1,000 characters.")
    body: str = Field(description="Markdown, at most 200,000 characters.")
    tags: list[str] | None = Field(None, description="null: as they are.")
    comment: str = Field("", description="What was changed, and why.")


class New(Written):
    """A new article or runbook."""

    slug: str = Field("", description="Its address: a to z, digits, hyphens; empty: made from the title.")
    kind: Literal["article", "runbook"] = "article"
    language: Language = Field(description="The one that leads; the other will be its translation.")


class Changed(Written):
    """Another wording of an article."""

    based_on: int | None = Field(
        None, description="The revision that was changed, as GET tells; null: there is none in this language."
    )
    translates: int | None = Field(
        None, description="Of a translation: the revision of the original that it renders; null: as before."
    )


class Proposed(Schema):
    """A revision that awaits review."""

    slug: str
    language: Language
    revision: int
    state: Literal["in_review"]
    url: str


class Current(Schema):
    """What readers see now."""

    revision: int
    title: str
    summary: str
    body: str


class Outdated(Problem):
    """Why not, and on what to write instead."""

    current: Current | None = None


TROUBLE: dict[int, Any] = {
    **dict.fromkeys((401, 403, 404, 413, 422, 429), Problem),
    409: Outdated,
}


@router.post("/articles", response={201: Proposed, **TROUBLE}, summary="Propose a new article")
def propose_new(request: HttpRequest, new: New) -> Status[Any]:
    """For authors. Readers see it when a curator has approved it."""
    user = caller(request)
    draft = Draft(author=user, kind=new.kind, language=new.language, slug=plain(new.slug))
    return proposed(user, draft, new)


@router.put("/articles/{slug}/{language}", response={201: Proposed, **TROUBLE}, summary="Propose other words")
def propose(request: HttpRequest, slug: str, language: Language, words: Changed) -> Status[Any]:
    """For authors. 409 with `current` when another revision was approved since `based_on`: merge the two."""
    user = caller(request)
    article = Article.objects.filter(slug=plain(slug)).first() if user.is_author else None
    if user.is_author and article is None:
        raise Http404
    draft = Draft(author=user, article=article, language=language)
    if article is not None:
        draft.kind, draft.tags = article.kind, article.tags
        draft.based_on = one_of(article, language, words.based_on, user)
        draft.translates = rendered(article, language, words.translates, draft.based_on, user)
    return proposed(user, draft, words)


def caller(request: HttpRequest) -> User:
    """Who asks; kb.apikeys has settled it."""
    assert isinstance(request.user, User)
    return request.user


def one_of(article: Article, language: str, number: int | None, user: User) -> Revision | None:
    """The article's revision of that number, if this person may read it; 404 when it is not there."""
    if number is None:
        return None
    seen = review.visible_to(user).filter(article=article, language=language)
    found = seen.filter(pk=number).first() if 0 < number < 2**63 else None
    if found is None:
        raise Http404
    return found


def rendered(
    article: Article, language: str, number: int | None, based_on: Revision | None, user: User
) -> Revision | None:
    """The revision of the original that a translation renders: as said, else as before, else the present."""
    if language == article.original:
        return None
    if number is not None:
        return one_of(article, article.original, number, user)
    return based_on.translates if based_on else writing.pinned(article, article.original)


def proposed(user: User, draft: Draft, said: Written) -> Status[Any]:
    """Submits the words, of which no draft is kept; or says why not."""
    if not user.is_author:
        return trouble(NotAnAuthor.at_all())
    form = said.dict(include={"title", "summary", "body"})
    words = wording.read({**form, "tags": draft.tags if said.tags is None else said.tags})
    for name, value in writing.columns(words).items():
        setattr(draft, name, value)
    draft.comment = wording.one_line(said.comment)[: wording.LONGEST_COMMENT]
    made = submitting.submit(draft, user)
    if isinstance(made, NotAccepted):
        return trouble(made, moved_on(draft) if isinstance(made, MovedOn) else None)
    answer = {"revision": made.pk, "state": made.state, "url": made.get_absolute_url()}
    return Status(201, {"slug": made.article.slug, "language": made.language, **answer})


def trouble(why: NotAccepted, now: Revision | None = None) -> Status[Any]:
    """One sentence; and what readers see now, where that is why."""
    answer: dict[str, Any] = {"detail": why.text(language_of_caller())}
    if now is not None:
        words = {"title": now.title, "summary": now.summary, "body": now.body}
        answer["current"] = {"revision": now.pk, **words}
    return Status(why.status, answer)
