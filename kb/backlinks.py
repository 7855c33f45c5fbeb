"""What links here: approved articles that lead to one, by a link or by a block that lives."""

import re

from django.db.models import Q

from kb.models import Article, Revision

MOST = 50  # articles that are named
LOOKED_AT = 400  # wordings whose text is read for it


def to(article: Article, language: str) -> list[Revision]:
    """The wordings, one of each article, in the reader's language where there is one. One query.

    A link, `::section slug`, and for an article about a finding `::finding code`.
    """
    asked = Q(body__contains=f"s/{article.slug}") | Q(body__contains=f"::section {article.slug}")
    if article.code:
        asked |= Q(body__contains="::finding ") | Q(body__contains=f"/articles/{article.code}")
    approved = Revision.objects.filter(asked, state=Revision.State.APPROVED).exclude(article=article)
    leads = pattern(article)
    by_article: dict[int, Revision] = {}
    for revision in approved.select_related("article").order_by("article__slug", "pk")[:LOOKED_AT]:
        if leads.search(revision.body):
            kept = by_article.setdefault(revision.article_id, revision)
            if kept.language != language == revision.language:
                by_article[revision.article_id] = revision
    return list(by_article.values())[:MOST]


def pattern(article: Article) -> re.Pattern[str]:
    """What a text holds that leads to the article; the slug of another may begin like it."""
    slug = re.escape(article.slug)
    ways = [rf"/(?:articles|runbooks)/{slug}/?(?![\w-])", rf"^::section[ \t]+{slug}(?![\w-])"]
    if article.code:
        either = article.code.replace("_", "[-_]")
        ways += [rf"^::finding[ \t]+{either}(?![\w-])", rf"/articles/{re.escape(article.code)}/?(?![\w-])"]
    return re.compile("|".join(ways), re.M)
