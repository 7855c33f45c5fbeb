"""SearchEntry."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from kb.models.article import Article
from kb.models.capture import Capture

if TYPE_CHECKING:
    from kb.models.user import User


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """Entries, narrowed."""

    def visible_to(self, user: "User | AnonymousUser") -> "SearchEntryQuerySet":
        """What this person may find: what is public to those who are signed in, and the captures of the
        person's own teams. Every search begins here.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        theirs = Capture.objects.belonging_to(user).values("pk")
        return self.filter(Q(capture=None) | Q(capture__in=theirs))


class SearchEntry(models.Model):
    """A thing that can be found, in one language. Written where words change (kb/search/index.py).

    The terms of public entries stand apart, in the table kb_searchterms of SQLite or the column `terms` of
    PostgreSQL, which no model knows; captures have none: they are searched by any part of their text.
    """

    class Kind(models.TextChoices):
        """What it leads to."""

        ARTICLE = "article"
        RUNBOOK = "runbook"
        EXPERIMENT = "experiment"
        CAPTURE = "capture"
        ATTACHMENT = "attachment"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=100)  # slug, name or uid: with the kind, the thing
    language = models.CharField(max_length=2)
    # Where it came from, so that it goes when that goes; neither for experiments.
    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="+")
    capture = models.ForeignKey(Capture, null=True, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=100)
    url = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    lead = models.TextField()  # what it says in a sentence
    text = models.TextField()  # plain
    codes = models.JSONField(default=list)  # diagnoses that it explains, shows or holds
    tags = models.JSONField(default=list)
    head = models.TextField()  # folded: title, codes, their names, tags, key
    body = models.TextField()  # folded: lead and text
    stamp = models.CharField(max_length=64)  # of all that it was made from; equal stamps need no writing
    updated = models.DateTimeField(auto_now=True)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "language"], name="one_entry_for_each_language"),
            models.CheckConstraint(
                condition=Q(kind="capture", capture__isnull=False)
                | (~Q(kind="capture") & Q(capture__isnull=True)),
                name="a_capture_and_nothing_else_is_of_a_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.language}"
