"""Tasks: known by their names, and only a doorbell."""

import ast
from pathlib import Path

import pytest
from django.utils import timezone

from experiments import runs, schedule
from kb import jobs, kinds, queue
from kb.models import Job, Report
from tests.cast import accept
from tests.reported import report_on
from workers import app, diagnosis, tasks

NAMES = {*queue.TASKS, runs.REPLAY, schedule.REPLAY_DUE}


def test_every_name_that_kb_rings_for_is_a_task_of_the_workers():
    app.loader.import_default_modules()
    assert set(queue.TASKS) <= set(app.tasks)
    assert {kind.task for kind in kinds.every()} <= set(app.tasks)
    assert {name for name in app.tasks if name.startswith("workers.")} == NAMES


def test_the_clock_rings_for_tasks_that_exist():
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled == {queue.REAP, queue.SWEEP, schedule.REPLAY_DUE}
    assert app.conf.beat_schedule["reap"]["schedule"] <= 30


def test_tasks_are_about_ten_lines():
    tree = ast.parse(Path(tasks.__file__).read_text())
    lengths = [node.end_lineno - node.lineno + 1 for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(lengths) == len(NAMES)
    assert max(lengths) <= 12


def test_a_replay_waits_in_a_queue_of_its_own_and_the_clock_does_not_wait_behind_it():
    routes = app.conf.task_routes
    assert routes[runs.REPLAY] == {"queue": "lab"}
    assert routes[schedule.REPLAY_DUE] == {"queue": "house"}
    assert {route["queue"] for route in routes.values()} <= set(app.conf.task_queues)


def test_messages_are_json_acknowledged_late_and_leave_no_results():
    conf = app.conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == "json"
    assert conf.task_acks_late
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert conf.worker_prefetch_multiplier == 1


@pytest.mark.django_db
def test_a_task_for_a_job_that_is_gone_does_nothing():
    tasks.diagnose(4711)


@pytest.mark.django_db
@pytest.mark.parametrize("task", ["diagnose", "reap"])
def test_a_renewal_that_was_asked_for_begins_when_a_diagnosis_ends_and_when_the_reaper_comes(
    task, cast, monkeypatch
):
    older, newer = accept(cast, number=1), accept(cast, number=2)
    report_on(older)
    Report.objects.update(renewal_asked=timezone.now())
    monkeypatch.setattr(diagnosis, "run", lambda claim: jobs.end(claim, Job.State.DONE))
    tasks.diagnose(newer.pk) if task == "diagnose" else tasks.reap()
    assert older.capture.jobs.filter(state=Job.State.WAITING).count() == 1
    assert not Report.objects.filter(renewal_asked__isnull=False).exists()
