"""Of two run folders, the first thing that differs is named."""

import json
import os

import pytest

from experiments.comparison.identity import first_difference
from tests.experiments import short_runs as runs


@pytest.fixture
def differing(tmp_path):
    def differ(one=None, other=None, change=None):
        folders = [runs.run(tmp_path / name, **(said or {})) for name, said in (("a", one), ("b", other))]
        if change:
            change(folders[1])
        return first_difference(*folders)

    return differ


def flipped(name, at):
    def flip(folder):
        content = bytearray((folder / name).read_bytes())
        content[at] ^= 1
        (folder / name).write_bytes(content)

    return flip


def test_the_same_bytes_do_not_differ(differing):
    assert differing() is None


def test_verdicts_are_made_afterwards_and_do_not_count(differing):
    assert differing(change=lambda folder: (folder / "verdicts.json").write_text("[]")) is None


def test_a_packet_that_only_one_capture_has_is_named(differing):
    found = differing({"packets": runs.syns([1, 2, 4])}, {"packets": runs.syns([1, 2])})
    assert found.file == "captures/client.pcap"
    assert found.en == (
        "captures/client.pcap, packet 3: SYN 10.0.1.1:40000 → 10.0.2.2:12345 seq 0 at 4.000 s here, "
        "nothing there"
    )
    assert found.ja == (
        "captures/client.pcap のパケット 3: こちらは SYN 10.0.1.1:40000 → 10.0.2.2:12345 seq 0（4.000 s）、"
        "もう一方は なし"
    )


def test_a_time_is_told_as_finely_as_it_has_to_be(differing):
    found = differing({"packets": runs.syns([1, 2])}, {"packets": runs.syns([1, 2.000001])})
    assert "seq 0 at 2.000000 s here, SYN" in found.en
    assert found.en.endswith("at 2.000001 s there")


def test_a_flipped_byte_of_a_packet_is_named(differing):
    found = differing(change=flipped("captures/client.pcap", -1))
    assert found.en == (
        "captures/client.pcap, packet 5: ACK 10.0.2.2:12345 → 10.0.1.1:40000 seq 1 at 2.010 s, "
        "but byte 54 is 0x00 here, 0x01 there"
    )
    assert "54 バイト目が異なります" in found.ja


@pytest.mark.parametrize("at", range(0, 200, 3))
def test_whichever_byte_of_a_capture_differs_there_is_a_sentence(differing, at):
    found = differing(change=flipped("captures/client.pcap", at))
    assert found.file == "captures/client.pcap"
    assert found.en
    assert found.ja


def test_a_capture_that_is_cut_off_differs(differing):
    def cut(folder):
        whole = (folder / "captures/client.pcap").read_bytes()
        (folder / "captures/client.pcap").write_bytes(whole[:-70])

    assert differing(change=cut).en.endswith("seq 1 at 2.010 s here, nothing there")


def test_a_missing_file_is_a_difference(differing):
    found = differing(change=lambda folder: (folder / "captures/client.pcap").unlink())
    assert found.en == "captures/client.pcap: the file is only here"


def test_a_missing_folder_is_a_difference(tmp_path):
    runs.run(tmp_path / "a")
    found = first_difference(tmp_path / "nowhere", tmp_path / "a")
    assert found.en == "captures/client.pcap: the file is only there"


def test_a_link_is_no_file_of_a_run(differing):
    def link(folder):
        (folder / "steps.json").rename(folder.parent / "elsewhere")
        os.symlink(folder.parent / "elsewhere", folder / "steps.json")

    assert differing(change=link).en == "steps.json: the file is only here"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"exit": 1}, "steps.json, step 1 “connect”: exit 0 here, 1 there"),
        ({"exit": None}, "steps.json, step 1 “connect”: exit 0 here, – there"),
        (
            {"ended_ns": 3_000_000_001},
            "steps.json, step 1 “connect”: took 2.000000000 s here, 2.000000001 s there",
        ),
        ({"output": "hi\n"}, "steps.json, step 1 “connect”: output line 1 is “hello” here, “hi” there"),
        ({"output": "hello"}, "steps.json, step 1 “connect”: output line 2 is “” here, nothing there"),
        ({"cut": True}, "steps.json, 1.cut: False here, True there"),
        ({"output": "\x1b[2J"}, "step 1 “connect”: output line 1 is “hello” here, “\\x1b[2J” there"),
    ],
)
def test_a_step_that_ended_otherwise_is_named(differing, other, said):
    assert differing(other={"steps": [runs.step(**other)]}).en.endswith(said)


