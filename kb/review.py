"""The way of a revision: submitted, then approved or sent back. Readers see what is approved."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kb import history
from kb.models import Article, Event, Revision, User
from kb.outcomes import NotAccepted, NotYours, OwnWords, StateHasChanged, TooManyWords
from kb.search import index
from kb.stepping.outcomes import Mistaken
from kb.stepping.reading import parse
from kb.streams import cleaned

STATE, KIND = Revision.State, Event.Kind
LEAST, MOST = 3, 2000  # characters of the reason why something is sent back


def visible_to(user: User) -> QuerySet[Revision]:
    """Revisions that this person may read: what was reviewed; authors also what is not, but nobody's drafts
    except their own.
    """
    every = Revision.objects.select_related("article", "author", "reviewed_by")
    if user.is_author:
        return every.exclude(~Q(author=user.pk), state=STATE.DRAFT)
    return every.filter(state__in=(STATE.APPROVED, STATE.SUPERSEDED))


def submit(revision: Revision, author: User) -> NotAccepted | None:
    """A draft or what was sent back asks for review; returns why not."""
    if revision.author_id != author.pk:
        return NotYours.to_submit()
    with transaction.atomic():
        waiting = Revision.objects.filter(pk=revision.pk, state__in=(STATE.DRAFT, STATE.RETURNED))
        if not waiting.update(state=STATE.IN_REVIEW, submitted=timezone.now()):
            return StateHasChanged.meanwhile()
        history.record(
            KIND.SUBMITTED, revision.article, revision=revision, actor=author, note=revision.comment
        )
    return None


def may_approve(revision: Revision, user: User) -> bool:
    """Curators; with four eyes nobody their own words."""
    own = revision.author_id == user.pk and settings.FOUR_EYES
    return user.is_curator and not own


def approve(
    revision: Revision, curator: User, *, note: str = "", verified_until: date | None = None
) -> NotAccepted | None:
    """Pins the revision for readers, in place of the one before; returns why not.

    What was approved meanwhile is not overwritten unseen: the revision must stand on what readers see now.
    """
    if not curator.is_curator:
        return NotYours.to_approve()
    if not may_approve(revision, curator):
        return OwnWords.need_another()
    if trouble := cannot_be_followed(revision):
        return trouble
    with transaction.atomic():
        pinned = pinned_of(revision)
        if not stands_on(revision, pinned):
            return StateHasChanged.another_was_approved()
        if pinned is not None:
            Revision.objects.filter(pk=pinned.pk).update(state=STATE.SUPERSEDED)
        waiting = Revision.objects.filter(pk=revision.pk, state=STATE.IN_REVIEW)
        if not waiting.update(
            state=STATE.APPROVED, reviewed_by=curator, reviewed=timezone.now(), review_note=cleaned(note)
        ):
            transaction.set_rollback(True)
            return StateHasChanged.meanwhile()
        if revision.tags is not None:
            Article.objects.filter(pk=revision.article_id).update(tags=revision.tags)
        history.record(
            KIND.APPROVED, revision.article, revision=revision, actor=curator, note=revision.comment
        )
        if verified_until is not None:
            verify(revision, curator, verified_until)
        index.article(revision.article)
    return None


def cannot_be_followed(revision: Revision) -> NotAccepted | None:
    """Readers do what a runbook says, so one with a mistake in its steps is not approved."""
    if not revision.article.is_runbook:
        return None
    mistakes = parse(revision.body).mistakes
    return Mistaken.because(mistakes[0], len(mistakes)) if mistakes else None


def pinned_of(revision: Revision) -> Revision | None:
    """What readers of this language see now. The rows are locked where the database can, so that of two
    approvals at one moment the second sees the first.
    """
    same = Revision.objects.filter(article=revision.article_id, language=revision.language)
    return same.select_for_update().filter(state=STATE.APPROVED).first()


def stands_on(revision: Revision, pinned: Revision | None) -> bool:
    """Whether the revision was written on top of what readers see, be it over several steps of review."""
    if pinned is None:
        return True
    before: Revision | None = revision
    while before is not None and before.pk != pinned.pk:
        before = before.based_on
    return before is not None


def send_back(revision: Revision, curator: User, why: str) -> NotAccepted | None:
    """The author is asked for something else, and told why; returns why not."""
    why = cleaned(why).strip()
    if not curator.is_curator:
        return NotYours.to_approve()
    if not LEAST <= len(why) <= MOST:
        return TooManyWords.than(LEAST, MOST)
    with transaction.atomic():
        waiting = Revision.objects.filter(pk=revision.pk, state=STATE.IN_REVIEW)
        if not waiting.update(
            state=STATE.RETURNED, reviewed_by=curator, reviewed=timezone.now(), review_note=why
        ):
            return StateHasChanged.meanwhile()
        history.record(KIND.RETURNED, revision.article, revision=revision, actor=curator, note=why)
    return None


def verify(revision: Revision, curator: User, until: date) -> None:
    """Somebody has checked the approved words against reality and trusts them until that day."""
    Revision.objects.filter(pk=revision.pk).update(verified_until=until, verified_by=curator)
    history.record(KIND.VERIFIED, revision.article, revision=revision, actor=curator, note=until.isoformat())
