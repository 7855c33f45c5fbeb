"""The program that parses: every limit is a value and one sentence, and it can reach nothing."""

import json
import os
import signal
import socket
import threading
import time

import pytest

from tests.workers.rigged import PROGRAM
from workers import confined
from workers.outcomes import LIMITS, Cancelled, Finished, Killed, Limits, Refused

MB = 10**6


@pytest.fixture
def run(tmp_path):
    def run(limits=LIMITS, beat=lambda progress: True, **orders):
        capture, into = tmp_path / "capture", tmp_path / "into"
        capture.write_text(json.dumps(orders))
        into.mkdir()
        return confined.run(capture, into, beat, limits, PROGRAM)

    return run


def gone(pid: int, within: float = 5.0) -> bool:
    """A killed process is on its way out for a moment before it is no more."""
    until = time.monotonic() + within
    while not (ended := _ended(pid)) and time.monotonic() < until:
        time.sleep(0.02)
    return ended


def _ended(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_program_that_ends_well_leaves_its_folder(run, tmp_path):
    assert run(do="report") == Finished(tmp_path / "into")
    assert (tmp_path / "into" / "summary.json").exists()


def test_progress_is_handed_on_and_the_last_line_always(run):
    seen = []
    run(do="report", sleep=1.2, beat=lambda progress: seen.append(progress) or True)
    assert seen[0] == {"read": 1, "of": 2, "packets": 1, "connections": 1, "step": "read"}
    assert seen[-1]["step"] == "write"


def test_a_refusal_is_the_programs_sentence_in_both_languages(run):
    assert run(do="refuse") == Refused("The file is empty.", "空です。")


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGBUS"])
def test_a_crash_is_told_by_its_signal(run, name):
    outcome = run(do="signal", name=name)
    assert isinstance(outcome, Killed)
    assert name in outcome.en
    assert name in outcome.ja
    assert not outcome.again


def test_a_kill_from_outside_may_be_tried_again(run):
    assert run(do="signal", name="SIGKILL").again


@pytest.mark.parametrize(
    ("limits", "orders", "words"),
    [
        (Limits(cpu_s=1), {"do": "spin"}, "its 1 seconds of CPU time"),
        (Limits(wall_s=1), {"do": "sleep"}, "longer than the 1 seconds"),
        (Limits(), {"do": "memory", "bytes": 3 << 30}, "more memory than the 2 GB"),
        (Limits(resident=100 * MB), {"do": "touch memory"}, "more memory than the 100 MB"),
        (Limits(output=20 * MB), {"do": "fill"}, "wrote more than the 20 MB"),
        (Limits(output=20 * MB), {"do": "one big file"}, "wrote more than the 20 MB"),
        (Limits(), {"do": "chatter"}, "wrote more than"),
    ],
)
def test_a_limit_is_one_sentence_that_names_it(run, limits, orders, words):
    start = time.monotonic()
    outcome = run(limits=limits, **orders)
    assert isinstance(outcome, Killed)
    assert words in outcome.en
    assert outcome.ja
    assert not outcome.again
    assert time.monotonic() - start < 10


def test_any_other_end_is_one_sentence_without_the_programs_words(run):
    outcome = run(do="exit", status=9)
    assert isinstance(outcome, Killed)
    assert "status 9" in outcome.en
    assert "Traceback" not in outcome.en


def test_lines_that_are_no_progress_are_dropped(run):
    seen = []
    assert isinstance(run(do="bad lines", beat=lambda progress: seen.append(progress) or True), Finished)
    assert seen[-1] == {"read": 7, "step": "read"}


def test_the_codes_of_a_progress_line_are_handed_on(run):
    seen = []
    run(
        do="progress", line={"step": "read", "quality": ["clock_step"]}, beat=lambda p: seen.append(p) or True
    )
    assert seen[-1] == {"step": "read", "quality": ["clock_step"]}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["truncated_frames", "clock_step"], ["truncated_frames", "clock_step"]),
        (["b", "a", "b"], ["b", "a"]),
        ([], []),
        (["x" * 40, "x" * 41, ""], ["x" * 40]),
        (["A", "a-b", "a b", "a\n", "\u00e9", "\u0663", "<b>", "a\0", "../a"], []),
        ([1, None, True, ["a"], {"a": 1}, "a"], ["a"]),
        ([f"code_{n}" for n in range(5000)], [f"code_{n}" for n in range(20)]),
        (["!"] * 5000 + ["a"], ["a"]),
    ],
)
def test_codes_are_few_short_words(said, kept):
    assert confined.only_known({"quality": said}) == {"quality": kept}


