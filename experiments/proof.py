"""What the newest replays say about the claims: each is proved, refuted, or not known, on each image."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Max

from experiments import runs
from experiments.images import Image
from experiments.models import Run
from experiments.shipped import Shipped

State = Literal["identical", "held", "stale", "never"]


@dataclass(frozen=True)
class Proof:
    """The newest replay of one experiment, as declared, on one image of this server."""

    shipped: Shipped
    image: Image
    run: Run | None

    @property
    def state(self) -> State:
        """Stale means: the claim did not hold there. Runs that came recorded are no proof for this server."""
        if self.run is None or self.run.held is None:
            return "never"
        if not self.run.held:
            return "stale"
        return "identical" if self.run.identical else "held"


def proofs(experiments: Iterable[Shipped], images: Iterable[Image]) -> dict[str, list[Proof]]:
    """By name of the experiment, in the order of the images: two queries, however many runs there are."""
    newest = _newest()
    on = list(images)
    return {
        shipped.name: [Proof(shipped, image, newest.get((shipped.digest, image.id))) for image in on]
        for shipped in experiments
    }


def _newest() -> dict[tuple[str, str], Run]:
    """By digest and image, the newest replay with a result."""
    replayed = runs.done().filter(as_declared=True).exclude(reason=Run.Reason.RECORDED).order_by()
    keys = replayed.values("digest", "image").annotate(newest=Max("pk")).values("newest")
    return {(run.digest, run.image): run for run in runs.done().filter(pk__in=keys)}
