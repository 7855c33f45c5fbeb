"""Two runs are compared by what happened in them."""

import json
import random
import subprocess
import sys
import time

import pytest

from experiments.artefacts import read
from experiments.comparison import compare
from experiments.comparison.alignment import aligned
from experiments.comparison.values import MOST
from tests.experiments import short_runs as runs
from tests.house.tree import ROOT


@pytest.fixture
def compared(tmp_path):
    def both(one=None, other=None, reports=({}, {})):
        folders = [runs.run(tmp_path / name, **(said or {})) for name, said in (("a", one), ("b", other))]
        return compare(*map(read, folders), *reports)

    return both


def said(comparison, language="en"):
    return {
        section.title[language]: [sentence[language] for sentence in section.sentences]
        for section in comparison.sections
    }


def test_a_run_is_the_same_as_itself(compared):
    found = compared()
    assert found.same
    assert not found.sections


def test_other_ports_and_sequence_numbers_mean_nothing(compared):
    other = {
        "packets": runs.opened(port=51234, mine=4_294_967_290, theirs=77),
        "sockets": runs.changes(port=51234, socket="s7"),
    }
    found = compared(other=other)
    assert found.same
    assert not found.sections


def test_another_image_is_told_but_does_not_make_runs_differ(compared):
    found = compared(other={"image": "2" * 64, "kernel": "6.12.1-amd64"})
    assert found.same
    assert said(found) == {
        "What was run": [
            "Kernel: 6.1.0-50-cloud-amd64 here, 6.12.1-amd64 there.",
            "Image: 111111111111 here, 222222222222 there.",
        ]
    }


def test_a_changed_parameter_is_told(compared):
    found = compared(other={"parameters": {"syn_retries": 1}})
    assert said(found) == {"What was run": ["Parameter syn_retries: 5 here, 1 there."]}
    assert said(found, "ja") == {"実行したもの": ["パラメーター syn_retries: こちらは 5、もう一方は 1。"]}


def test_arp_means_nothing(compared):
    assert compared(other={"packets": [runs.arp(0.5), runs.arp(0.6), *runs.opened()]}).same


def test_a_tenth_of_a_gap_or_a_millisecond_is_chance(compared):
    one, other = (
        runs.opened() + runs.syns([3, 4], port=1),
        runs.opened(answer=0.0108) + runs.syns([3.05, 4.1], 1),
    )
    assert compared({"packets": one}, {"packets": other}).same


def test_more_attempts_are_counted_with_their_frames(compared):
    found = compared({"packets": runs.syns([1, 2, 4, 8, 16, 32])}, {"packets": runs.syns([1, 2], port=50000)})
    assert not found.same
    assert said(found)["Packets at client"] == [
        "Only here: 4 × SYN client → server:12345 seq 0 (packets 3–6, 3.000 s – 31.000 s after the first)."
    ]
    assert said(found, "ja")["client のパケット"] == [
        "こちらだけにあります: 4 × SYN client → server:12345 seq 0"
        "（パケット 3–6、最初のパケットから 3.000 s – 31.000 s）。"
    ]


def test_a_changed_gap_is_told(compared):
    found = compared({"packets": runs.syns([1, 2, 4])}, {"packets": runs.syns([1, 2, 5])})
    assert said(found)["Packets at client"] == [
        "Between two SYN client → server:12345 seq 0: "
        "2.000 s here, 3.000 s there (packets 2 → 3 here, 2 → 3 there)."
    ]


def test_packets_that_crossed_each_other_mean_nothing(compared):
    packets = runs.opened()
    late = [*packets, runs.segment(2.0101, runs.PA, seq=1007, ack=5001, data=b"x")]
    early = [*packets[:4], runs.segment(2.0099, runs.PA, seq=1007, ack=5001, data=b"x"), packets[4]]
    assert compared({"packets": late}, {"packets": early}).same


def test_a_packet_that_comes_at_another_place_is_told(compared):
    packets = runs.opened()
    late = [*packets, runs.segment(2.5, runs.PA, seq=1007, ack=5001, data=b"x")]
    early = [*packets[:3], runs.segment(1.05, runs.PA, seq=1007, ack=5001, data=b"x"), *packets[3:]]
    sentences = said(compared({"packets": late}, {"packets": early}))["Packets at client"]
    assert sentences == [
        "PSH-ACK client → server:12345 seq 7 len 1 comes at another place: "
        "1.500 s here, 0.050 s there, after the first packet."
    ]


def test_other_states_of_a_socket_are_told(compared):
    given_up = [
        runs.change(1_000_000_000, "CLOSED", "SYN-SENT", port=50000, socket="s4"),
        runs.change(9_000_000_000, "SYN-SENT", "CLOSED", port=50000, socket="s4"),
    ]
    assert said(compared(other={"sockets": given_up})) == {
        "Socket states": [
            "client, connecting socket (12345): SYN-SENT → ESTAB here, SYN-SENT → CLOSED there."
        ]
    }


def test_a_socket_that_only_one_run_has_is_told(compared):
    assert said(compared(other={"sockets": []}))["Socket states"] == [
        "client, connecting socket (12345): SYN-SENT → ESTAB here, no socket there."
    ]


def test_counters_are_compared_by_their_growth(compared):
    assert said(
        compared(other={"counters": {"client": {"TcpActiveOpens": [7, 9], "TcpOutRsts": [0, 1]}}})
    ) == {
        "Counters": [
            "TcpActiveOpens of client grew by 1 here, 2 there.",
            "TcpOutRsts of client grew by 0 here, 1 there.",
        ]
    }


