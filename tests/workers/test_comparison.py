"""One attempt at a comparison: by the real program, confined, and each way in which it can end."""

from pathlib import Path

import pytest
from django.conf import settings

from kb import beside, intake, jobs, removal
from kb.models import Capture, Comparison, Job
from tests.cast import files_below, received
from tests.kb.judged import judged
from tests.town import ROOT
from workers import comparison, confined
from workers.outcomes import Cancelled, Finished

pytestmark = [pytest.mark.django_db, pytest.mark.both]
RECORDED = ROOT / "experiments" / "shipped" / "connect_refused" / "recorded" / "6.12" / "captures"
OTHER = ROOT / "diagnoses" / "clean_close" / "fires.pcap"


def capture(cast, path: Path) -> Capture:
    """That file, uploaded by Alice."""
    found = intake.accept(received(path.read_bytes(), path.name), team=cast.team, user=cast.alice).capture
    judged(found, ["port_closed"])
    return found


@pytest.fixture
def begun(cast):
    """A claimed comparison of two files."""

    def begin(here: Path, there: Path) -> jobs.Claim:
        made = beside.begin(capture(cast, here), capture(cast, there), cast.alice)
        assert isinstance(made, Comparison)
        claim = jobs.claim(made.job_id)
        assert claim is not None
        return claim

    return begin


def test_both_are_read_in_confinement_and_the_result_is_a_row(begun):
    claim = begun(RECORDED / "client.pcap", RECORDED / "server.pcap")
    comparison.run(claim)
    made = Comparison.objects.get()
    assert (made.job.state, made.job.reason_en) == ("done", "")
    assert made.body("en")["matched"] > 0
    assert made.body("en")["headline"] != made.body("ja")["headline"]
    assert files_below(Path(settings.MEDIA_ROOT) / beside.FOLDER) == []


def test_captures_of_different_events_are_refused_with_a_sentence(begun):
    claim = begun(RECORDED / "client.pcap", OTHER)
    comparison.run(claim)
    job = Job.objects.get(pk=claim.job)
    assert job.state == "refused"
    assert "do not show one event" in job.reason_en
    assert "同じ出来事" in job.reason_ja


def test_a_program_that_leaves_no_comparison_has_failed(begun, monkeypatch):
    claim = begun(OTHER, RECORDED / "client.pcap")
    monkeypatch.setattr(confined, "run", lambda capture, into, beat, beside: Finished(into))
    comparison.run(claim)
    assert Job.objects.get(pk=claim.job).state == "failed"


def test_a_capture_that_is_deleted_meanwhile_cancels_it(begun, monkeypatch):
    claim = begun(OTHER, RECORDED / "client.pcap")

    def deleted(capture, into, beat, beside):
        removal.remove(Comparison.objects.get().there)
        assert not beat({})
        return Cancelled()

    monkeypatch.setattr(confined, "run", deleted)
    comparison.run(claim)
    assert Job.objects.get(pk=claim.job).state == "cancelled"


def test_a_capture_that_was_deleted_before_cancels_it(begun):
    claim = begun(OTHER, RECORDED / "client.pcap")
    removal.remove(Comparison.objects.get().here)
    comparison.run(claim)
    assert Job.objects.get(pk=claim.job).state == "cancelled"
