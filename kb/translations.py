"""Translations that render an older wording of their original than readers of it see."""

from collections import defaultdict
from dataclasses import dataclass

from kb.models import Article, Revision

APPROVED = Revision.State.APPROVED


@dataclass(frozen=True)
class Behind:
    """A translation whose original has moved on."""

    article: Article
    translation: Revision  # what readers of its language see
    was: Revision  # the original's wording that it renders
    now: Revision  # the original's wording that readers see


def behind(article: Article) -> Behind | None:
    """The article's translation, if its original has moved on."""
    return next(iter(_behind(article=article)), None)


def every_one_behind() -> list[Behind]:
    """All of them, the longest behind first; one query, however many articles there are."""
    return sorted(_behind(), key=lambda one: one.now.reviewed or one.now.created)


def _behind(**narrowed: Article) -> list[Behind]:
    approved = Revision.objects.filter(state=APPROVED, **narrowed).defer("body", "translates__body")
    by_article: dict[int, list[Revision]] = defaultdict(list)
    for revision in approved.select_related("article", "translates").order_by("pk"):
        by_article[revision.article_id].append(revision)
    return [found for both in by_article.values() if (found := _of_both(both))]


def _of_both(both: list[Revision]) -> Behind | None:
    """Of an article's approved revisions: the same words as before are no move, whatever their number."""
    article = both[0].article
    now = next((one for one in both if one.language == article.original), None)
    other = next((one for one in both if one.language != article.original), None)
    if now is None or other is None or other.translates is None:
        return None
    was = other.translates
    is_moved = was.pk != now.pk and was.digest != now.digest and was.language == now.language
    return Behind(article, other, was, now) if is_moved else None
