"""Watching articles: what happened to them since one has looked is news."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from kb import history
from kb.models import Article, Event, User, Watch


def is_watched(article: Article, user: User) -> bool:
    """Whether this person watches it."""
    return Watch.objects.filter(article=article, user=user).exists()


def watch(article: Article, user: User) -> None:
    """From now on; again changes nothing."""
    Watch.objects.get_or_create(article=article, user=user)


def unwatch(article: Article, user: User) -> None:
    """No longer."""
    Watch.objects.filter(article=article, user=user).delete()


def watched(user: User) -> QuerySet[Watch]:
    """What this person watches, by slug."""
    found = Watch.objects.filter(user=user).select_related("article").order_by("article__slug")
    return found.prefetch_related("article__revisions")


def news(user: User) -> QuerySet[Event]:
    """What others did to the watched articles since, as far as this person may know of it; newest first."""
    theirs = Q(article__watches__user=user, at__gt=F("article__watches__seen"))
    return history.known_to(user).filter(theirs).exclude(actor=user)


def seen(user: User, until: datetime) -> None:
    """All that happened until then has been looked at."""
    Watch.objects.filter(user=user).update(seen=until)
