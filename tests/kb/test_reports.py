"""Reports: taken from a folder that nobody trusts, replaced whole, read a page at a time."""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

from kb import jobs, reports
from kb.models import Finding, Job, Report
from tests.cast import accept, orphans
from tests.reported import finding, report_on, write

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def job(cast):
    return accept(cast)


@pytest.fixture
def report(job):
    report_on(job)
    return job.capture.report


def test_a_report_becomes_rows(report, job):
    job.refresh_from_db()
    assert job.state == "done"
    assert (report.packets, report.connections, report.duration_s, report.severity) == (3, 3, 0.5, "error")
    assert report.first == datetime(2026, 11, 21, 9, 0, 0, 123456, tzinfo=UTC)
    assert report.quality == ["one_way_capture"]
    rows = [(row.position, row.code, row.quality) for row in report.findings.all()]
    assert rows == [(0, "port_closed", False), (1, "one_way_capture", True)]
    assert report.findings.get(position=0).body("ja")["title"] == "ポートは閉じています。"


def test_pages_of_connections(report):
    rows, total = reports.connection_rows(report, start=1, count=1)
    assert (rows["id"].tolist(), total) == ([1], 3)
    rows, total = reports.connection_rows(report, verdict="port_closed")
    assert (rows["id"].tolist(), total) == ([0, 2], 2)
    rows, total = reports.connection_rows(report, verdict="", start=5)
    assert (len(rows), total) == (0, 1)
    assert reports.verdict_counts(report) == {"port_closed": 2, "": 1}


def test_packets_and_hosts_of_one_connection(report):
    row = reports.connection_row(report, 2)
    assert reports.packet_rows(report, row)["frame"].tolist() == [3]
    assert reports.hosts(report) == ["192.0.2.1", "192.0.2.2"]
    assert reports.notes(report) == [{"en": "It ends early.", "ja": "途中で終わっています。"}]
    for number in (-1, 3, 10**6):
        with pytest.raises(LookupError):
            reports.connection_row(report, number)


def test_a_second_report_replaces_the_first_whole(job, django_capture_on_commit_callbacks):
    first = report_on(job)
    with django_capture_on_commit_callbacks(execute=True):
        second = report_on(jobs.begin(job.capture), **{"findings.en": [], "findings.ja": []})
    assert not first.exists()
    assert second.exists()
    assert Report.objects.get().path == second
    assert [row.code for row in Finding.objects.all()] == ["one_way_capture"]
    assert orphans() == []


def test_an_attempt_without_its_row_changes_nothing(job):
    claim = jobs.claim(job.pk)
    Job.objects.update(attempt=2)
    folder = write(Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}x")
    assert not reports.record(claim, folder)
    assert not Report.objects.exists()


def test_a_capture_that_was_deleted_gets_no_report(job):
    claim = jobs.claim(job.pk)
    folder = write(Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}x")
    job.capture.delete()
    assert not reports.record(claim, folder)


def test_what_no_database_can_hold_is_replaced(job):
    nasty = finding("NUL \0, half a pair \ud800, end", numbers={"delay_s": float("nan"), "huge": 10**30})
    report_on(job, **{"findings.en": [nasty], "findings.ja": [nasty]})
    body = job.capture.report.findings.get(position=0).body("en")
    assert body["title"] == "NUL \ufffd, half a pair ?, end"
    assert body["numbers"]["delay_s"] is None


@pytest.mark.parametrize("time", [None, "292277-01-01T00:00:00Z", "nonsense", "2026-02-30T00:00:00Z"])
def test_times_that_no_calendar_here_holds_are_none(job, time):
    about = {"packets": 0, "connections": 0, "first": time, "duration_s": 0.0, "quality": []}
    report_on(job, **{"capture.en": about, "capture.ja": about})
    assert job.capture.report.first is None


@pytest.mark.parametrize(
    "replaced",
    [
        {"summary": None},
        {"summary": "[]"},
        {"summary": "{"},
        {"summary": "[" * 100_000},
        {"capture.en": {"packets": "many"}},
        {"capture.ja": None},
        {"connections": None},
        {"hosts": None},
        {"findings.en": "{}"},
        {"findings.en": '[{"code": "x"'},
        {"findings.en": [{"code": "x"}]},
        {"findings.en": [finding(), finding()]},
        {"findings.en": [finding(severity="fatal")]},
        {"findings.en": [finding(code="other")]},
        {"findings.ja": '["\\ud800"'},
    ],
)
def test_a_folder_that_is_no_report_is_unusable(job, replaced):
    claim = jobs.claim(job.pk)
    folder = write(Path(settings.MEDIA_ROOT) / "reports" / secrets.token_hex(8), **replaced)
    with pytest.raises(reports.Unusable):
        reports.record(claim, folder)
    assert not Report.objects.exists()


@pytest.mark.parametrize("plant", ["soft link", "hard link", "pipe", "folder"])
def test_a_folder_with_anything_but_plain_files_is_unusable(job, plant, tmp_path):
    claim = jobs.claim(job.pk)
    folder = write(Path(settings.MEDIA_ROOT) / "reports" / secrets.token_hex(8))
    target, place = tmp_path / "secret-key", folder / "connections.json"
    target.write_text("[]")
    place.unlink()
    {
        "soft link": lambda: place.symlink_to(target),
        "hard link": lambda: place.hardlink_to(target),
        "pipe": lambda: os.mkfifo(place),
        "folder": place.mkdir,
    }[plant]()
    with pytest.raises(reports.Unusable):
        reports.record(claim, folder)


def test_an_array_with_objects_in_it_is_never_unpickled(job):
    claim = jobs.claim(job.pk)
    folder = write(Path(settings.MEDIA_ROOT) / "reports" / secrets.token_hex(8))
    np.save(folder / "packets.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(reports.Unusable):
        reports.record(claim, folder)


def test_of_very_many_findings_the_most_important_are_kept(job):
    many = [finding(f"number {n}", connection=n) for n in range(reports.FINDINGS_KEPT + 500)]
    report_on(job, **{"findings.en": many, "findings.ja": many})
    kept = job.capture.report.findings.filter(quality=False)
    assert kept.count() == reports.FINDINGS_KEPT
    assert kept.last().body_en["title"] == f"number {reports.FINDINGS_KEPT - 1}"
    whole = json.loads(b"".join(reports.stream(job.capture.report, "en")))
    assert len(whole["findings"]) == len(many)
