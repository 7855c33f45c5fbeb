"""The arrows between a job's states, without a broker or a worker."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from kb import jobs, kinds, queue
from kb.models import Job, Report
from tests.cast import accept

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def age(job, **columns):
    """Moves moments of a row into the past, by seconds."""
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(**{name: now - timedelta(seconds=s) for name, s in columns.items()})


def test_a_message_goes_out_only_when_the_row_is_committed(cast, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = accept(cast)
        assert rung == []
    assert rung == [("workers.diagnose", (job.pk,))]


def test_an_upload_outlives_its_broker(cast, django_capture_on_commit_callbacks):
    queue.connect(queue.nobody)
    with django_capture_on_commit_callbacks(execute=True):
        job = accept(cast)
    job.refresh_from_db()
    assert job.state == "waiting"


def test_of_ten_claims_one_wins(cast):
    job = accept(cast)
    claims = [jobs.claim(job.pk) for _ in range(10)]
    assert [claim.attempt for claim in claims if claim] == [1]


def test_a_claim_for_a_job_that_is_gone_is_nothing():
    assert jobs.claim(4711) is None


def test_an_attempt_that_lost_its_row_writes_nothing(cast):
    job = accept(cast)
    first = jobs.claim(job.pk)
    age(job, heartbeat=31)
    assert jobs.reap().restarted == 1
    second = jobs.claim(job.pk)
    assert second.attempt == 2
    assert not jobs.beat(first, {"read": 1})
    assert not jobs.end(first, Job.State.DONE)
    assert jobs.beat(second, {"read": 2})
    job.refresh_from_db()
    assert (job.state, job.progress) == ("running", {"read": 2})


def test_a_job_with_a_fresh_heartbeat_is_left_alone(cast):
    job = accept(cast)
    jobs.claim(job.pk)
    age(job, heartbeat=29)
    assert jobs.reap() == jobs.Reaped(0, 0, 0)


def test_after_three_dead_workers_the_job_has_failed_and_says_so(cast):
    job = accept(cast)
    for _ in range(3):
        assert jobs.claim(job.pk) is not None
        age(job, heartbeat=31)
        jobs.reap()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "interrupted 3 times" in job.reason("en")
    assert "3 回" in job.reason("ja")
    assert job.ended is not None


def test_what_a_dead_attempt_has_written_is_removed(cast):
    job = accept(cast)
    claim = jobs.claim(job.pk)
    left = Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}abc"
    left.mkdir(parents=True)
    age(job, heartbeat=31)
    jobs.reap()
    assert not left.exists()


def test_a_report_is_never_taken_for_a_leftover(cast):
    job = accept(cast)
    claim = jobs.claim(job.pk)
    kept = Path(settings.MEDIA_ROOT) / "reports" / f"{claim.prefix}abc"
    kept.mkdir(parents=True)
    Report.objects.create(
        capture=job.capture, folder=f"reports/{kept.name}", packets=0, connections=0, duration_s=0
    )
    age(job, heartbeat=31)
    jobs.reap()
    assert kept.exists()


def test_a_message_that_was_lost_is_sent_again_after_twenty_seconds(cast, rung):
    job = accept(cast)
    age(job, rung=19, created=19)
    jobs.reap()
    assert rung == []
    age(job, rung=21, created=21)
    jobs.reap()
    assert rung == [("workers.diagnose", (job.pk,))]
    jobs.reap()
    assert len(rung) == 1, "it was rung for a moment ago"


def test_a_row_that_never_was_rung_for_is_found_too(cast, rung):
    job = accept(cast)
    Job.objects.filter(pk=job.pk).update(rung=None)
    age(job, created=21)
    assert jobs.reap().rung == 1


def test_with_the_broker_away_the_reaper_tries_once(cast):
    for _ in range(3):
        age(accept(cast), rung=21)
    calls = []

    def away(task, arguments):
        calls.append(task)
        raise ConnectionError("away")

    queue.connect(away)
    assert jobs.reap().rung == 0
    assert len(calls) == 1


def test_diagnosing_again_while_a_job_is_unfinished_is_that_job(cast):
    job = accept(cast)
    assert jobs.begin(job.capture) == job
    claim = jobs.claim(job.pk)
    assert jobs.begin(job.capture) == job
    jobs.end(claim, Job.State.FAILED, "en", "ja")
    assert jobs.begin(job.capture) != job


def test_a_cancelled_job_waits_no_longer(cast):
    job = accept(cast)
    assert jobs.cancel(job)
    assert jobs.claim(job.pk) is None
    job.refresh_from_db()
    assert (job.state, job.has_ended) == ("cancelled", True)
    assert job.ended is not None


def test_a_running_attempt_learns_of_the_cancel_from_its_next_beat(cast):
    job = accept(cast)
    claim = jobs.claim(job.pk)
    assert jobs.beat(claim, {})
    assert jobs.cancel(job)
    assert not jobs.beat(claim, {})
    assert not jobs.end(claim, Job.State.DONE)
    jobs.give_back(claim, "It was killed.", "…")
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_what_has_ended_cannot_be_cancelled(cast):
    job = accept(cast)
    jobs.end(jobs.claim(job.pk), Job.State.DONE)
    assert not jobs.cancel(job)
    job.refresh_from_db()
    assert job.state == "done"


def test_a_cancelled_diagnosis_can_be_begun_again(cast):
    job = accept(cast)
    jobs.cancel(job)
    assert jobs.begin(job.capture) != job


@pytest.fixture
def other_kind(monkeypatch):
    """A kind of job that a room above has registered; its results are in a set."""
    kept = set()
    kind = kinds.Kind("sing", "workers.sing", "songs", kept.__contains__)
    monkeypatch.setitem(kinds._known, "sing", kind)
    return kept


def test_a_job_of_another_kind_needs_no_capture_and_rings_its_own_task(
    other_kind, db, rung, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.begin_other("sing")
    assert rung == [("workers.sing", (job.pk,))]
    claim = jobs.claim(job.pk)
    assert (claim.capture, claim.prefix) == (None, f"sing-{job.pk}-1-")


def test_a_diagnosis_without_a_capture_cannot_be_written(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="diagnose")


def test_a_dead_attempt_of_another_kind_is_cleared_from_its_own_folder(other_kind, db, rung):
    job = jobs.begin_other("sing")
    claim = jobs.claim(job.pk)
    media = Path(settings.MEDIA_ROOT)
    left, kept = (media / "songs" / f"{claim.prefix}{end}" for end in ("left", "kept"))
    for folder in (left, kept):
        folder.mkdir(parents=True)
    other_kind.add(f"songs/{kept.name}")
    age(job, heartbeat=31)
    assert jobs.reap().restarted == 1
    assert (left.exists(), kept.exists()) == (False, True)
    assert [task for task, _ in rung] == ["workers.sing"]


def test_a_kill_from_outside_gives_the_job_to_the_next_until_the_third(cast, rung):
    job = accept(cast)
    for attempt in (1, 2, 3):
        claim = jobs.claim(job.pk)
        assert claim.attempt == attempt
        jobs.give_back(claim, "It was killed.", "…")
    job.refresh_from_db()
    assert (job.state, job.reason_en) == ("failed", "It was killed.")
    assert len(rung) == 2
