"""The way of a wording: approved or sent back. Then readers see it, and the clock replays it."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from experiments import checking, current, findable, wordings
from experiments.bound import articles as proved_by
from experiments.models import Wording
from experiments.refusals import BadName, Faulty, NothingNew
from experiments.shipped import Shipped
from kb import history
from kb.models import Article, Event, Revision, User
from kb.models.language import Language
from kb.outcomes import NotAccepted, NotYours, OwnWords, StateHasChanged, TooManyWords
from kb.review import LEAST, MOST
from kb.search import index
from kb.streams import cleaned
from kb.wordings import arguments

STATE = Wording.State


def visible_to(user: User) -> QuerySet[Wording]:
    """Wordings that this person may read: authors', but nobody's drafts except their own."""
    every = Wording.objects.select_related("author", "reviewed_by", "based_on")
    if not user.is_author:
        return every.none()
    return every.filter(~Q(state=STATE.DRAFT) | Q(author=user.pk))


def may_approve(wording: Wording, user: User) -> bool:
    """Curators; with four eyes nobody their own words."""
    own = wording.author_id == user.pk and settings.FOUR_EYES
    return user.is_curator and not own


def approve(wording: Wording, curator: User, note: str = "") -> NotAccepted | None:
    """Readers see it from now on, in place of the one before; returns why not.

    What was approved meanwhile is not overwritten unseen: it must stand on what readers see now.
    """
    trouble = why_not(wording, curator)
    if trouble is not None:
        return trouble
    try:
        with transaction.atomic():
            return approved(wording, curator, note)
    except IntegrityError:  # of two approvals at one moment the second ends here
        return StateHasChanged.another_was_approved()


def why_not(wording: Wording, curator: User) -> NotAccepted | None:
    """What stands in the way of an approval, apart from what happens at the same moment."""
    if not curator.is_curator:
        return NotYours.to_approve()
    if not may_approve(wording, curator):
        return OwnWords.need_another()
    found = checking.check(wording.text, wording.experiment)  # by the rules of today
    if found.mistakes:
        return Faulty.says(len(found.mistakes))
    return BadName.taken(wording.experiment) if wording.experiment in wordings.PAGES else None


def approved(wording: Wording, curator: User, note: str) -> NotAccepted | None:
    """The rows, in one transaction."""
    same = Wording.objects.filter(experiment=wording.experiment)
    now = same.select_for_update().filter(state=STATE.APPROVED).first()
    if not wordings.stands_on(wording, now):
        return StateHasChanged.another_was_approved()
    if now is not None:
        same.filter(pk=now.pk).update(state=STATE.SUPERSEDED)
    waiting = same.filter(pk=wording.pk, state=STATE.IN_REVIEW)
    if not waiting.update(
        state=STATE.APPROVED, reviewed_by=curator, reviewed=timezone.now(), review_note=cleaned(note)[:MOST]
    ):
        transaction.set_rollback(True)
        return StateHasChanged.meanwhile()
    tell(wording, curator)
    return None


def send_back(wording: Wording, curator: User, why: str) -> NotAccepted | None:
    """The author is asked for something else, and told why; returns why not."""
    why = cleaned(why).strip()
    if not curator.is_curator:
        return NotYours.to_approve()
    if not LEAST <= len(why) <= MOST:
        return TooManyWords.than(LEAST, MOST)
    waiting = Wording.objects.filter(pk=wording.pk, state=STATE.IN_REVIEW)
    if not waiting.update(
        state=STATE.RETURNED, reviewed_by=curator, reviewed=timezone.now(), review_note=why
    ):
        return StateHasChanged.meanwhile()
    return None


def restore(old: Wording, author: User, comment: str) -> Wording | NotAccepted:
    """An old wording is proposed again: a new one in review, on top of what readers see."""
    if not author.is_author:
        return NotYours.to_submit()
    seen = current.find(old.experiment)
    same = Wording.objects.filter(experiment=old.experiment, text=old.text, state=STATE.IN_REVIEW)
    if same.exists() or (seen is not None and seen.text == old.text):
        return NothingNew.to_review()
    return Wording.objects.create(
        experiment=old.experiment,
        text=old.text,
        state=STATE.IN_REVIEW,
        author=author,
        based_on=wordings.approved(old.experiment),
        over=current.file_digest(old.experiment),
        comment=comment[: wordings.LONGEST_COMMENT],
        submitted=timezone.now(),
    )


def tell(wording: Wording, curator: User) -> None:
    """In the history of each article that the experiment proves, or that shows it; and to the search."""
    found = current.of_wording(wording)
    assert found is not None, "it was checked before"
    note = f"{found.name}.toml" + (f": {wording.comment}" if wording.comment else "")
    for article in concerned(found):
        history.record(Event.Kind.APPROVED, article, actor=curator, note=note)
    for language in Language.values:
        index.write(findable.page(found, language))


def concerned(found: Shipped) -> list[Article]:
    """Those articles."""
    names = proved_by(found.experiment)
    block = f"::experiment {found.name}"
    mention = Revision.objects.filter(state=Revision.State.APPROVED, body__contains=block)
    showing = {one.article_id for one in mention if found.name in arguments(one, "experiment")}
    return list(Article.objects.filter(Q(slug__in=names) | Q(code__in=names) | Q(pk__in=showing)))
