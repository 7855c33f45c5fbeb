"""Until when somebody trusts an article, having checked it: until that day, an edit, or a red experiment."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils import timezone

from kb import review
from kb.models import Revision, User
from kb.outcomes import NotAccepted, NotYours
from kb.proofs import Proof
from kb.undecided import BadDay, NotApproved

State = Literal["verified", "over", "red"]
MOST_YEARS = 3  # ahead: what nobody looks at for longer, nobody trusts


@dataclass(frozen=True)
class Verification:
    """Somebody has checked the words that readers see."""

    until: date
    by: User | None
    state: State


def of(revision: Revision, proof: Proof) -> Verification | None:
    """How it stands; None when nobody has checked this wording. (An edit is another wording.)"""
    if revision.verified_until is None:
        return None
    return Verification(revision.verified_until, revision.verified_by, _state(revision.verified_until, proof))


def _state(until: date, proof: Proof) -> State:
    if proof.state == "refuted":
        return "red"
    return "verified" if until >= timezone.now().date() else "over"


def day(text: str) -> date | BadDay | None:
    """The day of a form's field; None for an empty one."""
    if not text.strip():
        return None
    today = timezone.now().date()
    try:
        wanted = date.fromisoformat(text.strip())
    except ValueError:
        return BadDay.in_the_past(MOST_YEARS)
    is_possible = today < wanted <= today + timedelta(days=366 * MOST_YEARS)
    return wanted if is_possible else BadDay.in_the_past(MOST_YEARS)


def verify(revision: Revision, curator: User, until: date | BadDay | None) -> NotAccepted | None:
    """A curator has checked what readers see, and trusts it until that day; returns why not."""
    if not curator.is_curator:
        return NotYours.to_approve()
    if until is None or isinstance(until, NotAccepted):
        return until or BadDay.in_the_past(MOST_YEARS)
    if revision.state != Revision.State.APPROVED:
        return NotApproved.now()
    review.verify(revision, curator, until)
    return None
