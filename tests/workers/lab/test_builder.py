"""Building images: one at a time, with a file that says how far it is, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from experiments import lab_state
from workers.lab import builder, machine
from workers.lab.builder import WORDS, Busy, build_all
from workers.lab.image import build as image_build
from workers.lab.image.build import STEPS, CannotBuild
from workers.lab.image.packages import CannotFetch

HOLD = """
import sys, time
from pathlib import Path
from workers.lab.builder import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def root(tmp_path):
    return tmp_path / "lab"


@pytest.fixture
def stand_in(monkeypatch):
    """Instead of a build: tells its steps, and calls back in each."""

    def put(look=lambda step: None):
        def build(root, series, tell):
            for step in STEPS:
                tell(step)
                look(step)
            return root / "images" / series

        monkeypatch.setattr(builder, "build", build)

    return put


def test_each_series_is_built_and_every_step_is_said(root, stand_in):
    stand_in()
    said = []
    assert build_all(root, ["6.1", "6.12"], said.append) == [root / "images/6.1", root / "images/6.12"]
    assert said[0] == "Linux 6.1: fetching Debian's packages …"
    assert len(said) == 2 * len(STEPS)


def test_the_progress_is_a_file_that_the_pages_read(root, stand_in, settings):
    settings.LAB_ROOT = root
    seen = []
    stand_in(lambda step: seen.append(lab_state._building()))
    build_all(root, ["6.1", "6.12"], lambda line: None)
    assert [one.step for one in seen] == list(range(1, 11))
    assert {one.of for one in seen} == {10}
    assert seen[3].what_en == f"Linux 6.1: {WORDS['boot'][0]}"
    assert seen[-1].what_ja == f"Linux 6.12: {WORDS['snapshot'][1]}"
    assert lab_state._building() is None


def test_the_progress_is_gone_after_a_failure_too(root, monkeypatch):
    def build(root, series, tell):
        tell("packages")
        raise CannotBuild("no")

    monkeypatch.setattr(builder, "build", build)
    with pytest.raises(CannotBuild):
        build_all(root, ["6.1"], lambda line: None)
    assert [path.name for path in root.iterdir()] == ["building.lock"]


def test_a_second_build_at_the_same_time_is_refused_and_disturbs_nothing(root, stand_in):
    def second(step):
        before = (root / "building.json").read_bytes()
        with pytest.raises(Busy, match="being built already"):
            build_all(root, ["6.1"], lambda line: None)
        assert (root / "building.json").read_bytes() == before
        assert (root / "building-scratch").is_dir()

    def first(step):
        (root / "building-scratch").mkdir(exist_ok=True)
        second(step)

    stand_in(first)
    build_all(root, ["6.1"], lambda line: None)


def test_the_lock_of_a_killed_build_is_free_again(root, stand_in):
    stand_in()
    root.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(Busy):
        build_all(root, ["6.1"], lambda line: None)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert build_all(root, ["6.1"], lambda line: None)


def test_what_an_interrupted_build_has_left_is_swept_and_nothing_else(root, stand_in):
    for name in ("building-x1/apt/lists", "images/abc", "recordings/r"):
        (root / name).mkdir(parents=True)
    (root / "building-notes").write_text("a file")
    stand_in()
    build_all(root, ["6.1"], lambda line: None)
    assert sorted(path.name for path in root.iterdir()) == [
        "building-notes",
        "building.lock",
        "images",
        "recordings",
    ]


def test_all_steps_have_words_in_both_languages():
    assert tuple(WORDS) == STEPS
    for en, ja in WORDS.values():
        assert en.isascii()
        assert not ja.isascii()


def test_without_qemu_nothing_is_begun(root, monkeypatch):
    monkeypatch.setattr(machine, "installed", lambda: None)
    with pytest.raises(CannotBuild, match="QEMU is not installed"):
        image_build.build(root, "6.1")
    assert not root.exists()


@pytest.mark.parametrize(
    "problem",
    [
        CannotFetch("apt did not answer."),
        OSError(28, "No space left on device"),
        subprocess.CalledProcessError(2, ["dpkg-deb"]),
        ValueError("This is no bzImage."),
        machine.MachineError("The guest did not start."),
    ],
)
def test_whatever_goes_wrong_is_a_sentence_and_leaves_no_scratch(root, monkeypatch, problem):
    def collect(scratch, series, tell):
        (scratch / "half").write_text("x")
        raise problem

    monkeypatch.setattr(machine, "installed", lambda: "/usr/bin/qemu")
    monkeypatch.setattr(image_build, "collect", collect)
    with pytest.raises(CannotBuild) as reason:
        image_build.build(root, "6.1")
    assert "\n" not in str(reason.value)
    assert list(root.iterdir()) == []


def parts(**changed):
    values = {"series": "6.1", "vmlinux": b"K", "initrd": b"I", "packages": {"bash": "5.2"}}
    return image_build.Parts(**values | changed)


def test_an_image_is_known_by_all_that_a_run_depends_on(monkeypatch):
    same = parts().identity("7.2")
    assert parts(packages={"bash": "5.3"}).identity("7.2") == same  # the files decide, not their names
    others = [
        parts(vmlinux=b"L").identity("7.2"),
        parts(initrd=b"J").identity("7.2"),
        parts().identity("8.0"),
    ]
    monkeypatch.setattr(machine, "KERNEL_LINE", "quiet")
    assert len({same, *others, parts().identity("7.2")}) == 5


def test_an_image_that_is_made_already_is_not_booted_again(root, monkeypatch):
    monkeypatch.setattr(machine, "version", lambda: "7.2")
    place = root / "images" / parts().identity("7.2")
    place.mkdir(parents=True)
    (place / "image.json").write_text("{}")
    monkeypatch.setattr(image_build, "boot", lambda *words: pytest.fail("booted"))
    assert image_build.make(root, root, parts(), lambda step: None) == place


def test_an_image_appears_whole(root, monkeypatch):
    scratch = root / "building-x"
    scratch.mkdir(parents=True)

    def boot(parts, state, tell):
        assert not (root / "images").exists()
        state.write_bytes(b"STATE")
        return "6.1.0-50-cloud-amd64", []

    monkeypatch.setattr(machine, "version", lambda: "7.2")
    monkeypatch.setattr(image_build, "boot", boot)
    began = time.time()
    place = image_build.make(root, scratch, parts(), lambda step: None)
    told = json.loads((place / "image.json").read_bytes())
    assert (told["id"], told["kernel"], told["series"]) == (place.name, "6.1.0-50-cloud-amd64", "6.1")
    assert told["sizes"] == {"state": 5, "initrd": 1, "vmlinux": 1}
    assert sorted(path.name for path in place.iterdir()) == ["image.json", "state"]
    assert time.time() - began < 5


def test_versions_stand_in_the_names_of_packages(tmp_path):
    assert image_build.name_and_version(tmp_path / "tcpdump_1%3a4.99.3-1_amd64.deb") == (
        "tcpdump",
        "1:4.99.3-1",
    )
