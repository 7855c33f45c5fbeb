"""Wireshark reads the scenes as they are meant: sound packets, and the numbers that the lines say."""

import json
import shutil
import subprocess
from collections import Counter
from functools import cache

import pytest

from experiments.scripted.__main__ import ROOT, captures, declarations

TSHARK = shutil.which("tshark")
pytestmark = pytest.mark.skipif(TSHARK is None, reason="needs tshark")

CAPTURES = [path for declaration in declarations() for path, _ in captures(declaration)]
CHECK = [word for name in ("ip", "tcp", "udp") for word in ("-o", f"{name}.check_checksum:TRUE")]
SUMS = tuple(f"{name}.checksum.status" for name in ("ip", "tcp", "udp", "icmp", "icmpv6"))
WRONG = "0"

# What the analysis of tshark must say of each capture; of all others nothing. Where its versions differ
# (zero-window probes that look like keepalives) the capture is left out: see NOT_COMPARED.
ANALYSIS = {
    "accept_queue_full/fires": {"retransmission": 10, "duplicate_ack": 3},
    "accept_queue_full/stays_quiet": {"retransmission": 1},
    "capture_drops/fires": {"ack_lost_segment": 3, "lost_segment": 2},
    "capture_drops/stays_quiet": {"lost_segment": 1, "duplicate_ack": 1, "out_of_order": 1},
    "checksum_offload/stays_quiet": {"retransmission": 1},
    "dns_truncated_tcp_blocked/fires": {"retransmission": 3},
    "dns_truncated_tcp_blocked/stays_quiet": {"retransmission": 1},
    "duplicate_frames/fires": {"retransmission": 7, "duplicate_ack": 4},
    "duplicate_frames/stays_quiet": {"retransmission": 2},
    "fast_retransmission/fires": {"duplicate_ack": 3, "retransmission": 1, "fast_retransmission": 1},
    "fast_retransmission/stays_quiet": {"duplicate_ack": 4, "retransmission": 1, "fast_retransmission": 1},
    "fin_unanswered/fires": {"retransmission": 9},
    "fin_unanswered/stays_quiet": {"retransmission": 2},
    "gave_up_retransmitting/fires": {"retransmission": 6},
    "gave_up_retransmitting/stays_quiet": {"retransmission": 6},
    "handshake_ack_lost/fires": {"retransmission": 8, "duplicate_ack": 3},
    "handshake_ack_lost/stays_quiet": {"retransmission": 1, "duplicate_ack": 1},
    "keepalive/fires": {"keep_alive": 4, "keep_alive_ack": 4},
    "keepalive_failed/fires": {"keep_alive": 5, "keep_alive_ack": 2},
    "keepalive_failed/stays_quiet": {"keep_alive": 6, "keep_alive_ack": 5},
    "long_lived_keepalive/healthy": {"keep_alive": 3, "keep_alive_ack": 3},
    "port_scan/fires": {},
    "pmtu_black_hole/fires": {"duplicate_ack": 1, "retransmission": 5},
    "pmtu_black_hole/stays_quiet": {"duplicate_ack": 4, "retransmission": 4, "fast_retransmission": 1},
    "pmtu_discovery/fires": {"out_of_order": 3, "duplicate_ack": 1},
    # The ACK of the older connection does not fit the new SYN, and then nothing fits for a while.
    "port_reuse_ignored/fires": {
        "reused_ports": 2,
        "retransmission": 1,
        "ack_lost_segment": 2,
        "lost_segment": 1,
    },
    "port_reuse_ignored/stays_quiet": {"reused_ports": 1, "retransmission": 1},
    # It takes the overtaken segment for a repeat, for it came after three duplicate ACKs.
    "reordering/fires": {
        "lost_segment": 1,
        "duplicate_ack": 3,
        "retransmission": 1,
        "fast_retransmission": 1,
    },
    "reordering/stays_quiet": {
        "lost_segment": 1,
        "duplicate_ack": 3,
        "retransmission": 1,
        "fast_retransmission": 1,
    },
    "reset_sender_unknown/fires": {"retransmission": 1},
    "reset_sender_unknown/stays_quiet": {"retransmission": 1},
    "spurious_retransmission/fires": {"retransmission": 1, "duplicate_ack": 1},
    "spurious_retransmission/stays_quiet": {"retransmission": 1},
    "syn_ack_lost/fires": {"retransmission": 10},
    "syn_ack_lost/stays_quiet": {"retransmission": 5},
    "syn_flood/fires": {"retransmission": 120},
    "syn_flood/stays_quiet": {"retransmission": 40},
    "syn_unanswered/fires": {"retransmission": 5},
    "syn_unanswered/stays_quiet": {"retransmission": 2},
    "tail_loss_probe/fires": {"retransmission": 1},
    "tail_loss_probe/stays_quiet": {"retransmission": 1, "duplicate_ack": 1},
    "timeout_retransmission/fires": {"retransmission": 3},
    "timeout_retransmission/stays_quiet": {"retransmission": 1, "duplicate_ack": 1},
    "half_open_silent/fires": {"retransmission": 10},
    "half_open_silent/stays_quiet": {"retransmission": 3},
    "idle_flow_dropped/fires": {"retransmission": 7},
    "idle_flow_dropped/stays_quiet": {"retransmission": 2},
    "reset_by_own_timeout/fires": {"retransmission": 5},
    "reset_by_own_timeout/stays_quiet": {"retransmission": 1},
    "ttl_expired/fires": {"retransmission": 2},
    "window_full/fires": {"window_full": 5},
    "zero_window/stays_quiet": {"window_full": 1, "zero_window": 1, "window_update": 1},
}
WRONG_SUMS = {
    "checksum_offload/fires": [1, 3, 4, 7, 8, 11, 12, 14],  # all that the capture host sends
    "checksum_offload/stays_quiet": [6],
    # Of the segment that the ICMP error quotes in part only.
    "pmtu_discovery/fires": [9, 10],
    "pmtu_discovery/stays_quiet": [9],
}
NOT_COMPARED = {
    "keepalive/stays_quiet",
    "zero_window/fires",
    "zero_window_dead_peer/fires",
    "zero_window_dead_peer/stays_quiet",
    "zero_window_probe/fires",
    "zero_window_probe/stays_quiet",
}
FLAGS = (
    "retransmission", "fast_retransmission", "spurious_retransmission", "lost_segment", "ack_lost_segment",
    "duplicate_ack", "out_of_order", "keep_alive", "keep_alive_ack", "zero_window", "zero_window_probe",
    "window_full", "window_update", "reused_ports",
)  # fmt: skip


