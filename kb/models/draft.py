"""Draft."""

from django.conf import settings
from django.db import models

from kb.models.article import Article
from kb.models.capture import new_uid
from kb.models.language import Language
from kb.models.revision import Revision


class Draft(models.Model):
    """What one person is writing, saved while it is written. It becomes a revision, or is thrown away.

    Only its author sees it.
    """

    uid = models.CharField(max_length=16, unique=True, default=new_uid, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    # Null: an article that does not exist yet.
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="drafts"
    )
    kind = models.CharField(max_length=7, choices=Article.Kind.choices, default=Article.Kind.ARTICLE)
    slug = models.CharField(max_length=80, blank=True, default="")  # of an article that does not exist yet
    language = models.CharField(max_length=2, choices=Language.choices)
    based_on = models.ForeignKey(Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    translates = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=200, blank=True, default="")
    summary = models.TextField(blank=True, default="")
    body = models.TextField(blank=True, default="")  # Markdown
    tags = models.JSONField(default=list, blank=True)
    comment = models.CharField(max_length=300, blank=True, default="")
    version = models.PositiveIntegerField(default=0)  # grows with each saving; two windows notice each other
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "article", "language"],
                condition=models.Q(article__isnull=False),
                name="one_draft_of_each_author_per_language",
            )
        ]

    def __str__(self) -> str:
        return self.uid

    def get_absolute_url(self) -> str:
        """Where it is written."""
        return f"/write/{self.uid}/"
