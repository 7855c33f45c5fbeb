"""Every bad input ends as it is listed, quickly, in little memory, and without a word of its payload."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.trial import Trials
from tests.packets.hostile import application, compression, ip, not_a_capture, pcap, pcapng, tcp, time
from tests.packets.hostile.form import CANARY, ITEMS, BadInput, Read, Refused

ROOT = Path(__file__).resolve().parents[3]
FAMILIES = (not_a_capture, pcap, time, pcapng, compression, ip, tcp, application)
INPUTS: list[BadInput] = [one for family in FAMILIES for one in family.INPUTS]


@pytest.fixture(scope="module")
def trials():
    """One process for all of them; it ends a capture that costs more than 5 s of CPU or 300 MB."""
    with Trials("--canary", CANARY, "--languages", "en", "ja") as trials:
        yield trials


@pytest.mark.parametrize("bad", INPUTS, ids=str)
def test_a_bad_input_ends_as_listed(trials, tmp_path, bad):
    path = tmp_path / "capture"
    path.write_bytes(bad.build())
    outcome = trials.of(path)
    assert not outcome.failed, f"{outcome.kind}: {outcome.detail}"
    if isinstance(bad.ends, Refused):
        assert (outcome.kind, outcome.code) == ("refused", bad.ends.code), outcome.sentences
        return
    assert (outcome.kind, outcome.packets) == ("read", bad.ends.packets), outcome.sentences
    assert sorted(set(outcome.notes)) == sorted(bad.ends.notes)
    if bad.ends.connections is not None:
        assert outcome.connections == bad.ends.connections


def test_every_item_of_the_list_has_an_input():
    there = {(one.family, one.item) for one in INPUTS}
    assert there == {(family, item) for family, items in ITEMS.items() for item in items}


def test_no_two_inputs_have_the_same_name_or_the_same_bytes():
    assert len({str(one) for one in INPUTS}) == len(INPUTS)
    assert len({one.build() for one in INPUTS}) == len(INPUTS)


def first(family, kind) -> BadInput:
    return next(one for one in family.INPUTS if isinstance(one.ends, kind))


@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (first(not_a_capture, Refused), 2),
        (first(compression, Refused), 2),
        (first(pcapng, Read), 0),
        (first(ip, Read), 0),
        (first(tcp, Read), 0),
    ],
    ids=str,
)
def test_the_command_ends_with_0_or_2_and_never_with_a_traceback(tmp_path, bad, status):
    path = tmp_path / "capture"
    path.write_bytes(bad.build())
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "diagnoses", path, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment)
    assert done.returncode == status, done.stderr
    assert CANARY not in done.stdout + done.stderr
    if status == 0:
        assert json.loads(done.stdout)["capture"]["packets"] == bad.ends.packets
        assert done.stderr == ""
    else:
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""
