"""Reports of an earlier version are made anew; nothing that people uploaded is touched."""

import io

import numpy as np
import pytest
from django.core.management import call_command

from kb.models import Job, Report
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
