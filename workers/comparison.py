"""One attempt at a comparison: the confined program reads both captures, then what it said becomes a row."""

import logging
from pathlib import Path
from typing import Any

from kb import beside, jobs
from kb.jobs import Claim
from kb.models import Comparison, Job
from workers import attempts, confined, reasons
from workers.outcomes import Finished

log = logging.getLogger(__name__)


def run(claim: Claim) -> None:
    """Runs the attempt to one of the job's ends. Its folder never stays."""
    attempts.run(claim, lambda folder: compare(claim, folder))


def compare(claim: Claim, folder: Path) -> bool:
    """Has both read and compared, and writes the outcome into the rows."""
    found = Comparison.objects.select_related("here", "there").filter(job=claim.job).first()
    if found is None:  # one of the captures was deleted
        jobs.end(claim, Job.State.CANCELLED)
        return False
    outcome = confined.run(found.here.path, folder, heart(claim, found), beside=found.there.path)
    if not isinstance(outcome, Finished):
        attempts.conclude(claim, outcome)
        return False
    try:
        beside.finish(claim, folder)
    except beside.Unusable as error:
        log.error("Job %s left no usable comparison: %r", claim.job, str(error))
        jobs.end(claim, Job.State.FAILED, *reasons.unusable())
    return False


def heart(claim: Claim, comparison: Comparison) -> confined.Beat:
    """Beats while both captures are there; without one of them the job is cancelled."""
    beat = attempts.heart(claim)

    def wanted(progress: dict[str, Any]) -> bool:
        if Comparison.objects.filter(pk=comparison.pk).exists():
            return beat(progress)
        jobs.end(claim, Job.State.CANCELLED)
        return False

    return wanted
