"""Reports of an earlier version are made anew; nothing that people uploaded is touched."""

import io

import numpy as np
import pytest
from django.core.management import call_command

from kb import jobs, renewal
from kb.models import Capture, Job, Report
from packets.columns import PACKET_DTYPE
from tests.cast import accept
from tests.reported import report_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def renewed():
    said = io.StringIO()
    call_command("renew_reports", stdout=said)
    return said.getvalue()


@pytest.fixture
def job(cast):
    job = accept(cast)
    report_on(job)
    return job


def age(report):
    """The packets as a version wrote them that knew fewer facts."""
    fewer = [(name, PACKET_DTYPE[name]) for name in PACKET_DTYPE.names[:5]]
    np.save(report.path / "packets.npy", np.zeros(3, fewer))


def test_a_report_of_today_stays(job):
    assert renewed() == ""
    assert Report.objects.count() == 1
    assert job.capture.jobs.count() == 1


def test_an_older_report_makes_way_for_a_new_diagnosis(job, client, cast):
    folder = job.capture.report.path
    age(job.capture.report)
    assert renewed() == "Reports of an earlier version: 1. Their captures will be diagnosed again.\n"
    assert not folder.exists()
    assert not Report.objects.exists()
    assert job.capture.jobs.filter(state=Job.State.WAITING).count() == 1
    client.force_login(cast.alice)
    assert client.get(f"/captures/{job.capture.uid}/").status_code == 200
    assert renewed() == ""


def test_a_report_whose_folder_is_gone_is_made_again(job):
    for path in job.capture.report.path.iterdir():
        path.unlink()
    assert "1." in renewed()


def older(cast, number: int) -> Report:
    """A report that can be shown, by other rules than today's."""
    job = accept(cast, number=number, do="report")
    report_on(job)
    return job.capture.report


def waiting() -> int:
    return Job.objects.filter(state=Job.State.WAITING).count()


def test_what_older_rules_judged_is_made_again_a_few_at_a_time(cast):
    made = [older(cast, number) for number in range(7)]
    assert renewal.ask(Capture.objects.all()) == 7
    assert waiting() == renewal.AT_ONCE
    assert Report.objects.count() == 7
    newest = [report.capture for report in made[::-1][: renewal.AT_ONCE]]
    assert [job.capture for job in Job.objects.filter(state=Job.State.WAITING)] == newest
    assert renewal.go_on() == 0
    report_on(Job.objects.filter(state=Job.State.WAITING).first())
    assert renewal.go_on() == 1
    assert renewal.ask(Capture.objects.all()) == 1  # the one that is done, by the old rules again


def test_uploads_go_first(cast):
    older(cast, 1)
    for number in range(10, 10 + renewal.AT_ONCE):
        accept(cast, number=number, do="report")
    renewal.ask(Capture.objects.all())
    assert Report.objects.filter(renewal_asked__isnull=False).count() == 1
    Job.objects.filter(state=Job.State.WAITING).first().delete()
    assert renewal.go_on() == 1


def test_todays_reports_and_those_of_others_are_left_alone(cast, monkeypatch):
    report = older(cast, 1)
    monkeypatch.setattr(renewal, "RULES", report.rules)
    assert renewal.ask(Capture.objects.all()) == 0
    monkeypatch.setattr(renewal, "RULES", "next")
    assert renewal.ask(Capture.objects.visible_to(cast.charlie)) == 0
    assert waiting() == 0


def test_a_report_that_was_asked_for_is_asked_for_no_more_once_it_is_there(cast):
    report = older(cast, 1)
    Report.objects.update(renewal_asked=report.created)
    report_on(jobs.begin(report.capture))
    assert Report.objects.get().renewal_asked is None


def test_the_command_asks_for_older_rules_only_when_told(cast):
    older(cast, 1)
    assert renewed() == ""
    said = io.StringIO()
    call_command("renew_reports", "--older-rules", stdout=said)
    assert said.getvalue() == "Reports by older rules: 1. They will be made again one after another.\n"
    assert waiting() == 1