@pytest.mark.parametrize("said", [None, "clock_step", {"clock_step": 1}, 7])
def test_codes_that_are_no_list_are_dropped(said):
    assert confined.only_known({"quality": said, "packets": 1}) == {"packets": 1}


def test_a_cancel_kills_within_two_seconds(run):
    start = time.monotonic()
    assert run(do="sleep", beat=lambda progress: False) == Cancelled()
    assert time.monotonic() - start < 2


def test_its_children_end_with_it_where_it_may_have_any(run):
    seen = []
    outcome = run(do="children", limits=Limits(wall_s=3), beat=lambda progress: seen.append(progress) or True)
    assert isinstance(outcome, Killed)
    if os.getuid() == 0:  # RLIMIT_NPROC does not bind root
        assert gone(seen[-1]["read"])
    else:
        assert "read" not in seen[-1]


@pytest.mark.parametrize("plant", ["symlink_to", "hardlink_to"])
def test_a_refusal_is_read_from_a_plain_file_only(tmp_path, plant):
    secret = tmp_path / "secret"
    secret.write_text('{"en": "hush", "ja": "hush"}')
    into = tmp_path / "into"
    into.mkdir()
    getattr(into / "refused.json", plant)(secret)
    assert isinstance(confined.refusal(into), Killed)


def test_it_sees_no_secrets_no_network_and_no_other_file(run, tmp_path, monkeypatch):
    monkeypatch.setenv("REPLAYBOOK_SECRET_KEY", "hush")
    secret = tmp_path / "secret"
    secret.write_text("hush")
    with socket.create_server(("127.0.0.1", 0)) as server:
        run(
            do="look around",
            paths=["/etc/passwd", "/proc/1/environ", str(secret), str(tmp_path / "capture")],
            port=server.getsockname()[1],
            outside=str(tmp_path / "outside"),
        )
    tell = json.loads((tmp_path / "into" / "tell.json").read_text())
    assert tell["cwd"] == str(tmp_path / "into")
    assert not [
        name for name in tell["environment"] if "REPLAYBOOK" in name or "URL" in name or "SECRET" in name
    ]
    assert tell[str(tmp_path / "capture")].startswith('{"do"')
    granted = granted_here(tmp_path)
    if "no_network" in granted:
        assert "unreachable" in tell["loopback"]
    if "files" in granted:
        assert tell["/etc/passwd"] == tell[str(secret)] == tell["/proc/1/environ"] == "PermissionError"
        assert tell["outside"] == "PermissionError"
        assert not (tmp_path / "outside").exists()


def granted_here(tmp_path) -> list[str]:
    """What this kernel grants, by the launcher's own word."""
    into = tmp_path / "probe"
    into.mkdir()
    child = confined.start(tmp_path / "capture", into, Limits(), ("/bin/true",))
    assert child.stdout is not None
    line = child.stdout.readline()
    child.communicate()
    return json.loads(line)["confined"]


def test_what_the_kernel_does_not_grant_is_said_once(caplog, monkeypatch):
    monkeypatch.setattr(confined, "_said", set())
    confined.note(["limits", "no_new_privs", "files"])
    confined.note(["limits", "no_new_privs", "files"])
    assert [record.getMessage() for record in caplog.records] == [
        "Captures are read without no_network: the kernel does not grant it."
    ]


def test_it_dies_with_the_worker(tmp_path):
    """A worker that is killed cannot clean up; the kernel does."""
    capture, into = tmp_path / "capture", tmp_path / "into"
    capture.write_text('{"do": "sleep"}')
    into.mkdir()
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        child = confined.start(capture, into, Limits(), PROGRAM)
        os.write(writing, f"{child.pid}\n".encode())
        assert child.stdout is not None
        child.stdout.readline()
        os.write(writing, b"confined\n")
        time.sleep(60)
        os._exit(0)
    with os.fdopen(reading) as said:
        pid = int(said.readline())
        said.readline()
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    os.close(writing)
    end = time.monotonic() + 2
    while not gone(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert gone(pid)


def test_it_runs_beside_others(run, tmp_path):
    """Nothing is kept between runs, so several may run in threads of one process."""
    outcomes = []

    def one(number):
        into = tmp_path / f"into-{number}"
        capture = tmp_path / f"capture-{number}"
        capture.write_text('{"do": "refuse"}')
        into.mkdir()
        outcomes.append(confined.run(capture, into, program=PROGRAM))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [Refused("The file is empty.", "空です。")] * 3
