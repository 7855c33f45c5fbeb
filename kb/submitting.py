"""A draft becomes a revision that awaits review."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from kb import attachments, history, review, slugs, writing
from kb import words as wording
from kb.conflicts import moved_on
from kb.merging import is_unsettled
from kb.models import Article, Draft, Event, Revision, User
from kb.outcomes import NotAccepted
from kb.unwritten import BadAddress, Incomplete, MovedOn, NothingNew, SavedElsewhere, Unsettled
from kb.words import Words

STATE = Revision.State


def submit(draft: Draft, author: User) -> Revision | NotAccepted:
    """Makes the draft a revision in review, of a new article where there is none, and removes the draft; or
    says why not, and then nothing has changed.
    """
    words = finished(draft)
    trouble = why_not(draft, words)
    if trouble is not None:
        return trouble
    try:
        with transaction.atomic():
            return submitted(draft, words, author) if taken(draft) else SavedElsewhere.meanwhile()
    except IntegrityError:  # somebody took the address a moment ago
        return BadAddress.taken(address(draft))


def taken(draft: Draft) -> bool:
    """Removes the draft, and with it the right to submit it: of two windows at one moment only one has it."""
    if draft._state.adding:  # what a program sends never was a row
        return True
    same = Draft.objects.filter(pk=draft.pk, version=draft.version)
    return same.delete()[0] == 1


def finished(draft: Draft) -> Words:
    """The draft's words as a revision has them: no blank lines around, one line end at the end."""
    words = wording.of(draft)
    return Words(words.title, words.summary, words.body.strip("\n").rstrip() + "\n", words.tags)


def why_not(draft: Draft, words: Words) -> NotAccepted | None:
    """What stands in the way of a review."""
    if not (words.title and words.summary and words.body.strip()):
        return Incomplete.words()
    if words.are_too_long:
        return writing.too_long()
    if is_unsettled(words.body):
        return Unsettled.marks()
    if draft.article is None:
        return slugs.trouble(address(draft))
    if moved_on(draft) is not None:
        return MovedOn.meanwhile()
    return NothingNew.to_review() if says_the_same(draft, words) else None


def says_the_same(draft: Draft, words: Words) -> bool:
    """Whether readers see just these words already, of the same original."""
    assert draft.article is not None
    now = writing.pinned(draft.article, draft.language)
    if now is None or now.digest != words.digest or now.translates_id != draft.translates_id:
        return False
    return tuple(draft.article.tags) == words.tags


def address(draft: Draft) -> str:
    """Of a new article: as the author wants it, else made from the title."""
    return draft.slug.strip() or slugs.proposed(draft.title)


def submitted(draft: Draft, words: Words, author: User) -> Revision:
    """The rows, in one transaction."""
    article = draft.article or Article.objects.create(
        slug=address(draft),
        kind=draft.kind,
        owner=author,
        original=draft.language,
        tags=list(words.tags),
    )
    revision = Revision.objects.create(
        article=article,
        language=draft.language,
        **writing.columns(words),
        origin=Revision.Origin.PERSON,
        author=author,
        based_on=draft.based_on,
        translates=draft.translates,
        comment=draft.comment,
        digest=words.digest,
    )
    trouble = review.submit(revision, author)
    assert trouble is None, trouble
    replace_others(revision)
    attachments.claim(article, words.body)
    revision.refresh_from_db()
    return revision


def replace_others(revision: Revision) -> None:
    """Of several wordings by one author only the newest awaits review."""
    note = gettext("The author submitted a newer revision in its place.")
    same = Revision.objects.filter(
        article=revision.article, language=revision.language, author=revision.author, state=STATE.IN_REVIEW
    )
    for older in same.exclude(pk=revision.pk):
        Revision.objects.filter(pk=older.pk).update(state=STATE.RETURNED, review_note=note)
        history.record(
            Event.Kind.RETURNED, revision.article, revision=older, actor=revision.author, note=note
        )
