"""Writing: a draft is begun, saved while it is written, and thrown away or submitted (kb/submitting.py)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from kb import slugs
from kb import words as wording
from kb.models import Article, Draft, Revision, User
from kb.outcomes import NotAccepted
from kb.unwritten import SavedElsewhere, TooLong, TooManyDrafts
from kb.words import Words

STATE = Revision.State
Begin = Callable[[Article, str, User], Draft | None]  # article, language, author; None: nothing to stand on
MOST_DRAFTS = 200  # of one author


@dataclass(frozen=True)
class Notes:
    """What is said of the words beside them: what was changed, and the address of a new article."""

    comment: str = ""
    slug: str = ""


# ---- begin


def begin_new(author: User, kind: str, language: str, start: Words) -> Draft | NotAccepted:
    """A draft of an article, or a runbook, that does not exist yet."""
    if author.drafts.count() >= MOST_DRAFTS:
        return TooManyDrafts.than(MOST_DRAFTS)
    if start.are_too_long:
        return too_long()
    slug = slugs.proposed(start.title)
    return Draft.objects.create(author=author, kind=kind, language=language, slug=slug, **columns(start))


def begin_edit(article: Article, language: str, author: User) -> Draft | None:
    """The author's draft of the article in that language: the one that there is, or a new one.

    A new one continues what the author has submitted already, else what readers see; where that language has
    no words yet it becomes a translation. None when there is nothing that it could stand on.
    """
    kept = author.drafts.filter(article=article, language=language).first()
    if kept is not None:
        return kept
    stands_on = continued(article, language, author) or pinned(article, language)
    if stands_on is not None:
        return begin_on(stands_on, author)
    return begin_translation(article, language, author)


def begin_on(revision: Revision, author: User) -> Draft:
    """A draft that begins with a revision's words, or the one that there is already."""
    return begun(
        author,
        revision.article,
        revision.language,
        wording.of(revision),
        based_on=revision,
        translates=revision.translates,
    )


def begin_translation(article: Article, language: str, author: User) -> Draft | None:
    """A draft of the other language: the translation as it is, or, when there is none, the original's words
    to write over. None while the original is not approved.
    """
    original = pinned(article, article.original)
    if original is None or language == article.original:
        return None
    there = continued(article, language, author) or pinned(article, language)
    return begun(
        author, article, language, wording.of(there or original), based_on=there, translates=original
    )


def begun(
    author: User,
    article: Article,
    language: str,
    start: Words,
    *,
    based_on: Revision | None,
    translates: Revision | None,
) -> Draft:
    """The author's one draft of the article in that language; made with these words unless it is there."""
    made = {**columns(start), "kind": article.kind, "based_on": based_on, "translates": translates}
    try:
        with transaction.atomic():
            draft, _ = Draft.objects.get_or_create(
                author=author, article=article, language=language, defaults=made
            )
    except IntegrityError:  # two windows at one moment
        draft = Draft.objects.get(author=author, article=article, language=language)
    return draft


def continued(article: Article, language: str, author: User) -> Revision | None:
    """What the author has submitted and is not decided, or was sent back since the last approval."""
    own = article.revisions.filter(
        author=author, language=language, state__in=(STATE.IN_REVIEW, STATE.RETURNED)
    )
    newest = own.order_by("-pk").first()
    now = pinned(article, language)
    if newest is None or (newest.state == STATE.RETURNED and now is not None and now.pk > newest.pk):
        return None
    return newest


def pinned(article: Article, language: str) -> Revision | None:
    """What readers of that language see."""
    return article.revisions.filter(language=language, state=STATE.APPROVED).first()


def columns(words: Words) -> dict[str, object]:
    """As a draft keeps them."""
    return {"title": words.title, "summary": words.summary, "body": words.body, "tags": list(words.tags)}


# ---- save


def save(draft: Draft, version: int, words: Words, notes: Notes) -> NotAccepted | None:
    """Keeps the words, if nobody has saved the draft since `version`; returns why not.

    `draft` then has the words and the version of this saving; else it is as another window left it.
    """
    if words.are_too_long:
        return too_long()
    kept = {
        **columns(words),
        "comment": wording.one_line(notes.comment)[: wording.LONGEST_COMMENT],
        "slug": wording.one_line(notes.slug)[: slugs.LONGEST],
    }
    same = Draft.objects.filter(pk=draft.pk, version=version)
    saved = same.update(**kept, version=F("version") + 1, updated=timezone.now())
    draft.refresh_from_db()
    return None if saved else SavedElsewhere.meanwhile()


def too_long() -> TooLong:
    """With the limits."""
    return TooLong.than(wording.LONGEST_TITLE, wording.LONGEST_SUMMARY, wording.LONGEST_BODY)


def discard(draft: Draft) -> None:
    """Throws it away; what was submitted stays."""
    draft.delete()
