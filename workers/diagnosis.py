"""One attempt at a diagnosis: run the confined program, then write what came of it."""

import logging
from pathlib import Path

from kb import jobs, reports
from kb.jobs import Claim
from kb.models import Job
from workers import attempts, confined, reasons
from workers.outcomes import Finished

log = logging.getLogger(__name__)


def run(claim: Claim, alongside: confined.Beat = confined.wanted) -> None:
    """Runs the attempt to one of the job's ends. Its folder stays only if it became the report.

    `alongside` beats as well: for a job that has this one done as a part of it.
    """
    attempts.run(claim, lambda folder: diagnose(claim, folder, alongside))


def diagnose(claim: Claim, folder: Path, alongside: confined.Beat) -> bool:
    """Has the capture read, and writes the outcome into the row. True when the folder became the report."""
    assert claim.capture is not None
    beat = attempts.heart(claim, alongside)
    outcome = confined.run(claim.capture.path, folder, beat, program=confined.DIAGNOSES)
    if isinstance(outcome, Finished):
        return record(claim, outcome.folder)
    attempts.conclude(claim, outcome)
    return False


def record(claim: Claim, folder: Path) -> bool:
    """Publishes the folder as the report, if it is one."""
    try:
        return reports.record(claim, folder)
    except reports.Unusable as error:
        log.error("Job %s left no usable report: %r", claim.job, str(error))
        jobs.end(claim, Job.State.FAILED, *reasons.unusable())
        return False
