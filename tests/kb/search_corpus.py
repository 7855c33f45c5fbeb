"""Things to find, for tests."""

from kb.models import Article, Revision
from kb.search import index
from kb.shipped import digest


def article(slug: str, title: str, body: str = "", **more: object) -> Article:
    """An article or runbook with an approved revision, in the index."""
    language = str(more.pop("language", "en"))
    summary = str(more.pop("summary", ""))
    made, _ = Article.objects.get_or_create(slug=slug, defaults=more)
    Revision.objects.create(
        article=made,
        language=language,
        title=title,
        summary=summary,
        body=body,
        origin="shipped",
        state="approved",
        digest=digest(title, summary, body),
    )
    index.article(Article.objects.get(pk=made.pk))
    return made
