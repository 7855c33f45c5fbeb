"""An old revision is proposed again: as a new one that stands on what readers see, and is reviewed."""

from django.db import transaction
from django.utils import timezone

from kb import history
from kb.models import Event, Revision, User
from kb.outcomes import NotAccepted, NotYours
from kb.undecided import SameWords
from kb.wordings import pinned


def restore(old: Revision, author: User, comment: str) -> Revision | NotAccepted:
    """The new revision, in review; or why there is none."""
    if not author.is_author:
        return NotYours.to_submit()
    waiting = Revision.objects.filter(
        article=old.article_id, language=old.language, state__in=("approved", "in_review"), digest=old.digest
    )
    with transaction.atomic():
        if waiting.exists():
            return SameWords.are_there()
        made = Revision.objects.create(
            article=old.article,
            language=old.language,
            title=old.title,
            summary=old.summary,
            body=old.body,
            digest=old.digest,
            translates=old.translates,
            origin=Revision.Origin.PERSON,
            state=Revision.State.IN_REVIEW,
            author=author,
            based_on=pinned(old),
            comment=comment[: history.LONGEST],
            submitted=timezone.now(),
        )
        history.record(Event.Kind.RESTORED, old.article, revision=made, actor=author, note=comment)
    return made
