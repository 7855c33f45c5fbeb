"""One attempt at one job, whatever its kind: a folder of its own, a heart, and an end in one sentence."""

import errno
import logging
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError

from kb import jobs, kinds
from kb.jobs import Claim
from kb.models import Job
from workers import reasons
from workers.confined import Beat, wanted
from workers.outcomes import Cancelled, Killed, Refused

log = logging.getLogger(__name__)


def run(claim: Claim, work: Callable[[Path], bool]) -> None:
    """Calls `work(folder)` with an empty folder, which stays only if that returns True.

    Whatever it raises ends the job as failed, with a sentence.
    """
    below = Path(settings.MEDIA_ROOT) / kinds.named(claim.kind).folder
    folder = below / f"{claim.prefix}{secrets.token_hex(8)}"
    kept = False
    try:
        folder.mkdir(parents=True)
        kept = work(folder)
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


def heart(claim: Claim, alongside: Beat = wanted) -> Beat:
    """Beats for this attempt. A locked database is no reason to stop; a lost row is."""

    def beat(progress: dict[str, Any]) -> bool:
        alongside(progress)
        try:
            return jobs.beat(claim, progress)
        except OperationalError as error:
            log.warning("Job %s could not beat: %s", claim.job, error)
            return True

    return beat


def conclude(claim: Claim, outcome: Refused | Killed | Cancelled) -> None:
    """Writes an outcome without a result into the row."""
    match outcome:
        case Refused(en, ja):
            jobs.end(claim, Job.State.REFUSED, en, ja)
        case Killed(en, ja, again=True):
            jobs.give_back(claim, en, ja)
        case Killed(en, ja):
            jobs.end(claim, Job.State.FAILED, en, ja)
        case Cancelled():
            log.info("Job %s, attempt %s: the result is no longer wanted.", claim.job, claim.attempt)


def surprise(claim: Claim) -> None:
    """An error of our own: logged under a reference that the page shows."""
    reference = secrets.token_hex(4)
    log.exception("Job %s, reference %s", claim.job, reference)
    jobs.end(claim, Job.State.FAILED, *reasons.surprise(reference))
