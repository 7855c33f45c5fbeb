"""Search, for programs: the same hits as on the page."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from kb.apischemas import Problem
from kb.models import User
from kb.search.answer import by_symptom, by_words
from kb.search.find import Found, Hit
from kb.templatetags.readable import language

router = Router()
LONGEST_ANSWER = 100


class SearchHit(Schema):
    """One thing that was found."""

    kind: str = Field(description="article, runbook, experiment, capture or attachment.")
    title: str
    url: str
    slug: str = Field(
        description="Of an article or runbook; of an attachment, its article's; else name or id."
    )
    language: str = Field(description="Of title and snippet: en, ja, or empty where it has none.")
    codes: list[str] = Field(description="Diagnoses that it explains, shows, or holds.")
    snippet: str = Field(description="Plain text.")
    marks: list[tuple[int, int]] = Field(
        description="Where the words stand in the snippet: start and end, in Unicode characters."
    )


class SearchAnswer(Schema):
    """The best hits first."""

    query: str
    hits: list[SearchHit]
    count: int = Field(
        description="How many there are, of those that were looked at; more than hits, at most some hundred."
    )


class Pasted(Schema):
    """What was seen: log lines, output of tcpdump, ss, netstat, nstat, dig and the like."""

    text: str = Field(max_length=200_000)


class Because(Schema):
    """Something in the text that was recognised."""

    codes: list[str] = Field(description="Diagnoses that it may be, the likeliest first.")
    text: str = Field(description="Why, in your language.")
    line: str = Field(description="The line that shows it; empty where it is many.")


class SymptomAnswer(Schema):
    """What the text points to, and the pages that explain it."""

    codes: list[str]
    reasons: list[Because]
    hits: list[SearchHit]


@router.get("/search", response={200: SearchAnswer, 401: Problem, 422: Problem}, summary="Search")
def search(
    request: HttpRequest, q: str = "", limit: Annotated[int, Query(ge=1, le=LONGEST_ANSWER)] = 20
) -> dict[str, Any]:
    """Words of any length in English and Japanese, error strings, codes, tags; names, hosts and findings of
    your captures. Your language comes first."""
    assert isinstance(request.user, User)
    return answer(by_words(request.user, q, language(), limit=limit))


def answer(found: Found) -> dict[str, Any]:
    """As the document describes it."""
    return {"query": found.query.text, "hits": [hit(each) for each in found.hits], "count": found.count}


def hit(one: Hit) -> dict[str, Any]:
    """As the document describes it."""
    return {
        "kind": one.kind,
        "title": one.title,
        "url": one.url,
        "slug": one.slug,
        "language": one.language,
        "codes": list(one.codes),
        "snippet": one.snippet.text,
        "marks": one.snippet.marks,
    }


@router.post(
    "/search/symptom", response={200: SymptomAnswer, 401: Problem, 422: Problem}, summary="Search by symptom"
)
def symptom(request: HttpRequest, pasted: Pasted) -> dict[str, Any]:
    """Articles and runbooks for a pasted text, which is not kept."""
    assert isinstance(request.user, User)
    found = by_symptom(request.user, pasted.text, language())
    reasons = [
        {"codes": list(each.codes), "text": each.text(language()), "line": each.line}
        for each in found.reasons
    ]
    return {"codes": list(found.codes), "reasons": reasons, "hits": [hit(each) for each in found.hits]}
