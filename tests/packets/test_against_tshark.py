"""tshark is the oracle: times, connections, relative numbers, lengths and windows, packet by packet."""

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from packets.capture import read
from packets.columns import RST, TCP

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "captures"
OURS = sorted([*ROOT.glob("diagnoses/*/*.pcap"), *ROOT.glob("experiments/library/*/*.pcap")])
THEIRS = sorted(SHARED.glob("labelled/*/capture.pcap*")) + sorted(
    p for p in SHARED.glob("public/*") if p.suffix in (".pcap", ".cap", ".pcapng")
)
FIELDS = (
    "frame.number", "frame.time_epoch", "frame.len", "tcp.stream", "tcp.seq", "tcp.ack", "tcp.len",
    "tcp.flags", "tcp.window_size", "ip.ttl",
)  # fmt: skip
OUTPUT = {"capture_output": True, "text": True, "check": True}
needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark (Debian package tshark)")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the labelled captures")

# Where we differ on purpose, with the reason. A capture named here must really differ.
NUMBERS_DIFFER: dict[str, str] = {}


def oracle(path):
    command = ["tshark", "-r", path, "-o", "tcp.analyze_sequence_numbers:TRUE", "-T", "fields"]
    command += [word for field in FIELDS for word in ("-e", field)]
    text = subprocess.run([*command, "-E", "separator=,", "-E", "occurrence=f"], **OUTPUT).stdout
    return [dict(zip(FIELDS, row, strict=True)) for row in csv.reader(text.splitlines())]


def by_frame(path):
    packets = read(path).packets
    return packets[np.argsort(packets["frame"])]


def same_partition(ours, theirs):
    """Two numberings group the packets alike."""
    pairs = set(zip(ours, theirs, strict=True))
    return len({a for a, _ in pairs}) == len({b for _, b in pairs}) == len(pairs)


def check(path):
    mine, tshark = by_frame(path), oracle(path)
    assert len(mine) == len(tshark)
    for row, said in zip(mine, tshark, strict=True):
        seconds, _, nanos = said["frame.time_epoch"].partition(".")
        assert row["time_ns"] == int(seconds) * 10**9 + int(nanos.ljust(9, "0")[:9])
        assert row["original"] == int(said["frame.len"])
    pairs = zip(mine, tshark, strict=True)
    both = [(row, said) for row, said in pairs if said["tcp.stream"] and row["protocol"] == TCP]
    assert same_partition([int(r["connection"]) for r, _ in both], [said["tcp.stream"] for _, said in both])
    return [difference for row, said in both if (difference := differs(row, said))]


def differs(row, said):
    """The first field of a TCP packet that differs from what tshark says, or None."""
    want = {"length": int(said["tcp.len"]), "flags": int(said["tcp.flags"], 16) & 0x1FF}
    if not int(row["flags"]) & RST:
        want |= {"seq": int(said["tcp.seq"])}
        want |= {"ack": int(said["tcp.ack"])} if int(row["flags"]) & 16 else {}
    if said["ip.ttl"]:
        want["ttl"] = int(said["ip.ttl"])
    if row["window"] >= 0:
        want["window"] = int(said["tcp.window_size"])
    wrong = {name: (int(row[name]), value) for name, value in want.items() if int(row[name]) != value}
    return (int(row["frame"]), wrong) if wrong else None


@needs_tshark
@pytest.mark.parametrize("path", OURS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_our_own_captures_read_as_tshark_reads_them(path):
    assert not check(path)


@needs_tshark
@needs_shared
@pytest.mark.parametrize("path", THEIRS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_captures_read_as_tshark_reads_them(path):
    found = check(path)
    if path.name in NUMBERS_DIFFER:
        assert found, f"no longer differs: {NUMBERS_DIFFER[path.name]}"
    else:
        assert not found
