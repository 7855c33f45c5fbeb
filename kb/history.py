"""What happened to articles: rows are added where it happens, and read by history, feeds and watchers."""

from django.db.models import QuerySet

from kb.models import Article, Event, Revision, User

LONGEST = 300  # characters of a note


def record(
    kind: Event.Kind,
    article: Article,
    *,
    revision: Revision | None = None,
    actor: User | None = None,
    note: str = "",
) -> Event:
    """Adds what has just happened; call it in the transaction that made it happen."""
    return Event.objects.create(
        kind=kind, article=article, revision=revision, actor=actor, note=note[:LONGEST]
    )


def known_to(user: User) -> QuerySet[Event]:
    """Events that this person may know of, newest first: what is not approved is the authors' matter."""
    every = Event.objects.select_related("article", "revision", "actor")
    return every if user.is_author else every.filter(kind__in=Event.PUBLIC)
