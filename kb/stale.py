"""Articles that somebody should look at again, and why."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from kb import proofs, translations, verification
from kb.models import Revision

OLD = timedelta(days=365)  # since anybody wrote it
Reason = str  # red, over, behind or old


@dataclass(frozen=True)
class Stale:
    """What readers see in one language, and why it may not hold any more."""

    revision: Revision
    reasons: tuple[Reason, ...]


def every_one() -> list[Stale]:
    """The most reasons first; a few queries, however many articles there are."""
    approved = Revision.objects.filter(state=Revision.State.APPROVED).defer("body")
    shown = list(approved.select_related("article", "verified_by").order_by("article__slug", "language"))
    known = proofs.of_each({one.article_id: one.article for one in shown}.values())
    behind = {one.translation.pk for one in translations.every_one_behind()}
    found = [
        Stale(one, _reasons(one, known.get(one.article_id, proofs.UNKNOWN), one.pk in behind))
        for one in shown
    ]
    return sorted((one for one in found if one.reasons), key=lambda one: -len(one.reasons))


def _reasons(revision: Revision, proof: proofs.Proof, is_behind: bool) -> tuple[Reason, ...]:
    checked = verification.of(revision, proof)
    is_trusted = checked is not None and checked.state == "verified"
    reasons = {
        "red": proof.state == "refuted",
        "over": checked is not None and checked.state == "over",
        "behind": is_behind,
        "old": timezone.now() - (revision.reviewed or revision.created) > OLD and not is_trusted,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)
