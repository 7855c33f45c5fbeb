"""Articles that come with the product: loaded as approved revisions, and never over a person's words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.db.models import OuterRef, Subquery

from kb import history
from kb.models import Article, Event, Lead, Revision
from kb.models.language import Language
from kb.search import index

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
    kind: Article.Kind = Article.Kind.ARTICLE
    tags: tuple[str, ...] = field(default=())
    codes: tuple[str, ...] = field(default=())  # of a runbook: the findings that lead to it

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
    """The articles of the diagnoses, then those without a code (handshake, glossary), then the runbooks."""
    for language in Language.values:
        for path in sorted((base / "diagnoses").glob(f"*/article.{language}.md")):
            code = path.parent.name
            yield parse(path, slug=code.replace("_", "-"), code=code, language=language)
        for folder in ("content", "runbooks"):
            for path in sorted((base / "kb" / folder).glob(f"*.{language}.md")):
                slug = path.name.removesuffix(f".{language}.md").replace("_", "-")
                yield parse(path, slug=slug, code=None, language=language)


def parse(path: Path, *, slug: str, code: str | None, language: str) -> Shipped:
    """Splits front matter (title, summary, tags, codes; between two lines ---) from the Markdown below it."""
    head, line, body = path.read_text("utf-8").removeprefix("---\n").partition("\n---\n")
    pairs = (entry.partition(":") for entry in head.splitlines())
    fields = {name.strip(): unquoted(value.strip()) for name, _, value in pairs}
    if not line or not fields.get("title") or not fields.get("summary"):
        raise Unreadable(f"{path} must begin with --- and give title and summary before the next ---.")
    return Shipped(
        slug,
        code,
        language,
        fields["title"],
        fields["summary"],
        body.strip() + "\n",
        kind=Article.Kind.RUNBOOK if path.parent.name == "runbooks" else Article.Kind.ARTICLE,
        tags=listed(fields.get("tags", "")),
        codes=listed(fields.get("codes", "")),
    )


def listed(value: str) -> tuple[str, ...]:
    """The words between commas."""
    return tuple(word for part in value.split(",") if (word := part.strip()))


def unquoted(value: str) -> str:
    """Without the quotation marks that YAML allows around a value."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def load(base: Path) -> Loaded:
    """Loads every article below the project's folder. Loading again changes nothing."""
    approved = proposed = unchanged = 0
    every = list(files(base))
    for shipped in every:
        done = load_one(shipped)
        approved += done == STATE.APPROVED
        proposed += done == STATE.IN_REVIEW
        unchanged += done is None
    pair()
    lead([shipped for shipped in every if shipped.kind == Article.Kind.RUNBOOK])
    index.refresh()
    return Loaded(approved, proposed, unchanged)


@transaction.atomic
def pair() -> None:
    """Both languages of a release belong together: its translations render its originals."""
    ours = Revision.objects.filter(state=STATE.APPROVED, origin=ORIGIN.SHIPPED)
    original = ours.filter(article=OuterRef("article"), language=OuterRef("article__original"))
    for revision in ours.annotate(renders=Subquery(original.values("pk")[:1])).select_related("article"):
        wanted = None if revision.language == revision.article.original else revision.renders
        if revision.translates_id != wanted and (wanted or revision.language == revision.article.original):
            Revision.objects.filter(pk=revision.pk).update(translates=wanted)


@transaction.atomic
def lead(runbooks: list[Shipped]) -> None:
    """Which finding leads to which runbook, as this release has it; a curator's leads stay as they are."""
    slugs = dict(Article.objects.filter(kind=Article.Kind.RUNBOOK).values_list("slug", "pk"))
    wanted = {(code, slugs[one.slug]) for one in runbooks for code in one.codes}
    for gone in Lead.objects.filter(shipped=True):
        if (gone.code, gone.runbook_id) not in wanted:
            gone.delete()
    there = set(Lead.objects.values_list("code", "runbook"))
    Lead.objects.bulk_create(
        Lead(code=code, runbook_id=runbook, shipped=True) for code, runbook in sorted(wanted - there)
    )


@transaction.atomic
def load_one(shipped: Shipped) -> Revision.State | None:
    """Loads one: approved, in review as a proposal, or None when these words have been here before."""
    article, _ = Article.objects.get_or_create(
        slug=shipped.slug,
        defaults={"code": shipped.code, "kind": shipped.kind, "tags": list(shipped.tags)},
    )
    revisions = Revision.objects.filter(article=article, language=shipped.language)
    pinned = revisions.filter(state=STATE.APPROVED).first()
    edited = pinned is not None and pinned.origin != ORIGIN.SHIPPED
    # Over a person's revision a text is proposed once, whatever became of the proposal. Ours is compared with
    # what readers see now, so that going back to an older release shows that release's words.
    known = revisions.exclude(origin=ORIGIN.PERSON) if edited else revisions.filter(state=STATE.APPROVED)
    is_read = pinned is not None and pinned.digest == shipped.digest
    if is_read or known.filter(digest=shipped.digest).exists():
        return None
    if pinned is not None and not edited:
        Revision.objects.filter(pk=pinned.pk).update(state=STATE.SUPERSEDED)
    if not edited and article.tags != list(shipped.tags):
        Article.objects.filter(pk=article.pk).update(tags=list(shipped.tags))
    state = STATE.IN_REVIEW if edited else STATE.APPROVED
    made = revisions.create(
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
    history.record(Event.Kind.SUBMITTED if edited else Event.Kind.LOADED, article, revision=made)
    if not edited:
        index.article(article)
    return state
