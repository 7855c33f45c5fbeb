"""What one person may do with one revision, and what stops them, so that the page can say so."""

from dataclasses import dataclass

from kb import review
from kb.models import Revision, User
from kb.wordings import pinned

STATE = Revision.State


@dataclass(frozen=True)
class Standing:
    """The answers for one person and one revision."""

    decides: bool  # approves it, or sends it back
    sends_back: bool
    is_stopped_by_own_words: bool  # a curator who wrote it
    overtaken_by: Revision | None  # what was approved since, and has to be merged first
    verifies: bool
    edits: bool  # what readers see
    goes_on: bool  # with what this person wrote, and what waits or was sent back
    restores: bool
    says_opinion: bool
    makes_links: bool


def of(revision: Revision, user: User) -> Standing:
    """How this person stands to the revision. The caller has settled that they may see it."""
    waits = revision.state == STATE.IN_REVIEW
    readers = pinned(revision) if waits and user.is_author else None
    is_overtaken = waits and not review.stands_on(revision, readers)
    may = review.may_approve(revision, user)
    return Standing(
        decides=waits and may and not is_overtaken,
        sends_back=waits and user.is_curator,
        is_stopped_by_own_words=waits and user.is_curator and not may,
        overtaken_by=readers if is_overtaken else None,
        verifies=user.is_curator and revision.state == STATE.APPROVED,
        edits=user.is_author and revision.state == STATE.APPROVED,
        goes_on=user.is_author
        and revision.author_id == user.pk
        and revision.state in (STATE.IN_REVIEW, STATE.RETURNED),
        restores=user.is_author and revision.state in (STATE.SUPERSEDED, STATE.RETURNED),
        says_opinion=waits and user.is_author and revision.author_id != user.pk,
        makes_links=waits and makes_links(revision, user),
    )


def makes_links(revision: Revision, user: User) -> bool:
    """Its author, and curators: who may ask somebody from outside."""
    return user.is_curator or (user.is_author and revision.author_id == user.pk)
