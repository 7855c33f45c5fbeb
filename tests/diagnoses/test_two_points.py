"""Two captures of one event: each loss, rewrite, delay and forged RST is placed, or not decided."""

import json
import os
import string
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from diagnoses import beside, report
from diagnoses.two_points import compare, plain
from diagnoses.two_points.placed import KINDS, Placed
from diagnoses.two_points.words import kind, sentences, where
from diagnoses.words import LANGUAGES
from packets import CaptureError
from packets.capture import read
from packets.columns import ACK, PSH, RST, SYN
from tests.crossing import CLIENT, MS, SECOND, SERVER, Crossing, Packet, Talk, syn_options

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "experiments" / "shipped"
CLIENTS = SHIPPED.glob("*/recorded/*/captures/client.pcap")
SERVERS = sorted(server for path in CLIENTS if (server := path.with_name("server.pcap")).exists())
KEYS = {
    "clock_offset_s", "drift_ppm", "one_way_s", "matched", "only_here", "only_there", "placed", "rewrites",
}  # fmt: skip


def told(crossing, folder, *, turned=False):
    paths = crossing.write(folder)
    return beside(*(paths[::-1] if turned else paths))


def placed(found, kind):
    return [p for p in found["placed"] if p["kind"] == kind]


def skewed(path, folder, offset_ns, drift=0.0):
    """A copy of a pcap file whose clock is ahead and runs faster."""
    data = path.read_bytes()
    tick = 1 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1000
    out, at, start = [data[:24]], 24, None
    while at < len(data):
        seconds, rest, kept, length = struct.unpack_from("<IIII", data, at)
        time = seconds * SECOND + rest * tick
        start = time if start is None else start
        seconds, rest = divmod(time + offset_ns + round((time - start) * drift), SECOND)
        out.append(struct.pack("<IIII", seconds, rest // tick, kept, length) + data[at + 16 : at + 16 + kept])
        at += 16 + kept
    copy = folder / ("skewed-" + path.name)
    copy.write_bytes(b"".join(out))
    return copy


def recorded(name, folder=None, offset_ns=0, drift=0.0, kernel="6.1"):
    captures = SHIPPED / name / "recorded" / kernel / "captures"
    server = captures / "server.pcap"
    return captures / "client.pcap", skewed(server, folder, offset_ns, drift) if folder else server


@pytest.mark.parametrize("offset", [0, -3600 * SECOND, 86_400 * 400 * SECOND + 123_456_789])
def test_syns_that_never_arrived_were_lost_between(tmp_path, offset):
    found = beside(*recorded("connect_timeout", tmp_path, offset))
    assert set(found) >= KEYS
    assert found["only_here"] == [5, 6, 7, 10, 11, 12]
    assert found["only_there"] == []
    [lost] = placed(found, "lost")
    assert (lost["where"], lost["confidence"], lost["frames"]) == (
        "between",
        "certain",
        [5, 6, 7, 10, 11, 12],
    )
    assert "left here and never arrived there" in lost["text"]
    assert found["clock_offset_s"] == pytest.approx(offset / SECOND, abs=found["clock_uncertainty_s"])


def test_the_other_way_round_the_other_captures_frames_bear_its_letter(tmp_path):
    found = beside(*recorded("connect_timeout", tmp_path, 5 * SECOND)[::-1])
    assert found["only_there"] == ["b:5", "b:6", "b:7", "b:10", "b:11", "b:12"]
    [lost] = placed(found, "lost")
    assert lost["frames"] == found["only_there"]
    assert "left there and never arrived here" in lost["text"]


def test_resets_of_a_firewall_were_made_between():
    found = beside(*recorded("reset_by_firewall"))
    [made] = placed(found, "made_reset")
    assert (made["where"], made["confidence"], made["frames"]) == ("between", "certain", [12, 16, 18])
    assert made["numbers"] == {"packets": 3, "ttl": 63, "host_ttl": 61}
    assert "RST" in found["headline"]
    assert placed(found, "expired")[0]["frames"] == [19, 20, 21]  # traceroute's are no losses
    assert [p["frames"] for p in placed(found, "lost")] == [[11, 15, 17]]


def test_a_reset_that_the_server_sent_is_nobody_elses():
    found = beside(*recorded("reset_by_server"))
    assert not placed(found, "made_reset")
    assert found["only_here"] == found["only_there"] == []


def test_a_device_that_refuses_by_icmp_is_named():
    found = beside(*recorded("connect_rejected"))
    assert "10.0.1.2" in found["headline"]
    assert placed(found, "made_icmp")[0]["numbers"]["host"] == "10.0.1.2"


def test_losses_beyond_the_second_point_are_on_its_side():
    found = beside(*recorded("accept_queue_full"))
    assert found["only_here"] == found["only_there"] == []
    assert {p["where"] for p in placed(found, "lost")} == {"server side"}
    assert {p["where"] for p in placed(found, "needless_repeat")} == {"server side"}
    assert "server's side" in found["headline"]


def test_the_round_trip_is_split_without_a_common_clock(tmp_path):
    found = beside(*recorded("loss_fast_retransmit", tmp_path, 77 * SECOND, 40e-6))
    [trip] = placed(found, "round_trip")
    assert trip["where"] == "between"
    assert trip["numbers"]["between_s"] == pytest.approx(0.1, rel=0.01)
    assert trip["numbers"]["client_side_s"] < 0.001
    assert found["only_here"] == [8]


def test_what_was_overtaken_is_no_loss():
    found = beside(*recorded("reordering"))
    assert [p["frames"] for p in placed(found, "reordered")] == [[8, "b:24"]]
    assert not placed(found, "lost")


def test_what_comes_after_the_other_captures_end_is_not_decided():
    found = beside(*recorded("half_open"))
    [after] = placed(found, "after_end")
    assert after["where"] == "not decided"
    assert after["frames"][0] == "b:10"
    assert not placed(found, "lost")
    assert found["only_there"] == []


@pytest.mark.parametrize("name", ["handshake", "close_by_server", "keepalive_answered", "nagle_off"])
def test_healthy_events_are_the_same_at_both_points(name):
    found = beside(*recorded(name))
    assert found["only_here"] == found["only_there"] == found["rewrites"] == []
    assert {p["kind"] for p in found["placed"]} <= {"round_trip"}


def spoken(rounds=6, **clock):
    crossing = Crossing(**clock)
    talk = Talk(crossing)
    talk.shake(0)
    for number in range(1, rounds):
        talk.exchange(number * SECOND)
    return crossing, talk


@pytest.mark.parametrize("turned", [False, True])
def test_a_loss_is_placed_by_the_way_the_packet_went(tmp_path, turned):
    crossing, talk = spoken()
    for number, up in ((7, True), (8, False)):
        seq = talk.say(number * SECOND, up, PSH | ACK, 100, lost=True)
        talk.say(number * SECOND + 250 * MS, up, PSH | ACK, 100, again=seq)
        talk.say(number * SECOND + 270 * MS, not up)
    talk.exchange(9 * SECOND)
    found = told(crossing, tmp_path, turned=turned)
    assert [p["where"] for p in placed(found, "lost")] == ["between", "between"]
    assert len(found["only_here"]) == len(found["only_there"]) == 1


@pytest.mark.parametrize(("acknowledged", "where"), [(False, "server side"), (True, "client side")])
def test_a_repeat_that_passed_both_points_twice_is_placed_outside(tmp_path, acknowledged, where):
    """Without an acknowledgement before it, the loss is beyond; with one at both points, at the sender's."""
    crossing, talk = spoken()
    seq = talk.say(7 * SECOND, True, PSH | ACK, 100)
    if acknowledged:
        talk.say(7 * SECOND + 10 * MS, False)
    talk.say(7 * SECOND + 300 * MS, True, PSH | ACK, 100, again=seq)
    talk.say(7 * SECOND + 320 * MS, False)
    talk.exchange(9 * SECOND)
    found = told(crossing, tmp_path)
    kind = "needless_repeat" if acknowledged else "lost"
    assert [(p["kind"], p["where"]) for p in found["placed"] if p["kind"] != "round_trip"] == [(kind, where)]


def test_a_repeat_whose_acknowledgement_was_lost_between_is_told_so(tmp_path):
    crossing, talk = spoken()
    seq = talk.say(7 * SECOND, True, PSH | ACK, 100)
    talk.say(7 * SECOND + 10 * MS, False, lost=True)
    talk.say(7 * SECOND + 300 * MS, True, PSH | ACK, 100, again=seq)
    talk.say(7 * SECOND + 320 * MS, False)
    talk.exchange(9 * SECOND)
    found = told(crossing, tmp_path)
    assert [p["where"] for p in placed(found, "lost")] == ["between"]
    assert [p["where"] for p in placed(found, "needless_repeat")] == ["between"]


def test_a_gap_that_both_points_see_filled_was_lost_before_the_first(tmp_path):
    crossing, talk = spoken()
    start = talk.sent[0]
    talk.sent[0] += 100  # sent, and lost before it passed anything
    talk.say(7 * SECOND, True, PSH | ACK, 100)
    talk.say(7 * SECOND + 10 * MS, False, ack=start)
    talk.say(7 * SECOND + 40 * MS, True, PSH | ACK, 100, again=start)
    talk.say(7 * SECOND + 60 * MS, False)
    talk.exchange(9 * SECOND)
    [lost] = placed(told(crossing, tmp_path), "lost")
    assert lost["where"] == "client side"


@pytest.mark.parametrize("ttl", [64, 63])
def test_a_forged_reset_is_certain_when_its_ttl_differs_too(tmp_path, ttl):
    crossing, talk = spoken()
    packet = Packet(False, RST, talk.isn[1] + talk.sent[1], ttl=ttl)
    crossing.cross(7 * SECOND, packet, made=True)
    talk.exchange(9 * SECOND)
    [made] = placed(told(crossing, tmp_path), "made_reset")
    assert made["where"] == "between"
    assert made["confidence"] == ("likely" if ttl == 64 else "certain")


def test_a_capture_that_drops_packets_decides_nothing(tmp_path):
    crossing, talk = spoken()
    talk.say(7 * SECOND, True, PSH | ACK, 500, missed=True)
    talk.say(7 * SECOND + 6 * MS, False)
    crossing.cross(8 * SECOND, Packet(False, RST, talk.isn[1] + talk.sent[1]), made=True)
    talk.exchange(9 * SECOND)
    found = told(crossing, tmp_path)
    assert {p["kind"] for p in found["placed"]} - {"round_trip"} == {"unrecorded", "undecided"}
    assert {p["where"] for p in found["placed"] if p["kind"] != "round_trip"} == {"not decided"}


def test_a_packet_that_was_held_up_between_is_told_with_both_times(tmp_path):
    crossing, talk = spoken(offset_ns=3 * SECOND)
    talk.say(7 * SECOND, True, PSH | ACK, 100, way=900 * MS)
    talk.say(7 * SECOND + 950 * MS, False)
    talk.exchange(9 * SECOND)
    [late] = placed(told(crossing, tmp_path), "delayed")
    assert late["where"] == "between"
    assert late["numbers"]["longest_s"] == pytest.approx(0.9)
    assert late["numbers"]["shortest_s"] == pytest.approx(0.005)


def test_a_clock_that_was_set_lets_nothing_be_said_of_delays(tmp_path):
    crossing, _ = spoken()
    crossing.there[9:] = [(time + 30 * SECOND, frame) for time, frame in crossing.there[9:]]
    found = told(crossing, tmp_path)
    assert found["clock_steady"] is False
    assert found["one_way_s"] == {"here_to_there": None, "there_to_here": None}
    assert not placed(found, "delayed")


def test_rewrites_are_told_once_for_all_connections(tmp_path):
    crossing = Crossing()
    for number in range(4):
        ends = {"client": (CLIENT, 50_000 + number)}
        talk = Talk(crossing, isn=(1000 * number, 7777 * number), ends=ends)
        at = number * 10 * SECOND
        talk.say(at, True, SYN, options=syn_options(), change={"options": syn_options(1360)})
        talk.say(at + 6 * MS, False, SYN | ACK, options=syn_options())
        talk.say(at + 12 * MS, True)
        talk.exchange(at + SECOND)
    found = told(crossing, tmp_path)
    [rewrite] = found["rewrites"]
    told_of = [rewrite[name] for name in ("field", "end", "here", "there")]
    assert told_of == ["mss", "client", "1460", "1360"]
    assert rewrite["numbers"] == {"connections": 4, "packets": 4}
    assert rewrite["frames"] == [1, "b:1"]
    assert "1460" in rewrite["text"]
    assert "changed" in found["headline"]


def test_clients_behind_nat_are_known_by_their_packets():
    captures = SHIPPED / "port_reuse_nat" / "recorded" / "6.1" / "captures"
    found = beside(captures / "bert.pcap", captures / "server.pcap")
    [nat] = found["rewrites"]
    assert (nat["field"], nat["end"]) == ("address", "client")
    assert (nat["here"], nat["there"]) == ("10.0.2.1", "10.0.3.1")
    assert found["only_here"] == found["only_there"] == []
    assert (
        found["matched"] == report(captures / "bert.pcap")["capture"]["packets"] - 2
    )  # ARP stays on its link
    assert [p["where"] for p in placed(found, "lost")] == ["server side"]  # old sockets refuse SYNs


def test_udp_that_is_lost_is_likely_lost(tmp_path):
    crossing = Crossing()
    for number in range(10):
        packet = Packet(True, length=40, ip_id=100 + number, protocol=17, server=(SERVER, 514))
        crossing.cross(number * SECOND, packet, lost=number == 4)
    found = told(crossing, tmp_path)
    assert found["only_here"] == [5]
    assert found["clock_uncertainty_s"] is None
    assert {p["confidence"] for p in found["placed"]} == {"likely"}


def test_one_file_twice_is_the_same_everywhere():
    path = recorded("handshake")[0]
    found = beside(path, path)
    assert found["clock_offset_s"] == found["clock_uncertainty_s"] == 0
    assert "one place" in " ".join(found["summary"])
    assert found["only_here"] == found["only_there"] == found["rewrites"] == []


def run(*words):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "diagnoses", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", env=environment)


def test_the_command_adds_one_part_to_the_report():
    here, there = recorded("connect_timeout")
    done = run("--beside", there, here, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found.pop("beside") == beside(here, there)
    assert found == report(here)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_person_reads_the_same_below_the_report(lang):
    here, there = recorded("connect_timeout")
    lines = run("--beside", there, here, "--lang", lang).stdout.splitlines()
    found = beside(here, there, lang)
    assert f"  {found['headline']}" in lines
    assert f"  {found['placed'][0]['text']}" in lines


def test_into_leaves_the_comparison_in_both_languages(tmp_path):
    here, there = recorded("connect_timeout")
    assert run(here, "--beside", there, "--into", tmp_path).returncode == 0
    for lang in LANGUAGES:
        assert json.loads((tmp_path / f"beside.{lang}.json").read_text("utf-8")) == beside(here, there, lang)


@pytest.mark.parametrize("bad", [0, 1])
def test_a_file_that_is_no_capture_is_named(tmp_path, bad):
    (tmp_path / "page.pcap").write_text("<html><body>Not found</body></html>")
    paths = list(recorded("handshake"))
    paths[bad] = tmp_path / "page.pcap"
    done = run(paths[0], "--beside", paths[1], "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("page.pcap: ")
    assert len(done.stderr.strip().splitlines()) == 1
    with pytest.raises(CaptureError, match=r"page\.pcap"):
        beside(*paths)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_captures_of_two_events_end_with_2_and_one_sentence(lang):
    other = ROOT / "diagnoses" / "keepalive" / "fires.pcap"
    done = run(recorded("handshake")[0], "--beside", other, "--lang", lang)
    assert (done.returncode, done.stdout) == (2, "")
    assert ("do not show one event" if lang == "en" else "同じ出来事") in done.stderr


def gaps(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_stands_in_both_languages_with_gaps_that_both_know():
    for key, texts in sentences().items():
        assert set(texts) == set(LANGUAGES), key
        assert gaps(texts["ja"]) <= gaps(texts["en"]) | {"n"}, key
        assert "!" not in texts["en"] + texts["ja"], key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_and_place_has_a_name(lang):
    assert all(kind(name, lang) for name in KINDS)
    assert all(where(name, lang) for name in ("client side", "server side", "between", "not decided"))


def test_every_field_that_can_be_rewritten_has_its_sentence():
    fields = [
        "address",
        "port",
        "isn",
        "mss",
        "wscale",
        "sack",
        "options",
        "ttl",
        "ip_id",
        "tsval",
        "window_raw",
        "flags",
    ]
    assert {f"rewrite_{field}" for field in fields} <= set(sentences())


def test_nothing_is_placed_without_frames():
    with pytest.raises(ValueError, match="frames"):
        Placed("lost", "between", "certain", ())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("server", SERVERS, ids=lambda path: "-".join(path.parts[-5:-2:2]))
def test_every_recording_of_the_lab_can_be_put_into_words(server, lang):
    comparison = compare(read(server.with_name("client.pcap")), read(server))
    said = "\n".join(plain.lines(comparison, lang))
    assert "{" not in said
    assert not comparison.changes
