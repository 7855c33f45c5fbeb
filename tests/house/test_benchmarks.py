"""The measurements can be made: small ones, of the programs that are there."""

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
    lines = done.stdout.splitlines()
    assert sum("python -m diagnoses --json" in line for line in lines) == 2  # pcap and pcapng
    assert sum("dpkt loop" in line for line in lines) >= 2
