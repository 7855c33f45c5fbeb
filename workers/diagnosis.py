"""One attempt at one job: run the confined program, then write what came of it."""

import errno
import logging
import secrets
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError

from kb import jobs, reports
from kb.jobs import Claim
from kb.models import Job
from workers import confined, reasons
from workers.outcomes import Cancelled, Finished, Killed, Outcome, Refused

log = logging.getLogger(__name__)


def run(claim: Claim, alongside: confined.Beat = confined.wanted) -> None:
    """Runs the attempt to one of the job's ends. Its folder stays only if it became the report.

    `alongside` beats as well: for a job that has this one done as a part of it.
    """
    assert claim.capture is not None
    folder = Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}{secrets.token_hex(8)}"
    kept = False
    try:
        folder.mkdir(parents=True)
        outcome = confined.run(
            claim.capture.path, folder, heart(claim, alongside), program=confined.DIAGNOSES
        )
        kept = write(claim, outcome)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            surprise(claim)
        else:
            jobs.end(claim, Job.State.FAILED, *reasons.disk_full())
    except Exception:  # noqa: BLE001 - whatever it is, it must end as a sentence on the page
        surprise(claim)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def heart(claim: Claim, alongside: confined.Beat = confined.wanted) -> confined.Beat:
    """Beats for this attempt. A locked database is no reason to stop; a lost row is."""

    def beat(progress: dict[str, Any]) -> bool:
        alongside(progress)
        try:
            return jobs.beat(claim, progress)
        except OperationalError as error:
            log.warning("Job %s could not beat: %s", claim.job, error)
            return True

    return beat


def write(claim: Claim, outcome: Outcome) -> bool:
    """Writes the outcome into the row. True when the folder became the report."""
    match outcome:
        case Finished(folder):
            return record(claim, folder)
        case Refused(en, ja):
            jobs.end(claim, Job.State.REFUSED, en, ja)
        case Killed(en, ja, again=True):
            jobs.give_back(claim, en, ja)
        case Killed(en, ja):
            jobs.end(claim, Job.State.FAILED, en, ja)
        case Cancelled():
            log.info("Job %s, attempt %s: the result is no longer wanted.", claim.job, claim.attempt)
    return False


def record(claim: Claim, folder: Path) -> bool:
    """Publishes the folder as the report, if it is one."""
    try:
        return reports.record(claim, folder)
    except reports.Unusable as error:
        log.error("Job %s left no usable report: %r", claim.job, str(error))
        jobs.end(claim, Job.State.FAILED, *reasons.unusable())
        return False


def surprise(claim: Claim) -> None:
    """An error of our own: logged under a reference that the page shows."""
    reference = secrets.token_hex(4)
    log.exception("Job %s, reference %s", claim.job, reference)
    jobs.end(claim, Job.State.FAILED, *reasons.surprise(reference))
