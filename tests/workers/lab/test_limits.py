"""Every limit of a run, and the one sentence with which it ends."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.declaration import read
from tests.workers.lab import declaring
from workers.lab import machine
from workers.lab.limits import MACHINE_LIMITS, RUN_LIMITS, RunLimits
from workers.lab.plan import plan
from workers.lab.play import play as played
from workers.lab.run import run
from workers.outcomes import Killed, Refused

FOR_EVER = declaring.alone("while :; do :; done")
# With no room for files beyond 2 kB, or on a file system that is full: ROOT, NAME, image, folder, bytes.
NO_ROOM = """
import resource, sys
from pathlib import Path
root, name, image, into, most = sys.argv[1:]
sys.path.insert(0, root)
from workers.lab import play, run
before = run.write
def write(*words):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    before(*words)
run.write = write
print(run.run(sys.stdin.read(), name, {}, Path(image), Path(into)))
"""


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (replace(RUN_LIMITS, wall_s=2.0), "stopped after 2 seconds, the most"),
        (replace(RUN_LIMITS, resident=50 * 10**6), "needed more than 50 MB of memory"),
    ],
    ids=["wall time", "memory"],
)
def test_a_run_that_passes_a_limit_is_stopped_with_a_sentence(
    play, into: Path, limits: RunLimits, sentence: str
):
    ended = play(FOR_EVER, limits=limits)
    assert isinstance(ended, Killed)
    assert sentence in ended.en
    assert ended.ja
    assert not ended.again
    assert not list(into.iterdir())
    assert not declaring.machines()


def test_processor_time_is_bounded_by_the_kernel(lab_image: Path):
    experiment = read(FOR_EVER, name=declaring.NAME)
    ended = played(lab_image, plan(experiment), machine_limits=replace(MACHINE_LIMITS, cpu_s=1))
    assert isinstance(ended, Killed)
    assert "more processor time" in ended.en
    assert not declaring.machines()


def test_what_a_guest_may_send_is_bounded(play, into: Path):
    ended = play(declaring.alone("true"), limits=replace(RUN_LIMITS, sent=500))
    assert isinstance(ended, Killed)
    assert "could not be understood" in ended.en
    assert not list(into.iterdir())


def test_a_machine_that_does_not_start_is_one_sentence(
    lab_image: Path, place: Path, into: Path, monkeypatch: pytest.MonkeyPatch
):
    (place / "image.json").write_bytes((lab_image / "image.json").read_bytes())
    (place / "state").write_bytes(b"not the state of any machine" * 100)
    ended = run(declaring.alone("true"), declaring.NAME, {}, place, into)
    assert isinstance(ended, Killed)
    assert "could not be started" in ended.en
    monkeypatch.setattr(machine, "installed", lambda: None)
    ended = run(declaring.alone("true"), declaring.NAME, {}, lab_image, into)
    assert isinstance(ended, Killed)
    assert "QEMU is not installed" in ended.en


HUGE = {
    "steps": declaring.alone(*["true"] * 5000),
    "hosts": declaring.alone("true").replace(
        "[record]", "".join(f"[hosts.h{n}]\n" for n in range(5000)) + "[record]"
    ),
    "links": declaring.alone("true").replace("[record]", '[[links]]\npath = ["guest"]\n' * 3000 + "[record]"),
    "captures": declaring.alone("true").replace('["guest:lo"]', "[" + '"guest:lo",' * 5000 + "]"),
    "time": declaring.alone("true").replace('"1s"', '"99999999999999999999h"'),
    "length": declaring.alone("true") + "#" * 200_000,
    "command": declaring.alone("a" * 100_000),
    "file": declaring.alone("true", big="a" * 100_000),
    "rate": declaring.pair().replace('"5ms"', '"5ms"\nrate = "99999999999999999999gbit"'),
    "digits": declaring.pair().replace("8000", "9" * 10_000),
    "nesting": declaring.alone("true") + "x = " + "[" * 5000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_huge_numbers_are_refused_before_a_machine_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.setattr(machine, "start", lambda *words: pytest.fail("a machine was started"))
    ended = run(text, declaring.NAME, {}, tmp_path, tmp_path)
    assert isinstance(ended, Refused)
    assert ended.en.startswith("The declaration cannot be read. Line ")


def left_without_room(lab_image: Path, into: Path, most: int) -> str:
    words = [str(declaring.ROOT), declaring.NAME, str(lab_image), str(into), str(most)]
    done = subprocess.run(
        [sys.executable, "-c", NO_ROOM, *words], input=declaring.pair(), capture_output=True, text=True
    )
    assert not done.stderr
    return done.stdout


def test_a_disk_that_is_full_is_one_sentence_and_no_half_folder(lab_image: Path, into: Path):
    said = left_without_room(lab_image, into, 600)
    assert said.startswith("Killed(")
    assert "disk is full" in said
    assert not list(into.iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to mount a small disk")
def test_so_is_a_small_disk(lab_image: Path, into: Path):
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(into)], check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        said = left_without_room(lab_image, into, 1 << 30)
        assert "disk is full" in said
        assert not list(into.iterdir())
    finally:
        subprocess.run(["umount", str(into)], check=True)
