"""Articles that come with the product: loaded as approved revisions, and never over a person's words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from kb.models import Article, Revision
from kb.models.language import Language

ORIGIN, STATE = Revision.Origin, Revision.State


class Unreadable(Exception):
    """A shipped article without its front matter: a fault of ours, so it stops the loading."""


@dataclass(frozen=True)
class Shipped:
    """One article in one language, as its file holds it."""

    slug: str
    code: str | None
    language: str
    title: str
    summary: str
    body: str

    @property
    def digest(self) -> str:
        """SHA-256 of the words: two files with one digest say the same."""
        return digest(self.title, self.summary, self.body)


@dataclass(frozen=True)
class Loaded:
    """What a loading did, in revisions."""

    approved: int = 0
    proposed: int = 0
    unchanged: int = 0


def digest(title: str, summary: str, body: str) -> str:
    """SHA-256 of title, summary and body, hexadecimal."""
    return hashlib.sha256("\0".join((title, summary, body)).encode()).hexdigest()


def files(base: Path) -> Iterator[Shipped]:
    """The articles of the diagnoses, then those without a code (handshake, glossary)."""
    for language in Language.values:
        for path in sorted((base / "diagnoses").glob(f"*/article.{language}.md")):
            code = path.parent.name
            yield parse(path, slug=code.replace("_", "-"), code=code, language=language)
        for path in sorted((base / "kb" / "content").glob(f"*.{language}.md")):
            slug = path.name.removesuffix(f".{language}.md").replace("_", "-")
            yield parse(path, slug=slug, code=None, language=language)


def parse(path: Path, *, slug: str, code: str | None, language: str) -> Shipped:
    """Splits front matter (title and summary, between two lines ---) from the Markdown below it."""
    head, line, body = path.read_text("utf-8").removeprefix("---\n").partition("\n---\n")
    pairs = (entry.partition(":") for entry in head.splitlines())
    fields = {name.strip(): unquoted(value.strip()) for name, _, value in pairs}
    if not line or not fields.get("title") or not fields.get("summary"):
        raise Unreadable(f"{path} must begin with --- and give title and summary before the next ---.")
    return Shipped(slug, code, language, fields["title"], fields["summary"], body.strip() + "\n")


def unquoted(value: str) -> str:
    """Without the quotation marks that YAML allows around a value."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def load(base: Path) -> Loaded:
    """Loads every article below the project's folder. Loading again changes nothing."""
    approved = proposed = unchanged = 0
    for shipped in files(base):
        done = load_one(shipped)
        approved += done == STATE.APPROVED
        proposed += done == STATE.IN_REVIEW
        unchanged += done is None
    return Loaded(approved, proposed, unchanged)


@transaction.atomic
def load_one(shipped: Shipped) -> Revision.State | None:
    """Loads one: approved, in review as a proposal, or None when these words have been here before."""
    article, _ = Article.objects.get_or_create(slug=shipped.slug, defaults={"code": shipped.code})
    revisions = Revision.objects.filter(article=article, language=shipped.language)
    pinned = revisions.filter(state=STATE.APPROVED).first()
    edited = pinned is not None and pinned.origin != ORIGIN.SHIPPED
    # Over a person's revision a text is proposed once, whatever became of the proposal. Ours is compared with
    # what readers see now, so that going back to an older release shows that release's words.
    known = revisions.exclude(origin=ORIGIN.PERSON) if edited else revisions.filter(state=STATE.APPROVED)
    if known.filter(digest=shipped.digest).exists():
        return None
    if pinned is not None and not edited:
        Revision.objects.filter(pk=pinned.pk).update(state=STATE.SUPERSEDED)
    state = STATE.IN_REVIEW if edited else STATE.APPROVED
    revisions.create(
        article=article,
        language=shipped.language,
        title=shipped.title,
        summary=shipped.summary,
        body=shipped.body,
        origin=ORIGIN.PROPOSAL if edited else ORIGIN.SHIPPED,
        state=state,
        based_on=pinned,
        digest=shipped.digest,
    )
    return state
