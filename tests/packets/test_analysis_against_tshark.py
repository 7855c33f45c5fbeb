"""tshark is the oracle, frame by frame: what tcp.analysis says, and what our marks and times say.

Every difference belongs to a class that says why we are right (explained.py). A class that explains nothing
any more fails, and so does a difference that no class explains.
"""

import csv
import random
import shutil
import subprocess
from collections import Counter
from functools import cache

import numpy as np
import pytest

from packets import columns as c
from packets.capture import read
from tests.packets import traces
from tests.packets.captures import OURS, SHARED, THEIRS, name
from tests.packets.explained import EXPLAINED, Before, Difference

needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark (Debian package tshark)")
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared: the labelled captures")
MADE = range(24)  # generated captures

MARKS = {
    "lost_segment": c.GAP_BEFORE,
    "ack_lost_segment": c.ACKS_UNSEEN,
    "duplicate_ack": c.DUPLICATE_ACK,
    "zero_window": c.WINDOW_ZERO,
    "window_update": c.WINDOW_UPDATE,
    "window_full": c.WINDOW_FULL,
    "keep_alive": c.KEEPALIVE_SHAPED,
    "keep_alive_ack": c.ANSWERS_KEEPALIVE,
    "zero_window_probe": c.PROBE_SHAPED,
    "spurious_retransmission": c.SEEN_ACKNOWLEDGED,
}
# Which of them it is, is a judgement; that bytes lie behind the highest one seen is the fact.
BEHIND = ("retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order")
BEHIND_MARKS = c.SEEN_TWICE | c.SEEN_PARTLY | c.FILLS_GAP
NUMBERS = ("ack_rtt", "bytes_in_flight", "initial_rtt", "reused_ports")
FIELDS = (
    *(f"tcp.analysis.{fact}" for fact in dict.fromkeys((*MARKS, *BEHIND, *NUMBERS))),
    *(
        "tcp.stream",
        "tcp.time_delta",
        "tcp.options.sack_le",
        "tcp.options.sack_re",
        "tcp.options.sack.dsack_le",
    ),
)


def oracle(path):
    """What tshark says of each frame: the last word of a field's name to its value."""
    command = [
        "tshark",
        "-r",
        path,
        "-o",
        "tcp.calculate_timestamps:TRUE",
        "-T",
        "fields",
        "-E",
        "separator=,",
    ]
    command += ["-E", "occurrence=f", *(word for field in FIELDS for word in ("-e", field))]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    names = [field.rpartition(".")[2] for field in FIELDS]
    return [dict(zip(names, row, strict=True)) for row in csv.reader(text.splitlines())]


def ns(seconds):
    """Nanoseconds of a decimal number of seconds; -1: there is none."""
    if not seconds:
        return -1
    whole, _, rest = seconds.lstrip("-").partition(".")
    time = int(whole) * 10**9 + int(rest.ljust(9, "0")[:9])
    return -time if seconds.startswith("-") else time


def compared(row, said, first):
    """(fact, what we say, what tshark says) of one frame; ``first``: of its connection."""
    marks = int(row["marks"])
    for fact, mark in MARKS.items():
        yield fact, bool(marks & mark), bool(said[fact])
    yield "behind", bool(marks & BEHIND_MARKS), any(said[fact] for fact in BEHIND)
    yield "ack_rtt", int(row["rtt_ns"]), ns(said["ack_rtt"])
    yield "bytes_in_flight", int(row["in_flight"]), int(said["bytes_in_flight"] or -1)
    yield "time_delta", 0 if first else int(row["gap_ns"]), ns(said["time_delta"])
    yield "sack_le", int(row["sack_left"]), int(said["sack_le"] or -1)
    yield "sack_re", int(row["sack_right"]), int(said["sack_re"] or -1)
    yield "dsack", bool(marks & c.REPORTS_TWICE), bool(said["dsack_le"])


class Comparison:
    """A capture beside what tshark says of it."""

    def __init__(self, path):
        self.capture, self.told = read(path), oracle(path)
        self.packets = self.capture.packets[np.argsort(self.capture.packets["frame"])]
        self.doubled = set(self.packets["connection"][(self.packets["marks"] & c.COPY) != 0].tolist())
        self.before: dict[int, Before] = {}
        self.last: dict[int, tuple] = {}

    def differences(self):
        for row, said in zip(self.packets, self.told, strict=True):
            number = int(row["connection"])
            if said["stream"] and row["protocol"] == c.TCP and number >= 0:
                first = number not in self.before
                before = self.before.setdefault(number, Before(number in self.doubled))
                facts = [*compared(row, said, first), *(self.begun(number, said) if first else ())]
                yield from [Difference(*fact, row, before) for fact in facts if fact[1] != fact[2]]
                before.see(row)
                self.last[number] = row, said["stream"]
        yield from self.handshakes()

    def begun(self, number, said):
        flows = self.capture.table["flow"]
        yield "reused_ports", flows[number] in flows[:number], bool(said["reused_ports"])

    def handshakes(self):
        """tshark tells the time of a handshake at some frames after it; the first word counts."""
        times = {
            said["stream"]: ns(said["initial_rtt"]) for said in reversed(self.told) if said["initial_rtt"]
        }
        for number, (row, stream) in self.last.items():
            record = self.capture.record(number)
            begun, over = record["syn_time"], record["shaken_time"]
            ours, theirs = over - begun if min(begun, over) >= 0 else -1, times.get(stream, -1)
            if ours != theirs:
                yield Difference("initial_rtt", ours, theirs, row, self.before[number])


@cache
def differences(path):
    """All differences of a capture, each with the names of the classes that explain it."""
    found = Comparison(path).differences()
    return [(str(d), [explain.__name__ for explain in EXPLAINED if explain(d)]) for d in found]


def unexplained(path):
    return [text for text, classes in differences(path) if not classes]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Generated captures: loss, order, cuts, probes, windows and SACKs as a path and two ends make them."""
    folder = tmp_path_factory.mktemp("made")
    for seed in MADE:
        (folder / f"{seed}.pcap").write_bytes(traces.capture(random.Random(seed), polite=True))
    return [folder / f"{seed}.pcap" for seed in MADE]


@needs_tshark
@pytest.mark.parametrize("path", OURS, ids=name)
def test_our_own_captures_are_analysed_as_by_tshark_or_for_a_reason(path):
    assert not unexplained(path)


@needs_tshark
@needs_shared
@pytest.mark.parametrize("path", THEIRS, ids=name)
def test_real_captures_are_analysed_as_by_tshark_or_for_a_reason(path):
    assert not unexplained(path)


@needs_tshark
@pytest.mark.parametrize("seed", MADE)
def test_generated_captures_are_analysed_as_by_tshark_or_for_a_reason(made, seed):
    assert not unexplained(made[seed])


@needs_tshark
@needs_shared
def test_every_explanation_explains_something(made):
    """And most of them explain what no other one does."""
    used = Counter(
        classes[0] for path in (*OURS, *THEIRS, *made) for _, classes in differences(path) if classes
    )
    assert set(used) == {explain.__name__ for explain in EXPLAINED}, used
