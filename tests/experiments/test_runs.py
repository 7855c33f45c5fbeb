"""Runs: how they begin, what is written at their end, and who may see and end them."""

from pathlib import Path

import pytest
from django.conf import settings

from experiments import runs, shipped
from experiments.models import Recording, Run
from kb import intake, jobs, removal
from kb.models import Job
from tests import laboratory
from tests.cast import received

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def one(monkeypatch, tmp_path):
    laboratory.declare(monkeypatch, tmp_path)


def finished(run: Run, **more) -> tuple[Run, bool]:
    """The run, done with this result; and whether its folder was kept."""
    claim = jobs.claim(run.job.pk)
    folder = Path(settings.MEDIA_ROOT) / "runs" / f"{claim.prefix}{run.uid}"
    laboratory.fill(folder, run)
    result = {
        "folder": folder,
        "virtual_s": 65.5,
        "wall_s": 4.2,
        "verdicts": [laboratory.verdict()],
        "captures": {},
        "against": runs.recording_of(run),
        **more,
    }
    kept = runs.finish(claim, run, runs.Result(**result))
    return Run.objects.get(pk=run.pk), kept


def test_a_run_keeps_what_it_is_a_run_of(cast, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run = laboratory.begun(user=cast.alice, syn_retries=2)
    assert (run.experiment, run.parameters, run.as_declared) == ("connect_timeout", {"syn_retries": 2}, False)
    assert run.declaration == laboratory.TEXT
    assert (run.state, run.has_ended, run.kernel) == ("waiting", False, "6.1.0-50-cloud-amd64")
    assert rung == [("workers.replay", (run.job.pk,))]


def test_the_declared_number_chosen_again_is_the_experiment_as_declared():
    run = laboratory.begun(syn_retries=5)
    assert run.as_declared
    assert run.digest == shipped.find("connect_timeout").digest


def test_other_numbers_and_other_images_are_runs_of_something_else():
    keys = {
        (run.digest, run.image)
        for run in (
            laboratory.begun(),
            laboratory.begun(syn_retries=4),
            laboratory.begun(laboratory.image("6.12")),
        )
    }
    assert len(keys) == 3


def test_who_asks_for_what_already_waits_gets_that_run(cast):
    first = laboratory.begun(user=cast.alice)
    assert laboratory.begun(user=cast.bob) == first
    jobs.cancel(first.job)
    assert laboratory.begun(user=cast.bob) != first


def test_the_first_run_on_an_image_becomes_its_recording():
    run, kept = finished(laboratory.begun())
    assert kept
    assert (run.state, run.identical, run.held) == ("done", None, True)
    assert Recording.objects.get().run == run
    assert run.path.is_dir()


def test_a_run_with_the_same_bytes_is_identical_and_shares_the_folder():
    first, _ = finished(laboratory.begun())
    second, kept = finished(laboratory.begun())
    assert not kept
    assert second.identical is True
    assert second.folder == first.folder
    assert Recording.objects.get().run == first


def test_a_run_that_differs_says_where_and_keeps_its_own_folder():
    first, _ = finished(laboratory.begun())
    second, kept = finished(laboratory.begun(), difference=("Frame 3 differs.", "フレーム 3 が異なります。"))
    assert kept
    assert second.identical is False
    assert second.folder != first.folder
    assert second.difference("ja") == "フレーム 3 が異なります。"
    assert Recording.objects.get().run == first


def test_what_was_lost_or_cancelled_meanwhile_changes_nothing():
    run = laboratory.begun()
    claim = jobs.claim(run.job.pk)
    jobs.cancel(run.job)
    result = runs.Result(Path("x"), 1, 1, [laboratory.verdict()], {}, None)
    assert not runs.finish(claim, run, result)
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.folder, run.verdicts) == ("cancelled", "", [])
    assert not Recording.objects.exists()


@pytest.mark.parametrize(
    ("held", "all_held"),
    [([True, True], True), ([True, False], False), ([True, None], True), ([None], None), ([], None)],
)
def test_an_expectation_that_is_not_for_this_kernel_neither_holds_nor_fails(held, all_held):
    assert runs.all_held([laboratory.verdict(one) for one in held]) is all_held


def test_a_dead_workers_folder_goes_and_a_runs_folder_stays():
    run, _ = finished(laboratory.begun())
    left = run.path.with_name("replay-9-1-left")
    left.mkdir()
    assert list(removal.leftovers(Path(settings.MEDIA_ROOT))) == [left]


def test_a_capture_that_a_run_rests_on_cannot_be_deleted():
    from django.db.models import ProtectedError

    capture = intake.accept(received(b"abc"), team=None).capture
    run, _ = finished(laboratory.begun(), captures={"client": capture})
    assert run.captures.get().capture == capture
    with pytest.raises(ProtectedError):
        removal.remove(capture)


def test_who_began_a_run_may_end_it_and_so_may_the_staff(cast):
    run = laboratory.begun(user=cast.alice)
    assert run.may_be_cancelled_by(cast.alice)
    assert not run.may_be_cancelled_by(cast.bob)
    cast.bob.is_staff = True
    assert run.may_be_cancelled_by(cast.bob)
    Job.objects.update(state="done")
    run.job.refresh_from_db()
    assert not run.may_be_cancelled_by(cast.alice)
