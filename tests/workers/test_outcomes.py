"""What becomes of a job in a real worker, other than a report at once."""

import os
import signal
from pathlib import Path

import pytest
from django.conf import settings

from kb import intake, jobs, removal
from kb.models import Job
from tests import cast as people
from tests.cast import accept, orphans
from tests.town import Town, wait_for
from tests.workers.empty_pcap import EMPTY_PCAP
from tests.workers.watching import at_work, ended, exactly_one_report, running_programs

pytestmark = pytest.mark.parametrize("town", ["files"], indirect=True, scope="module")


@pytest.fixture
def cast(here):
    return people.make()


def test_a_file_that_is_no_capture_is_refused_with_the_programs_sentence(here, cast):
    job = ended(accept(cast, do="refuse"))
    assert (job.state, job.reason("en"), job.reason("ja")) == ("refused", "The file is empty.", "空です。")
    assert job.capture.path.exists()
    assert orphans() == []


def test_a_child_killed_from_outside_is_started_again(here, cast):
    job = accept(cast, do="report", sleep=1.5)
    at_work(job)
    for pid in running_programs():
        os.kill(int(pid), signal.SIGKILL)
    assert ended(job).attempt == 2
    exactly_one_report(job)


def test_a_poison_capture_is_one_sentence_and_the_worker_goes_on(here, cast):
    poison = [
        accept(cast, do="signal", name="SIGSEGV"),
        accept(cast, do="memory", bytes=3 << 30),
        accept(cast, do="exit", status=7),
    ]
    sentences = [ended(job).reason_en for job in poison]
    assert [job.state for job in poison] == ["failed"] * 3
    assert "crashed (SIGSEGV)" in sentences[0]
    assert "more memory than the 2 GB" in sentences[1]
    assert "status 7" in sentences[2]
    exactly_one_report(ended(accept(cast)))


def test_deleting_a_capture_stops_its_job_and_leaves_no_file(here, cast):
    job = accept(cast, do="report", sleep=30)
    at_work(job)
    removal.remove(job.capture)
    wait_for(lambda: not running_programs(), 3)
    wait_for(lambda: not people.files_below(Path(settings.MEDIA_ROOT)), 3)
    assert not Job.objects.exists()
    wait_for(lambda: not list((Path(settings.MEDIA_ROOT) / "reports").iterdir()), 3)


def test_diagnosing_again_replaces_the_report_whole(here, cast):
    job = ended(accept(cast))
    before = job.capture.report.folder
    again = jobs.begin(job.capture)
    ended(again)
    job.capture.refresh_from_db()
    assert job.capture.report.folder != before
    exactly_one_report(again)


def test_a_file_that_has_vanished_is_a_sentence(here, cast):
    job = accept(cast, do="sleep", sleep=2)
    job.capture.path.unlink()
    failed = ended(job)
    assert failed.state == "failed"
    assert failed.reason_en
    assert failed.reason_ja


def test_the_product_reads_a_real_capture_from_end_to_end(here: Town, cast):
    """With the program that ships, not the stand-in: a header, no packets."""
    here.kill(here.running[-1])
    worker = here.start("celery", "-A", "workers", "worker", "-c", "1", "-l", "INFO")
    capture = intake.accept(people.received(EMPTY_PCAP), team=cast.team, user=cast.alice)
    try:
        job = ended(capture.job, 40)
        assert job.state == "done", job.reason_en
        assert capture.capture.report.packets == 0
    finally:
        here.kill(worker)
