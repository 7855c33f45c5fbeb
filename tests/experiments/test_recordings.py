"""Recordings that come with the product become runs, once."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from experiments import images, recordings, runs, shipped
from experiments.models import Recording, Run
from kb import queue, removal
from kb.models import Capture, Job
from tests import laboratory

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def folder(monkeypatch, tmp_path) -> Path:
    """What was recorded of the one experiment, on Linux 6.1."""
    base = laboratory.declare(monkeypatch, tmp_path)
    run = Run(
        experiment=laboratory.NAME,
        digest=shipped.find(laboratory.NAME).digest,
        parameters={"syn_retries": 5},
        image=laboratory.image().id,
        kernel="6.1.0-50-cloud-amd64",
    )
    made = laboratory.fill(base / laboratory.NAME / "recorded" / "6.1", run)
    (made / "verdicts.json").write_text(json.dumps([laboratory.verdict()]))
    return made


def test_a_recording_becomes_a_run_that_is_done(folder):
    assert recordings.load() == recordings.Loaded(new=1)
    run = Run.objects.get()
    assert (run.state, run.reason, run.held, run.as_declared, run.wall_s) == (
        "done",
        "recorded",
        True,
        True,
        None,
    )
    assert run.captures.count() == Capture.objects.filter(origin="lab").count() == 2
    assert Recording.objects.get().run == run
    assert runs.newest(shipped.find(laboratory.NAME)) == run
    assert (run.path / "captures" / "client.pcap").exists()
    assert list(removal.leftovers(Path(settings.MEDIA_ROOT))) == []


def test_loading_again_changes_nothing(folder, capsys):
    recordings.load()
    call_command("load_recordings")
    assert "0 loaded, 1 known, 0 cannot be used" in capsys.readouterr().out
    assert Run.objects.count() == 1


def test_a_replay_is_compared_with_it(folder):
    recordings.load()
    assert runs.recording_of(laboratory.begun(images.current()[0])) == Run.objects.get(reason="recorded")


@pytest.mark.parametrize("file", ["run.json", "verdicts.json", "captures/client.pcap"])
def test_one_that_is_not_whole_is_passed_over_with_a_line_in_the_log(folder, file, caplog):
    (folder / file).unlink()
    assert recordings.load().new == 0
    assert not Run.objects.exists()
    assert file == "run.json" or "cannot be used" in caplog.text, "without run.json it is no recording"


def test_one_of_an_earlier_wording_is_passed_over(folder, caplog):
    file = folder.parent.parent / "experiment.toml"
    file.write_text(file.read_text() + "# more\n")
    assert recordings.load() == recordings.Loaded(unusable=1)
    assert "another wording" in caplog.text


def test_what_the_lab_recorded_is_diagnosed_on_its_own_queue_and_rung_for_by_the_reaper(rung):
    capture = Capture.objects.create(origin=Capture.Origin.LAB, name="x", size=1, sha256="0" * 64, stored="x")
    job = Job.objects.create(capture=capture, kind="diagnose")
    with queue.quiet():
        assert queue.ring(job)
    assert rung == []
    assert queue.ring(job)
    assert rung == [(queue.DIAGNOSE_OUR_OWN, (job.pk,))]
