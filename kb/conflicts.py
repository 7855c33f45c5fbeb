"""Two wordings of one article: of two windows, or of an author and of what was approved meanwhile."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from kb import merging, review, writing
from kb import words as wording
from kb.merging import Labels
from kb.models import Draft, Revision
from kb.outcomes import NotAccepted
from kb.words import Words
from kb.writing import Notes


@dataclass(frozen=True)
class Joined:
    """The words of both, and how many places in them somebody must settle."""

    words: Words
    conflicts: int


def join(base: Words | None, mine: Words, theirs: Words, labels: Labels) -> Joined:
    """Both changes of the base; None: nobody knows it.

    Of a title or a summary that both changed mine stays in its field, and both stand marked above the text.
    """
    body = base.body if base else merging.common(mine.body, theirs.body)
    merged = merging.merge(body, mine.body, theirs.body, labels)
    heads: list[str] = []
    before = (base.title, base.summary) if base else (None, None)
    title = of_two(before[0], mine.title, theirs.title, gettext("Title"), labels, heads)
    summary = of_two(before[1], mine.summary, theirs.summary, gettext("Summary"), labels, heads)
    text = "\n".join([*heads, "", merged.text]) if heads else merged.text
    tags = of_all(base.tags if base else (), mine.tags, theirs.tags)
    return Joined(Words(title, summary, text, tags), merged.conflicts + len(heads) // 5)


def of_two(base: str | None, mine: str, theirs: str, name: str, labels: Labels, heads: list[str]) -> str:
    """The one that was changed; where both were, mine, and five lines for the author to settle."""
    if mine in (base, theirs):
        return theirs
    if theirs != base:
        heads += merging.marked([f"{name}: {mine}"], [f"{name}: {theirs}"], labels)
    return mine


def of_all(base: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """Every tag that somebody added, none that somebody took away."""
    gone = {tag for tag in base if tag not in mine or tag not in theirs}
    return tuple(tag for tag in dict.fromkeys((*mine, *theirs)) if tag not in gone)


# ---- two windows


def save_both(draft: Draft, was: Words | None, mine: Words, notes: Notes) -> int | NotAccepted:
    """Merges what this window has with what another one saved, and keeps the result: how many places are to
    be settled, or why it is not kept. `was`: what this window last knew to be saved.
    """
    labels = Labels(gettext("this window"), gettext("the other window"))
    both = join(was, mine, wording.of(draft), labels)
    kept = Notes(notes.comment or draft.comment, notes.slug or draft.slug)
    trouble = writing.save(draft, draft.version, both.words, kept)
    return both.conflicts if trouble is None else trouble


# ---- what was approved meanwhile


def moved_on(draft: Draft) -> Revision | None:
    """What readers see now, when the draft does not stand on it."""
    if draft.article is None:
        return None
    now = writing.pinned(draft.article, draft.language)
    if now is None or (draft.based_on is not None and review.stands_on(draft.based_on, now)):
        return None
    return now


def before_both(draft: Draft, now: Revision) -> Revision | None:
    """The newest revision on which both the draft and what readers see stand."""
    under_theirs = {revision.pk for revision in chain(now)}
    return next((one for one in chain(draft.based_on) if one.pk in under_theirs), None)


def chain(revision: Revision | None) -> list[Revision]:
    """The revision, what it is based on, and so on."""
    found = []
    while revision is not None and revision not in found:
        found.append(revision)
        revision = revision.based_on
    return found


def merge_approved(draft: Draft) -> NotAccepted | None:
    """Takes what was approved meanwhile into the draft, which from now on stands on it; returns why not."""
    now = moved_on(draft)
    if now is None:
        return None
    base = before_both(draft, now)
    labels = Labels(gettext("my words"), gettext("approved meanwhile"))
    both = join(wording.of(base) if base else None, wording.of(draft), wording.of(now), labels)
    with transaction.atomic():
        trouble = writing.save(draft, draft.version, both.words, Notes(draft.comment, draft.slug))
        if trouble is None:
            draft.based_on = now
            draft.save(update_fields=["based_on"])
    return trouble


# ---- translations


def original_moved_on(draft: Draft) -> Revision | None:
    """What the original says now, when the draft renders an older wording of it."""
    if draft.article is None or draft.language == draft.article.original:
        return None
    now = writing.pinned(draft.article, draft.article.original)
    return now if now is not None and now.pk != draft.translates_id else None


def take_original(draft: Draft) -> None:
    """The translator has taken in what the original says now."""
    now = original_moved_on(draft)
    if now is not None:
        draft.translates = now
        draft.save(update_fields=["translates"])
