"""The scenes of the repository: what they declare is what lies beside them."""

import struct

import pytest

from experiments.scripted.__main__ import ROOT, captures, declarations, main
from experiments.scripted.declaration import read_scene

SCENES = declarations()
LARGEST = 400_000  # bytes; a scene is for reading, but a window of 64 kB must be filled before it is full


def name(path):
    return path.parent.name


def rows(capture):
    """Time in microseconds, kept and original length of every frame of a pcap file."""
    at, found = 24, []
    while at < len(capture):
        seconds, micros, kept, length = struct.unpack_from("<IIII", capture, at)
        found.append((seconds * 10**6 + micros, kept, length))
        at += 16 + kept
    assert at == len(capture)
    return found


def test_there_are_scenes():
    assert len(SCENES) >= 20


@pytest.mark.parametrize("declaration", SCENES, ids=name)
def test_the_committed_captures_are_those_of_the_declaration(declaration):
    for path, content in captures(declaration):
        assert path.read_bytes() == content, f"run python -m experiments.scripted {path.parent}"


@pytest.mark.parametrize("declaration", SCENES, ids=name)
def test_no_capture_lies_beside_a_declaration_that_does_not_make_it(declaration):
    made = {path for path, _ in captures(declaration)}
    assert {path for path in declaration.parent.iterdir() if path.suffix == ".pcap"} == made


@pytest.mark.parametrize("declaration", SCENES, ids=name)
def test_a_scene_is_called_like_its_folder_and_has_a_twin_when_it_is_a_fault(declaration):
    scene = read_scene(declaration)
    parts = [part.name for part in scene.parts]
    assert scene.name == declaration.parent.name
    assert parts == (["healthy"] if "library" in declaration.parts else ["fires", "stays_quiet"])
    if parts != ["healthy"]:
        fires, quiet = scene.parts
        assert scene.name in fires.expect
        assert scene.name in quiet.never


@pytest.mark.parametrize("declaration", SCENES, ids=name)
def test_a_capture_is_small_and_in_order_unless_its_clock_was_set(declaration):
    scene = read_scene(declaration)
    for part, (_, content) in zip(scene.parts, captures(declaration), strict=True):
        times = [time for time, _, _ in rows(content)]
        stepped = any(line.kind == "clock" for line in part.lines)
        assert len(content) < LARGEST
        assert times
        assert (times == sorted(times)) is not stepped


@pytest.mark.parametrize("declaration", SCENES, ids=name)
def test_addresses_are_private_or_reserved_for_documentation(declaration):
    for part in read_scene(declaration).parts:
        assert all(host.address.is_private for host in part.hosts.values())


def test_the_command_writes_what_is_missing_and_checks_what_is_there(tmp_path, capsys):
    folder = tmp_path / "port_closed"
    folder.mkdir()
    (folder / "experiment.toml").write_bytes((ROOT / "diagnoses/port_closed/experiment.toml").read_bytes())
    assert main(["--check", str(folder)]) == 1
    assert not (folder / "fires.pcap").exists()
    assert main([str(folder)]) == 0
    assert (folder / "fires.pcap").read_bytes() == (ROOT / "diagnoses/port_closed/fires.pcap").read_bytes()
    capsys.readouterr()
    assert main(["--check", str(folder)]) == 0
    assert capsys.readouterr().out == ""


def test_the_command_names_the_mistake_and_writes_nothing(tmp_path, capsys):
    (tmp_path / "experiment.toml").write_text('name = "x"\npackets = 1\n')
    assert main([str(tmp_path)]) == 2
    assert "/experiment.toml:2: 'packets' is not known here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "experiment.toml"]