def test_counters_that_begin_elsewhere_are_the_same(compared):
    assert compared(other={"counters": {"client": {"TcpActiveOpens": [7, 8]}}}).same


@pytest.mark.parametrize(
    ("other", "sentences"),
    [
        ({"exit": 1}, ["“connect”: exit 0 here, 1 there."]),
        ({"exit": None, "ended_ns": None}, ["“connect”: exit 0 here, not ended there."]),
        ({"ended_ns": 10**9 * 4}, ["“connect”: took 2.000 s here, 3.000 s there."]),
        ({"output": "hi\n"}, ["“connect”: output line 1 is “hello” here, “hi” there."]),
        ({"output": "hello\n\x1b]0;x\n"}, ["“connect”: output line 2 is nothing here, “\\x1b]0;x” there."]),
        ({"name": "other"}, ["“connect” is only here.", "“other” is only there."]),
    ],
)
def test_steps_that_ended_otherwise_are_told(compared, other, sentences):
    assert said(compared(other={"steps": [runs.step(**other)]})) == {"Steps": sentences}


def test_long_lines_of_output_are_shown_from_where_they_differ(compared):
    start = "SYN-SENT     0          1     some-more-words   10.0.1.1:{}    10.0.2.2:12345    timer:("
    one = [runs.step(output=start.format(40000) + "16sec)\n")]
    other = [runs.step(output=start.format(50000) + "700ms)\n")]
    assert said(compared({"steps": one}, {"steps": other}))["Steps"] == [
        "“connect”: output line 1 is “… 10.0.2.2:12345 timer:(16sec)” here, "
        "“… 10.0.2.2:12345 timer:(700ms)” there."
    ]


def test_numbers_in_the_output_mean_nothing(compared):
    one = [runs.step(output="ESTAB 0   0  10.0.1.1:40000  10.0.2.2:12345\n")]
    other = [runs.step(output="ESTAB 0  0  10.0.1.1:51234    10.0.2.2:12345  \n", ended_ns=3_100_000_000)]
    assert compared({"steps": one}, {"steps": other}).same


def finding(code, **numbers):
    return {"code": code, "numbers": numbers}


def test_findings_that_were_gained_lost_or_changed_are_told(compared):
    here = {
        "findings": [finding("syn_unanswered", syn_retransmissions=5, waited_s=63.0), finding("only_one")]
    }
    there = {"findings": [finding("syn_unanswered", syn_retransmissions=1, waited_s=63.1), finding("new")]}
    found = compared(reports=({"client": here}, {"client": there}))
    assert not found.same
    assert said(found) == {
        "Findings at client": [
            "syn_unanswered: syn_retransmissions is 5 here, 1 there.",
            "only_one is found only here.",
            "new is found only there.",
        ]
    }


def test_ports_and_chance_in_the_numbers_of_a_finding_mean_nothing(compared):
    here = {"findings": [finding("a", port=40000, handshake_s=0.0101, first_seq=9, closed_first="client")]}
    there = {"findings": [finding("a", port=51234, handshake_s=0.0102, first_seq=7, closed_first="client")]}
    assert compared(reports=({"client": here}, {"client": there})).same


def test_reports_of_the_diagnoses_can_be_compared(compared, tmp_path):
    capture = tmp_path / "one.pcap"
    capture.write_bytes(runs.pcap(runs.syns([1, 2, 4, 8])))
    command = [sys.executable, "-m", "diagnoses", capture, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    report = {"client": json.loads(done.stdout)}
    assert compared(reports=(report, report)).same
    assert report["client"]["findings"]


def test_a_vantage_that_only_one_run_has_is_told(tmp_path):
    one, other = runs.run(tmp_path / "a"), runs.run(tmp_path / "b", captures=[])
    (other / "captures/client.pcap").unlink()
    found = compare(read(one), read(other), {}, {})
    assert not found.same
    assert said(found) == {"Captures": ["Only here, client was recorded."]}


def test_a_capture_that_cannot_be_read_is_told(tmp_path):
    folders = [read(runs.run(tmp_path / name)) for name in ("a", "b")]
    (tmp_path / "b/captures/client.pcap").write_bytes(b"nothing")
    found = compare(*folders, {}, {})
    assert not found.same
    assert said(found)["Packets at client"][0].startswith("captures/client.pcap: ")


def test_a_section_ends_after_a_dozen_sentences(compared):
    many = {f"TcpExtA{number}": [0, 1] for number in range(40)}
    sentences = said(compared(other={"counters": {"client": many}}))["Counters"]
    assert len(sentences) == MOST
    assert sentences[-1] == "There are 30 more differences of this kind."


def test_long_captures_are_compared_in_seconds(compared):
    chance = random.Random(7)
    times = [1 + number / 1000 for number in range(3000)]
    one = [runs.segment(at, chance.choice([runs.A, runs.PA]), seq=1000, data=b"x") for at in times]
    other = [runs.segment(at, chance.choice([runs.A, runs.PA]), seq=1000, data=b"x") for at in times]
    began = time.monotonic()
    found = compared({"packets": one}, {"packets": other})
    assert not found.same
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ("", "", []),
        ("", "a", []),
        ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
        ("aaaa", "aa", [(0, 0), (1, 1)]),
        ("aaaax", "aax", [(0, 0), (1, 1), (4, 2)]),
        ("abcd", "acbd", [(0, 0), (2, 1), (3, 3)]),
        ("xay", "zaw", [(1, 1)]),
    ],
)
def test_sequences_are_aligned_with_the_earliest_first(one, other, pairs):
    found = aligned(one, other)
    assert len(found) == len(pairs)
    if one != "abcd":
        assert found == pairs
    assert all(one[at] == other[to] for at, to in found)
