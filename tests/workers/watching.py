"""What the tests of real workers look at."""

import subprocess
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from kb import jobs
from kb.models import Finding, Job, Report
from tests.cast import orphans
from tests.town import wait_for


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def running_programs() -> list[str]:
    """Stand-ins that still run."""
    found = subprocess.run(["pgrep", "-f", str(settings.MEDIA_ROOT)], capture_output=True, text=True)
    return found.stdout.split()


def ended(job: Job, seconds: float = 20) -> Job:
    wait_for(lambda: state(job) in Job.ENDED, seconds)
    return job


def at_work(job: Job) -> None:
    wait_for(lambda: state(job) == "running" and running_programs())


def reap_as_after_half_a_minute() -> jobs.Reaped:
    late = timezone.now() - timedelta(seconds=31)
    Job.objects.filter(state="running").update(heartbeat=late)
    return jobs.reap()


def exactly_one_report(job: Job) -> None:
    assert state(job) == "done", job.reason_en
    assert Report.objects.count() == Finding.objects.count() == 1
    assert job.capture.report.path.is_dir()
    wait_for(lambda: not running_programs(), 5)
    assert orphans() == []
