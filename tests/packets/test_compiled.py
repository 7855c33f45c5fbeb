"""The compiled kernel is found by what it was made from, and everything works without it."""

import subprocess
import sys

import pytest

from packets import compiled, engine
from packets.capture import read
from packets.doubling import NOBODY
from tests.packets.hostile.frames import TALK, capture


@pytest.fixture
def fresh(monkeypatch):
    """What was found out before is forgotten, before and after."""
    for remembered in (compiled.load, compiled.file_name):
        remembered.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    for remembered in (compiled.load, compiled.file_name):
        remembered.cache_clear()


def test_the_name_changes_with_the_source_of_the_kernel(fresh, tmp_path):
    before = compiled.file_name()
    (tmp_path / "other.py").write_text("# another kernel")
    fresh.setattr(compiled, "KERNEL", tmp_path)
    compiled.file_name.cache_clear()
    assert compiled.file_name() != before


def test_a_kernel_made_from_something_else_is_not_found(fresh, tmp_path):
    (tmp_path / "kernel-0123456789abcdef0123.o").write_bytes(b"old")
    fresh.setattr(compiled, "folders", lambda: [tmp_path])
    assert compiled.find() is None
    assert compiled.load() is None


def test_captures_are_read_without_a_kernel(fresh, tmp_path):
    fresh.setattr(compiled, "folders", lambda: [tmp_path])
    (tmp_path / "talk.pcap").write_bytes(capture(TALK))
    assert isinstance(engine.engine(NOBODY), engine.Interpreted)
    assert read(tmp_path / "talk.pcap").connections == 1


def test_where_there_is_no_compiler_there_is_no_name(fresh):
    fresh.setitem(sys.modules, "llvmlite.binding", None)
    assert compiled.file_name() is None
    assert compiled.find() is None
    assert compiled.make() is None


def test_a_folder_that_cannot_be_written_is_passed_over(fresh, tmp_path):
    (tmp_path / "file").write_text("in the way")
    asked = []

    def run(command, **_):
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, 0)

    fresh.setattr(compiled, "folders", lambda: [tmp_path / "file", tmp_path / "writable"])
    fresh.setattr(subprocess, "run", run)
    made = compiled.make()
    assert made == tmp_path / "writable" / compiled.file_name()
    assert len(asked) == 1
    assert made.stat().st_mode & 0o777 == 0o644


def test_a_compiler_that_fails_leaves_nothing_behind(fresh, tmp_path):
    fresh.setattr(compiled, "folders", lambda: [tmp_path])
    fresh.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    assert compiled.make() is None
    assert list(tmp_path.iterdir()) == []


def test_a_status_of_the_compiled_kernel_is_an_error():
    entry = compiled.load()["replaybook_walk"]
    with pytest.raises((RuntimeError, TypeError)):
        entry(1)  # too few arguments are refused before they reach machine code