def label(path):
    return f"{path.parent.name}/{path.stem}"


def tshark(path, *words):
    done = subprocess.run(
        [TSHARK, "-n", "-r", path, *CHECK, *words], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def table(path, *names, only="frame"):
    fields = [word for name in names for word in ("-e", name)]
    lines = tshark(path, "-Y", only, "-T", "fields", "-E", "occurrence=f", *fields).splitlines()
    return [tuple(line.split("\t")) for line in lines]


@cache
def verdicts(path):
    """One row a frame: its number, whether it is malformed, its checksums, its analysis flags."""
    return table(path, "frame.number", "_ws.malformed", *SUMS, *(f"tcp.analysis.{name}" for name in FLAGS))


@pytest.mark.parametrize("path", CAPTURES, ids=label)
def test_every_packet_is_well_formed_and_only_the_meant_checksums_are_wrong(path):
    rows = verdicts(path)
    assert rows
    assert not [row[0] for row in rows if row[1]]
    assert [int(row[0]) for row in rows if WRONG in row[2 : 2 + len(SUMS)]] == WRONG_SUMS.get(label(path), [])


@pytest.mark.parametrize("path", [path for path in CAPTURES if label(path) not in NOT_COMPARED], ids=label)
def test_its_analysis_finds_what_is_meant_and_nothing_else(path):
    flags = [row[2 + len(SUMS) :] for row in verdicts(path)]
    found = Counter(name for row in flags for name, value in zip(FLAGS, row, strict=True) if value)
    assert found == ANALYSIS.get(label(path), {})


def test_its_relative_numbers_are_those_of_the_lines():
    path = ROOT / "diagnoses/application_abort/fires.pcap"
    assert table(path, "tcp.seq", "tcp.ack", "tcp.len", "tcp.flags.str") == [
        ("0", "0", "0", "··········S·"),
        ("0", "1", "0", "·······A··S·"),
        ("1", "1", "0", "·······A····"),
        ("1", "1", "57", "·······AP···"),
        ("1", "58", "0", "·······A····"),
        ("1", "58", "1448", "·······A····"),
        ("1449", "58", "812", "·······AP···"),
        ("58", "2261", "0", "·······A····"),
        ("58", "2261", "904", "·······AP···"),
        ("2261", "962", "0", "·······A····"),
        ("962", "2261", "1200", "·······AP···"),
        ("2261", "2162", "0", "·······A·R··"),
    ]


def test_it_reads_the_options_of_the_handshake():
    path = ROOT / "diagnoses/clean_close/fires.pcap"
    names = ("tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.hdr_len")
    assert table(path, *names, only="tcp.flags.syn == 1") == [("1460", "7", "40")] * 2


def test_it_finds_the_syn_inside_the_icmp_error():
    path = ROOT / "diagnoses/icmp_unreachable/fires.pcap"
    [packet] = json.loads(tshark(path, "-Y", "icmp", "-T", "json"))
    layers = packet["_source"]["layers"]
    assert (layers["icmp"]["icmp.type"], layers["icmp"]["icmp.code"]) == ("3", "10")
    assert layers["icmp"]["tcp"]["tcp.dstport"] == "8080"
    assert layers["icmp"]["ip"]["ip.ttl"] == "62"
    assert layers["ip"]["ip.ttl"] == "63"
