"""The measurements can be made: small ones, of the programs that are there."""

import re
import subprocess
import sys

import pytest

from diagnoses import report
from tests.house.tree import ROOT


@pytest.fixture(scope="module")
def traffic():
    sys.path.insert(0, str(ROOT / "benchmarks"))
    import traffic

    yield traffic
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.mark.parametrize("form", ["pcap", "pcapng"])
def test_the_traffic_to_measure_with_is_what_it_says(traffic, tmp_path, form):
    for shape in traffic.SHAPES:
        traffic.write(tmp_path / shape, shape, 2000, form)
    short, snaplen, elephants = (report(tmp_path / shape) for shape in ("short", "snaplen", "elephants"))
    assert [found["capture"]["packets"] for found in (short, snaplen, elephants)] == [2000] * 3
    assert {c["verdict"] for c in short["connections"]} == {"clean_close"}
    assert len(short["connections"]) == len(snaplen["connections"]) == 200
    assert [f["code"] for f in snaplen["capture"]["quality"]] == ["truncated_frames"]
    assert len(elephants["connections"]) == 4
    assert not [f for f in elephants["findings"] if f["severity"] in ("error", "warning")]
    assert short["capture"]["first"] == "2026-01-01T00:00:00.000000000Z"


def test_the_benchmark_prints_a_row_for_us_and_for_the_loop_of_dpkt():
    words = ["--packets", "500", "--shapes", "short", "--repeats", "1"]
    command = [sys.executable, "benchmarks/read.py", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    reading, _, start = done.stdout.partition("from start to first output")
    assert reading.count("| python -m diagnoses --json |") == 2  # pcap and pcapng
    assert reading.count("| dpkt loop |") == 2
    assert start.count("| python -m diagnoses --json |") == 1


def test_the_benchmark_of_two_captures_prints_each_shape_alone_and_beside():
    command = [sys.executable, "benchmarks/beside.py", "--packets", "2000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("| alone |") == done.stdout.count("| --beside |") == 2


def fuzz(*words):
    command = [sys.executable, "benchmarks/fuzz.py", "--captures", "diagnoses/port_closed", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_the_fuzzer_tells_what_it_found_and_ends_with_0_when_that_was_nothing(tmp_path):
    done = fuzz("--mutants", 30, "--seed", 3, "--into", tmp_path / "found")
    assert done.returncode == 0, done.stdout + done.stderr
    counts = [int(number) for number in re.findall(r"^\| \w+ \| ([\d,]+) \|$", done.stdout, re.MULTILINE)]
    assert sum(counts[:2]) == 30
    assert counts[2:] == [0, 0, 0, 0]
    assert not (tmp_path / "found").exists()


def test_a_crasher_is_made_small_and_saved_with_the_way_to_make_it_again(tmp_path):
    door = ("--door", "tests.packets.planted:picky", "--into", tmp_path)
    done = fuzz("--mutants", 30, "--seed", 3, *door)
    assert done.returncode == 1
    (saved,) = tmp_path.glob("crash-*.pcap")
    assert f"| {saved} |" in done.stdout
    assert saved.read_bytes().count(b"\x08\x00\x45") == 1
    again = re.search(r"--seed 3 --only (\d+)", saved.with_suffix(".txt").read_text())
    assert "1 mutants of" in fuzz("--seed", 3, "--only", again[1], *door).stdout
    assert fuzz("--seed", 3, "--only", again[1], *door).returncode == 1
