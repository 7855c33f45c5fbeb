"""The clock's replays, and what they prove."""

from datetime import timedelta

import pytest
from django.utils import timezone

from experiments import images, lab_state, proof, runs, schedule, shipped
from experiments.models import Run
from kb import jobs
from kb.models import Job
from tests import laboratory

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def two_experiments_on_two_images(monkeypatch, tmp_path):
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: name)
    laboratory.declare(monkeypatch, tmp_path, "connect_timeout", "keepalive")
    laboratory.image("6.1"), laboratory.image("6.12")


def ended(run: Run, **columns) -> Run:
    Job.objects.filter(pk=run.job_id).update(state="done")
    Run.objects.filter(pk=run.pk).update(folder=f"runs/{run.uid}", **columns)
    return Run.objects.get(pk=run.pk)


def states() -> dict[str, list[str]]:
    found = proof.proofs(shipped.every(), images.current())
    return {name: [one.state for one in on] for name, on in found.items()}


def test_each_experiment_is_replayed_on_each_image_one_after_the_other():
    seen = set()
    for _ in range(4):
        run = schedule.begin_due()
        assert run.reason == "schedule"
        assert schedule.begin_due() is None, "one at a time"
        ended(run)
        seen.add((run.experiment, run.image))
    assert len(seen) == 4
    assert schedule.begin_due() is None, "all of them were replayed today"


def test_what_is_longest_ago_comes_first():
    for _ in range(4):
        ended(schedule.begin_due())
    ages = dict(zip(Run.objects.values_list("pk", flat=True), (30, 50, 20, 40), strict=True))
    for pk, hours in ages.items():
        Run.objects.filter(pk=pk).update(created=timezone.now() - timedelta(hours=hours))
    oldest = Run.objects.order_by("created").first()
    run = schedule.begin_due()
    assert (run.experiment, run.image) == (oldest.experiment, oldest.image)


def test_a_readers_replay_as_declared_counts_for_the_day_and_one_with_other_numbers_does_not():
    image = images.current()[0]
    ended(laboratory.begun(image))
    ended(laboratory.begun(images.current()[1], syn_retries=1))
    due = {(run.experiment, run.image) for run in (ended(schedule.begin_due()) for _ in range(3))}
    assert ("connect_timeout", image.id) not in due
    assert len(due) == 3


def test_a_failed_replay_is_not_repeated_every_minute():
    for _ in range(4):
        jobs.end(jobs.claim(schedule.begin_due().job_id), Job.State.FAILED, "No.", "違います。")
    assert schedule.begin_due() is None


def test_nothing_is_begun_while_a_reader_waits():
    laboratory.begun(syn_retries=2)
    assert schedule.begin_due() is None


def test_nothing_is_begun_where_it_is_switched_off_or_the_lab_is_not_ready(settings, monkeypatch):
    settings.REPLAY_EVERY_HOURS = 0
    assert schedule.begin_due() is None
    settings.REPLAY_EVERY_HOURS = 24
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: None)
    assert schedule.begin_due() is None


def test_the_newest_replay_as_declared_decides():
    image = images.current()[0]
    assert states()["connect_timeout"] == ["never", "never"]
    ended(laboratory.begun(image), held=True)
    assert states()["connect_timeout"] == ["held", "never"]
    ended(laboratory.begun(image), held=False, identical=False)
    ended(laboratory.begun(image, syn_retries=1), held=True)
    assert states() == {"connect_timeout": ["stale", "never"], "keepalive": ["never", "never"]}
    ended(laboratory.begun(image), held=True, identical=True)
    assert states()["connect_timeout"] == ["identical", "never"]


def test_a_declaration_that_has_changed_is_not_proved_by_what_it_was():
    ended(laboratory.begun(images.current()[0]), held=True)
    file = shipped.find("connect_timeout").folder / "experiment.toml"
    file.write_text(file.read_text() + "# more\n")
    assert states()["connect_timeout"] == ["never", "never"]
    assert runs.newest(shipped.find("connect_timeout")) is None
