"""How often articles are read: a number for each day, and nobody's name, address or session."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from kb.models import Article, Feedback, Reading

log = logging.getLogger(__name__)


def count(article: Article, language: str) -> None:
    """One more reading today. A database that is busy loses the count and not the page."""
    today = timezone.now().date()
    try:
        with transaction.atomic():
            row, _ = Reading.objects.get_or_create(article=article, language=language, day=today)
            Reading.objects.filter(pk=row.pk).update(count=F("count") + 1)
    except OperationalError as error:
        log.info("A reading was not counted: %r", error)


@dataclass(frozen=True)
class Line:
    """One article: readings in the time that was asked for, and what readers said of its revisions then."""

    article: Article
    readings: int
    helpful: int
    not_helpful: int


def table(days: int, most: int = 500) -> list[Line]:
    """The articles that were read or judged in the last `days`, most read first: two queries."""
    since = timezone.now() - timedelta(days=days)
    read = Article.objects.annotate(n=Sum("readings__count", filter=Q(readings__day__gt=since.date())))
    said = (
        Feedback.objects.filter(step="", said__gt=since)
        .order_by()
        .values("revision__article")
        .annotate(yes=Count("pk", filter=Q(helpful=True)), no=Count("pk", filter=Q(helpful=False)))
    )
    by_article = {row["revision__article"]: (row["yes"], row["no"]) for row in said}
    shown = read.filter(Q(n__gt=0) | Q(pk__in=by_article)).prefetch_related("revisions")
    ordered = shown.order_by(F("n").desc(nulls_last=True), "slug")[:most]
    return [Line(one, one.n or 0, *by_article.get(one.pk, (0, 0))) for one in ordered]
