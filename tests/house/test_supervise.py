"""The supervisor, over small programs of the system instead of the product's own."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launch import ROOT

SCRIPT = """
import sys
from launch.processes import Service
from launch.supervise import Supervisor
words = zip(sys.argv[1::2], sys.argv[2::2])
services = [Service(name, ["sh", "-c", word]) for name, word in words]
supervisor = Supervisor(services, {"PATH": "/usr/bin:/bin"})
sys.exit(supervisor.run(lambda: True, lambda: None))
"""


@pytest.fixture
def supervise():
    """Starts a supervisor over shell programs: supervise(name, words, …). Ends it after the test."""
    running = []

    def start(*names_and_words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *names_and_words],
            env={"PYTHONPATH": str(ROOT / "bin"), "PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


def is_alive(number: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except FileNotFoundError:
        return False


def gone_within(number: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while is_alive(number) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(number)


def test_each_line_carries_the_name_of_its_service(supervise):
    process = supervise("web", "echo hello; sleep 60", "worker", "echo there; sleep 60")
    assert line_with(process, "hello") == "web    | hello\n"
    assert line_with(process, "there") == "worker | there\n"


def test_a_crashed_service_starts_again_and_waits_longer_each_time(supervise):
    process = supervise("web", "echo born; exit 3")
    waits = [line_with(process, "starts again") for _ in range(3)]
    assert [re.search(r"\((.*)\), starts again in (.*) s", line).groups() for line in waits] == [
        ("status 3", "0.5"),
        ("status 3", "1"),
        ("status 3", "2"),
    ]


def test_last_words_of_a_crashed_service_are_not_lost(supervise):
    process = supervise("web", "for n in 1 2 3; do echo word $n; done; exit 1")
    said = list(iter(process.stdout.readline, "web    | ended by itself (status 1), starts again in 0.5 s\n"))
    assert said == ["web    | word 1\n", "web    | word 2\n", "web    | word 3\n"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_with_status_0(supervise, number):
    process = supervise("web", "echo pid $$; exec sleep 60")
    child = int(line_with(process, "pid").split()[-1])
    process.send_signal(number)
    assert process.wait(timeout=10) == 0
    assert not is_alive(child)


def test_a_service_that_will_not_stop_is_killed_within_10_seconds(supervise):
    process = supervise("web", "trap '' TERM QUIT; echo pid $$; while :; do sleep 0.1; done")
    child = int(line_with(process, "pid").split()[-1])
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=12) == 0
    assert time.monotonic() - begun < 10
    assert not is_alive(child)


def test_a_second_ctrl_c_does_not_wait(supervise):
    process = supervise("web", "trap '' TERM QUIT; echo ready; while :; do sleep 0.1; done")
    line_with(process, "web    | ready")
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    line_with(process, "Stopping")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    assert time.monotonic() - begun < 3


def test_a_grandchild_in_a_session_of_its_own_is_not_left_behind(supervise):
    process = supervise("worker", "setsid sh -c 'echo pid $$; exec sleep 60' & sleep 60")
    grandchild = int(line_with(process, "pid").split()[-1])
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == 0
    assert not is_alive(grandchild)


def test_what_a_crashed_service_left_is_ended_before_it_starts_again(supervise):
    process = supervise("worker", "setsid sh -c 'echo pid $$; exec sleep 60' & sleep 0.3; exit 1")
    grandchild = int(line_with(process, "pid").split()[-1])
    line_with(process, "starts again")
    assert gone_within(grandchild, 2)


def test_services_end_when_the_supervisor_is_killed(supervise):
    process = supervise("web", "echo pid $$; exec sleep 60")
    child = int(line_with(process, "pid").split()[-1])
    process.kill()
    assert gone_within(child, 2)


def test_a_service_that_closes_its_output_costs_no_time(supervise):
    process = supervise("web", "exec >&- 2>&-; sleep 60", "worker", "echo there; sleep 60")
    line_with(process, "there")
    before = cpu_seconds(process.pid)
    time.sleep(1)
    assert cpu_seconds(process.pid) - before < 0.3


def cpu_seconds(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
