"""The part of an article's address that names it."""

import re
import unicodedata

from django.db.models import Q
from django.urls import Resolver404, resolve

from kb.articles import is_wide
from kb.models import Article
from kb.unwritten import BadAddress

SHORTEST, LONGEST = 3, 80
PROPOSED = 60  # characters of an address that is made from a title
# Words that pages of ours have, or may come to have.
RESERVED = frozenset(
    [
        *("all", "api", "archive", "changes", "drafts", "edit", "export", "feed", "feeds", "history"),
        *("import", "index", "latest", "new", "print", "review", "revisions", "rss", "search", "tags"),
        *("translate", "write"),
    ]
)


def proposed(title: str) -> str:
    """An address made from the title, which no article has; empty when its letters are not Latin ones."""
    slug = plain(title)
    return free(slug) if slug else ""


def plain(title: str) -> str:
    """The title's words as an address, be it taken or not; empty when its letters are not Latin ones."""
    if any(is_wide(character) for character in title):
        return ""
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    slug = words if len(words) <= PROPOSED else words[: PROPOSED + 1].rpartition("-")[0] or words[:PROPOSED]
    return slug if len(slug) >= SHORTEST else ""


def free(slug: str) -> str:
    """The address, with a number behind it where it is taken."""
    numbered = (slug if number == 1 else f"{slug}-{number}" for number in range(1, 1000))
    return next(one for one in numbered if trouble(one) is None)


def trouble(slug: str) -> BadAddress | None:
    """Why a new article cannot have the address."""
    if not SHORTEST <= len(slug) <= LONGEST or not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug):
        return BadAddress.form()
    if slug in RESERVED or not leads_to_an_article(slug):
        return BadAddress.taken(slug)
    known = Q(slug=slug) | Q(code=slug) | Q(code=slug.replace("-", "_"))
    return BadAddress.taken(slug) if Article.objects.filter(known).exists() else None


def leads_to_an_article(slug: str) -> bool:
    """Whether no page of ours stands at the address where an article, or a runbook, would."""
    try:
        return resolve(f"/articles/{slug}/").kwargs == {"slug": slug}
    except Resolver404:
        return False
