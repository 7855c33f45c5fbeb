"""Nothing is lost and nothing happens twice: real workers, killed and flooded, on each kind of broker."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from kb import jobs, queue
from kb.models import Job
from tests import cast as people
from tests.cast import accept
from tests.town import Town, wait_for
from tests.workers.watching import (
    at_work,
    ended,
    exactly_one_report,
    reap_as_after_half_a_minute,
    running_programs,
    state,
)

BROKERS = ["redis"] if os.environ.get("REDIS_URL") else ["files", "redis"]
pytestmark = [pytest.mark.both, pytest.mark.parametrize("town", BROKERS, indirect=True, scope="module")]


@pytest.fixture
def cast(here):
    return people.make()


def test_a_capture_goes_through_and_tells_its_progress(here, cast):
    job = ended(accept(cast, do="report", sleep=2))
    exactly_one_report(job)
    assert job.attempt == 1
    assert job.progress == {"read": 2, "of": 2, "packets": 2, "connections": 1, "step": "write"}
    assert job.capture.report.headline("en") == "Closed."


def test_a_worker_killed_in_the_middle_costs_an_attempt_and_nothing_else(here: Town, cast):
    job = accept(cast, do="report", sleep=3)
    at_work(job)
    here.kill(here.running[-1])
    wait_for(lambda: not running_programs(), 3)  # the program dies with its worker
    assert state(job) == "running"
    here.worker()
    assert reap_as_after_half_a_minute().restarted == 1
    assert ended(job).attempt == 2
    exactly_one_report(job)


def test_worker_and_broker_killed_together_lose_nothing(here: Town, cast):
    running = accept(cast, do="report", sleep=3)
    at_work(running)
    here.kill(here.running[-1])
    waiting = accept(cast, do="refuse")
    if not os.environ.get("REDIS_URL"):  # somebody else's Redis is not ours to kill
        here.empty_broker()
    here.worker()
    Job.objects.update(rung=timezone.now() - timedelta(seconds=21))
    reap_as_after_half_a_minute()
    assert ended(waiting).state == "refused"
    assert ended(running).attempt == 2
    exactly_one_report(running)


def test_a_broker_that_lost_its_messages_and_came_back_empty_loses_no_job(here: Town, cast):
    queue.connect(queue.nobody)  # away at the upload
    job = accept(cast)
    if not os.environ.get("REDIS_URL"):
        here.empty_broker()  # and empty when it is back; the worker has to find it again
    assert state(job) == "waiting"
    queue.connect(here.ring)
    Job.objects.update(rung=timezone.now() - timedelta(seconds=21))
    assert jobs.reap().rung == 1
    exactly_one_report(ended(job, 30))


def test_one_message_ten_times_is_one_report(here: Town, cast):
    job = accept(cast, do="report", sleep=1)
    for _ in range(10):
        here.ring(queue.DIAGNOSE, (job.pk,))
    exactly_one_report(ended(job))
    here.ring(queue.DIAGNOSE, (job.pk,))
    time.sleep(0.5)
    assert state(job) == "done"
    assert job.attempt == 1
