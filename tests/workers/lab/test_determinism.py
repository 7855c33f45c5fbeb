"""The same declaration on the same image gives the same bytes, whatever else this computer does."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers.lab import declaring
from workers.lab import machine
from workers.lab.run import Ran, run

BUSY = "while True: pass"
# Runs as somebody else, who may read neither this checkout nor its Python: everything is imported before.
AS_NOBODY = """
import os, sys, tempfile
from pathlib import Path
root, name, place = sys.argv[1:]
sys.path.insert(0, root)
from experiments.declaration import read
from workers.lab import machine
from workers.lab.run import run
sys.executable, machine.LAUNCH = "/usr/bin/python3", Path(place, "launch.py")
text = sys.stdin.read()
machine.version(), read(text, name=name)
os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
print(run(text, name, {}, Path(place, "image"), Path(place, "run")))
"""


def played(image: Path, into: Path, **parameters: int) -> dict[str, bytes]:
    into.mkdir()
    ran = run(declaring.pair(), declaring.NAME, parameters, image, into)
    assert isinstance(ran, Ran)
    return declaring.contents(into)


@pytest.fixture(scope="module")
def first(lab_image: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Files of a first run."""
    return played(lab_image, tmp_path_factory.mktemp("first") / "run")


def test_the_same_declaration_gives_the_same_bytes_in_every_file_under_load(
    lab_image: Path, first: dict[str, bytes], tmp_path: Path
):
    load = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(os.cpu_count() or 1)]
    try:
        assert played(lab_image, tmp_path / "again") == first
    finally:
        for each in load:
            each.send_signal(signal.SIGKILL)
            each.wait()


def test_chance_inside_the_guest_is_the_same_each_time(first: dict[str, bytes]):
    said = first["steps.json"].decode()
    assert "hello " in said  # os.urandom and $RANDOM are part of the bytes that were compared
    assert len(first) == 8


def test_another_number_gives_other_bytes(lab_image: Path, first: dict[str, bytes], tmp_path: Path):
    other = played(lab_image, tmp_path / "other", port=8001)
    changed = {name for name in first if first[name] != other[name]}
    assert {"run.json", "captures/client.pcap", "captures/server.pcap", "sockets.json"} <= changed


def test_the_other_kernel_is_as_reliable(lab_images: dict[str, Path], tmp_path: Path):
    if len(lab_images) < 2:
        pytest.skip("needs images of two kernels")
    newest = max(lab_images.items(), key=lambda each: [int(part) for part in each[0].split(".")])[1]
    one, other = (played(newest, tmp_path / name) for name in ("one", "other"))
    assert one == other


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become somebody else")
def test_who_runs_it_makes_no_difference(lab_image: Path, first: dict[str, bytes], place: Path):
    (place / "run").mkdir()
    os.chown(place / "run", machine.NOBODY, machine.NOBODY)
    shutil.copytree(lab_image, place / "image")
    shutil.copy(machine.LAUNCH, place / "launch.py")
    done = subprocess.run(
        [sys.executable, "-B", "-c", AS_NOBODY, str(declaring.ROOT), declaring.NAME, str(place)],
        input=declaring.pair(),
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert done.stdout.startswith("Ran("), done.stdout + done.stderr
    assert declaring.contents(place / "run") == first
