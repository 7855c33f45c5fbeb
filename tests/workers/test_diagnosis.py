"""One attempt, without a broker: each way in which it can end is a sentence, and leaves no file."""

import errno

import pytest
from django.db import OperationalError

from kb import jobs, reports
from kb.models import Finding, Report
from tests.cast import accept, orphans
from tests.reported import write
from workers import attempts, confined, diagnosis
from workers.outcomes import Finished, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def claim(cast):
    return jobs.claim(accept(cast).pk)


@pytest.fixture
def ends_with(monkeypatch, claim):
    """Runs the attempt with this in place of the confined program; returns the job's row afterwards."""

    def run(what):
        def stand_in(capture, into, beat, program):
            (into / "left").write_text("x")
            if isinstance(what, Exception):
                raise what
            return what

        monkeypatch.setattr(confined, "run", stand_in)
        diagnosis.run(claim)
        return claim.capture.jobs.get()

    return run


def test_a_surprise_is_logged_under_the_reference_that_the_page_shows(ends_with, caplog):
    job = ends_with(RuntimeError("what nobody thought of"))
    reference = job.reason_en.removesuffix(".").rpartition(" ")[2]
    assert job.state == "failed"
    assert reference in job.reason_ja
    assert reference in caplog.text
    assert "what nobody thought of" in caplog.text
    assert "what nobody thought of" not in job.reason_en
    assert orphans() == []


def test_a_disk_that_is_full_is_said(ends_with):
    job = ends_with(OSError(errno.ENOSPC, "No space left on device"))
    assert "disk is full" in job.reason_en
    assert orphans() == []


def test_a_program_that_leaves_no_report_has_failed(ends_with, tmp_path):
    (tmp_path / "empty").mkdir()
    job = ends_with(Finished(tmp_path / "empty"))
    assert job.state == "failed"
    assert "incomplete report" in job.reason_en
    assert orphans() == []


def test_a_row_that_is_lost_leaves_no_folder(ends_with, claim):
    claim.capture.jobs.update(attempt=2)
    job = ends_with(Refused("No.", "違います。"))
    assert (job.state, job.reason_en) == ("running", "")
    assert orphans() == []


def test_a_failure_between_the_files_and_the_commit_changes_nothing(monkeypatch, claim):
    def finish(capture, into, beat, program):
        into.rmdir()
        return Finished(write(into))

    def fail(*args, **kwargs):
        raise RuntimeError("in the middle of the transaction")

    monkeypatch.setattr(confined, "run", finish)
    monkeypatch.setattr(reports.Finding.objects, "bulk_create", fail)
    diagnosis.run(claim)
    assert claim.capture.jobs.get().state == "failed"
    assert Report.objects.count() == Finding.objects.count() == 0
    assert orphans() == []


def test_a_locked_database_stops_no_analysis(monkeypatch, claim):
    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(jobs, "beat", locked)
    assert attempts.heart(claim)({}) is True


def test_a_job_that_has_a_capture_diagnosed_beats_meanwhile(claim):
    heard = []
    beat = attempts.heart(claim, lambda progress: heard.append(progress) or False)
    assert beat({"read": 1}) is True, "only the capture's own row decides about its diagnosis"
    assert heard == [{"read": 1}]


def test_a_lost_row_does(claim):
    beat = attempts.heart(claim)
    assert beat({"read": 1}) is True
    claim.capture.jobs.update(attempt=2)
    assert beat({"read": 2}) is False