def test_a_step_that_only_one_run_has_is_named(differing):
    found = differing(other={"steps": [runs.step(), runs.step("look")]})
    assert found.en == "steps.json, 2: nothing here, {…} there"


def test_an_event_of_a_terminal_is_named_with_its_time(differing):
    found = differing(other={"cast": runs.CAST.replace('[2.001, "o", "hello', '[2.002, "o", "hello')})
    assert found.en == (
        "terminals/client.cast, event 2: “hello\\r\\n” at 2.001000 s here, “hello\\r\\n” at 2.002000 s there"
    )


@pytest.mark.parametrize("line", ["[1e999]", '[NaN, "o", "x"]', "[[[", '[1e400, "o", "x"]', "\udcff"])
def test_a_broken_event_differs_too(differing, line):
    cast = runs.CAST.encode() + line.encode("utf-8", "surrogateescape") + b"\n"
    found = differing(change=lambda folder: (folder / "terminals/client.cast").write_bytes(cast))
    assert found.en.startswith("terminals/client.cast, event 3: ")


def test_a_change_of_a_socket_is_named(differing):
    other = [runs.changes()[0], runs.change(1_010_000_000, "SYN-SENT", "CLOSED")]
    assert differing(other={"sockets": other}).en == (
        "sockets.json, change 2: client s1 SYN-SENT → ESTAB at 1.010000000 s here, "
        "client s1 SYN-SENT → CLOSED at 1.010000000 s there"
    )


def test_another_port_of_a_socket_is_named(differing):
    found = differing(other={"sockets": runs.changes(port=40001)})
    assert found.en == "sockets.json, 1.local: “10.0.1.1:40000” here, “10.0.1.1:40001” there"


def test_a_counter_is_named(differing):
    found = differing(other={"counters": {"client": {"TcpActiveOpens": [0, 2]}}})
    assert found.en == "counters.json, TcpActiveOpens of client: 0 → 1 here, 0 → 2 there"
    assert found.ja == "counters.json の client の TcpActiveOpens: こちらは 0 → 1、もう一方は 0 → 2"


def test_a_value_of_the_run_is_named(differing):
    found = differing(other={"parameters": {"syn_retries": 1}})
    assert found.en == "run.json, parameters.syn_retries: 5 here, 1 there"


def test_captures_are_looked_at_first_and_the_run_last(differing):
    found = differing(
        other={"packets": runs.syns([1]), "steps": [], "counters": {"client": {}}, "kernel": "6.12"}
    )
    assert found.file == "captures/client.pcap"


def test_the_same_values_in_other_bytes_differ(differing):
    def rewrite(folder):
        path = folder / "counters.json"
        path.write_text(json.dumps(json.loads(path.read_text())))

    assert differing(change=rewrite).en == "counters.json, line 1: other bytes"


@pytest.mark.parametrize("name", ["steps.json", "sockets.json", "counters.json", "run.json"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[1]", b'{"a": 1}', b"[" * 100_000, b"\xff\xfe", b"[" * 900 + b"]" * 900]
)
def test_a_broken_document_is_a_difference(differing, name, content):
    found = differing(change=lambda folder: (folder / name).write_bytes(content))
    assert found.file == name
    assert len(found.en) < 300


def test_a_file_of_a_strange_name_is_shown_harmlessly(differing):
    found = differing(change=lambda folder: (folder / "a\nb").write_text(""))
    assert found.en == "a\\nb: the file is only there"
