"""Deleting leaves nothing, sweeping takes nothing that is in use."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from kb import jobs, removal
from kb.models import Capture, Comparison, Dispute, EarlierReport, Finding, Job, Report
from tests.cast import accept, files_below, received
from tests.reported import report_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
CANARY = "canary-7f3a"


def test_a_canary_in_a_capture_is_found_nowhere_afterwards(cast, django_capture_on_commit_callbacks):
    job = accept(cast, do="report", canary=CANARY)
    report_on(job)
    report_on(jobs.begin(job.capture))
    report = Report.objects.get()
    Dispute.objects.create(capture=job.capture, rules=report.rules, code="port_closed", why=CANARY)
    assert EarlierReport.objects.exists()
    other = accept(cast, number=9, do="report").capture
    Comparison.objects.create(here=other, there=job.capture, body_en={"headline": CANARY})
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove(job.capture)
        removal.remove(other)
    everything = (Capture, Job, Report, EarlierReport, Finding, Dispute, Comparison)
    assert [model.objects.count() for model in everything] == [0] * len(everything)
    assert files_below(Path(settings.MEDIA_ROOT)) == []


def test_only_the_one_capture_goes(cast, django_capture_on_commit_callbacks):
    stays, goes = accept(cast, number=1, do="report"), accept(cast, number=2, do="report")
    kept = report_on(stays)
    report_on(goes)
    with django_capture_on_commit_callbacks(execute=True):
        removal.remove(goes.capture)
    assert stays.capture.path.exists()
    assert kept.exists()


def test_the_sweep_takes_old_leftovers_only(cast):
    job = accept(cast)
    kept = report_on(job)
    media = Path(settings.MEDIA_ROOT)
    half, orphan, left, fresh = (
        media / "incoming/half",
        media / "captures/orphan",
        media / "reports/left",
        media / "incoming/new",
    )
    half.write_bytes(b"x")
    orphan.write_bytes(b"x")
    left.mkdir()
    fresh.write_bytes(b"x")
    for path in (half, orphan, left, kept, job.capture.path):
        os.utime(path, (0, 0))
    assert removal.sweep() == 3
    assert not half.exists()
    assert not orphan.exists()
    assert not left.exists()
    assert fresh.exists()
    assert kept.exists()
    assert job.capture.path.exists()


def test_an_upload_that_is_under_way_is_not_swept(cast):
    path = received(b"under way").path
    assert removal.sweep() == 0
    assert path.exists()
