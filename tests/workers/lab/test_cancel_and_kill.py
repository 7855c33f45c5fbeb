"""However a run ends, its machine ends with it, and nothing else stays."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.workers.lab import declaring
from workers.lab.run import run
from workers.outcomes import Cancelled, Killed

FOR_EVER = declaring.alone("while :; do :; done")
# A worker of its own: ROOT, NAME, image, folder; the declaration on standard input.
WORKER = """
import sys
from pathlib import Path
root, name, image, into = sys.argv[1:]
sys.path.insert(0, root)
from workers.lab.run import run
print(run(sys.stdin.read(), name, {}, Path(image), Path(into)))
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of this test, and of the programs that it starts."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_cancelled_run_is_dead_within_two_seconds_and_leaves_nothing(
    lab_image: Path, into: Path, scratch: Path
):
    asked: list[float] = []
    seen: list[int] = []

    def beat(progress: dict[str, Any]) -> bool:
        seen.extend(declaring.machines())
        asked.append(time.monotonic())
        return len(asked) < 2

    ended = run(FOR_EVER, declaring.NAME, {}, lab_image, into, beat)
    assert isinstance(ended, Cancelled)
    assert time.monotonic() - asked[-1] < 2
    assert seen
    assert not any(declaring.alive(pid) for pid in seen)
    assert not list(into.iterdir())
    assert not list(scratch.iterdir())


def test_cancelling_wakes_a_guest_that_sleeps(lab_image: Path, into: Path):
    text = declaring.alone("for i in $(seq 1000000); do sleep 3600; done")
    asked: list[float] = []

    def beat(progress: dict[str, Any]) -> bool:
        asked.append(time.monotonic())
        return False

    assert isinstance(run(text, declaring.NAME, {}, lab_image, into, beat), Cancelled)
    assert time.monotonic() - asked[0] < 2
    assert not declaring.machines()


def test_a_machine_that_is_killed_from_outside_may_be_tried_again(lab_image: Path, into: Path):
    def beat(progress: dict[str, Any]) -> bool:
        for pid in declaring.machines():
            os.kill(pid, signal.SIGKILL)
        return True

    ended = run(FOR_EVER, declaring.NAME, {}, lab_image, into, beat)
    assert isinstance(ended, Killed)
    assert ended.again
    assert "killed from outside" in ended.en
    assert not list(into.iterdir())


def test_an_error_in_the_heartbeat_ends_the_machine(lab_image: Path, into: Path):
    seen: list[int] = []

    def beat(progress: dict[str, Any]) -> bool:
        seen.extend(declaring.machines())
        raise LookupError("the row is gone")

    with pytest.raises(LookupError):
        run(FOR_EVER, declaring.NAME, {}, lab_image, into, beat)
    assert len(seen) == 1
    assert not declaring.alive(seen[0])


def test_the_machine_dies_with_its_worker(lab_image: Path, into: Path, scratch: Path):
    words = [str(declaring.ROOT), declaring.NAME, str(lab_image), str(into)]
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert worker.stdin is not None
    worker.stdin.write(FOR_EVER)
    worker.stdin.close()
    try:
        (machine,) = declaring.within(20, lambda: declaring.machines(worker.pid))
        time.sleep(1)  # it is restored and runs
        assert declaring.alive(machine)
    finally:
        worker.kill()
        worker.wait()
    assert declaring.within(2, lambda: not declaring.alive(machine))
    assert not list(into.iterdir())  # nothing is written before the guest has ended; workers sweep the folder
    assert not list(scratch.iterdir())


def test_threads_may_run_machines_and_leave_no_sockets_open(lab_image: Path, into: Path):
    """A worker lives long: each run gives back all that it has opened."""
    opened = len(os.listdir("/proc/self/fd"))
    results: list[Any] = []
    text = declaring.alone("true")
    thread = threading.Thread(
        target=lambda: results.append(run(text, declaring.NAME, {}, lab_image, into)),
    )
    thread.start()
    thread.join()
    assert json.loads((into / "run.json").read_text())["experiment"] == declaring.NAME
    assert len(os.listdir("/proc/self/fd")) == opened
