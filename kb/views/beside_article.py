"""What an article's page says of its review: proof, verification, translation, watching, what links here."""

from typing import Any

from django.contrib.auth.models import AnonymousUser

from kb import backlinks, proofs, translations, verification, watching
from kb.models import Article, Revision, User
from kb.templatetags.readable import language


def reviewed(article: Article, revision: Revision, user: User | AnonymousUser) -> dict[str, Any]:
    """For templates/parts/article_head.html and article_side.html; six queries at most."""
    assert isinstance(user, User)
    proof = proofs.of(article)
    is_original = revision.language == article.original
    return {
        "known": proof,
        "checked": verification.of(revision, proof),
        "behind": None if is_original else translations.behind(article),
        "is_watched": watching.is_watched(article, user),
        "linked_from": backlinks.to(article, language()),
    }
