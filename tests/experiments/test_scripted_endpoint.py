"""An endpoint of a scene writes the numbers that a Linux stack would write."""

import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.scripted.declaration import read_scene
from experiments.scripted.play import play

HOSTS = """\
name = "a_scene"
claim = { en = "It works.", ja = "動きます。" }
date = "2026-01-15T09:00:00Z"
vantage = "client"
[hosts.client]
address = "192.0.2.1"
hops = 0
clock = 1000
[hosts.fw]
address = "10.0.0.1"
hops = 2
[hosts.bots]
address = "203.0.113.1"
hops = 5
many = 3
[hosts.server]
address = "198.51.100.1"
hops = 4
port = 80
clock = 500000
[healthy]
never = ["syn_unanswered"]
"""
OPENED = """
0.00   client > server   SYN
0.01   server > client   SYN,ACK
0.02   client > server   ACK
"""


@dataclass
class Seen:
    """Fields of one recorded IPv4 TCP packet, read with no code of the writer."""

    source: str
    ip_id: int
    ttl: int
    ports: tuple[int, int]
    seq: int
    ack: int
    flags: int
    window: int
    stamps: tuple[int, int] | None
    sack: tuple[int, ...]
    payload: bytes


def seen(frame):
    ip = frame[14:]
    tcp = ip[20:]
    size = (tcp[12] >> 4) * 4
    stamps, sack, at = None, (), 20
    while at < size:
        if tcp[at] == 1:
            at += 1
            continue
        if tcp[at] == 8:
            stamps = struct.unpack("!II", tcp[at + 2 : at + 10])
        if tcp[at] == 5:
            sack = struct.unpack(f"!{(tcp[at + 1] - 2) // 4}I", tcp[at + 2 : at + tcp[at + 1]])
        at += tcp[at + 1]
    ports, seq, ack = struct.unpack("!HH", tcp[:4]), *struct.unpack("!II", tcp[4:12])
    source = ".".join(str(byte) for byte in ip[12:16])
    window = int.from_bytes(tcp[14:16], "big")
    ip_id = int.from_bytes(ip[4:6], "big")
    return Seen(source, ip_id, ip[8], ports, seq, ack, tcp[13], window, stamps, sack, tcp[size:])


@pytest.fixture
def packets(tmp_path: Path):
    def written(text, extra=""):
        path = tmp_path / "experiment.toml"
        path.write_text(f"{HOSTS}{extra}packets = '''{text}'''\n", encoding="utf-8")
        scene = read_scene(path)
        return [seen(one.frame) for one in play(scene, scene.parts[0])]

    return written


def test_the_ip_id_counts_up_but_is_0_on_a_syn_ack(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n0.04 server > client ACK\n"
                    "0.05 server > client ACK\n")  # fmt: skip
    first = shown[0].ip_id
    assert [one.ip_id - first for one in shown if one.source == "192.0.2.1"] == [0, 1, 2]
    assert shown[1].ip_id == 0
    assert shown[5].ip_id == shown[4].ip_id + 1


def test_numbers_follow_from_what_was_sent_and_received(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n0.04 server > client PSH,ACK 20\n"
                    "0.05 client > server FIN,ACK\n0.06 server > client ACK\n")  # fmt: skip
    client, server = shown[0].seq, shown[1].seq
    assert [(one.seq - client, one.ack - server) for one in shown[2:] if one.source == "192.0.2.1"] == [
        (1, 1),
        (1, 1),
        (11, 21),
    ]
    assert (shown[6].seq - server, shown[6].ack - client) == (21, 12)


def test_a_retransmission_has_the_same_bytes_and_a_new_id_and_timestamp(packets):
    shown = packets(OPENED + '0.03 client > server PSH,ACK "abc" 8 lost\n0.33 client > server again 4\n')
    assert shown[3].payload == shown[4].payload == b"abcthe q"
    assert shown[3].seq == shown[4].seq
    assert shown[4].ip_id == shown[3].ip_id + 1
    assert shown[4].stamps[0] == shown[3].stamps[0] + 300


def test_an_older_connection_still_answers_with_its_own_numbers(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n9.0 client > server SYN\n"
                    "9.1 server > client ACK older\n9.2 client > server RST about 6\n")  # fmt: skip
    assert shown[4].seq != shown[0].seq
    assert shown[4].ports == shown[0].ports
    assert (shown[5].seq, shown[5].ack) == (shown[1].seq + 1, shown[0].seq + 11)
    assert shown[6].seq == shown[5].ack


def test_a_block_is_played_again_and_again_and_its_rounds_may_overlap(packets):
    shown = packets("1.0 repeat 3 every 0.5\n0.0 client:40000+ > server SYN lost\n"
                    "0.8 client:40000+ > server again 1\nend\n"
                    "9.0 client:40001 > server again 2 lost\n")  # fmt: skip
    assert [one.ports[0] for one in shown] == [40000, 40001, 40000, 40002, 40001, 40002, 40001]
    assert shown[4].seq == shown[1].seq == shown[6].seq


def test_a_host_may_stand_for_many_with_addresses_in_a_row(packets):
    shown = packets("0.0 repeat 2 every 0.1\n0.0 bots+ > server SYN\nend\n")
    assert [one.source for one in shown] == ["203.0.113.1", "203.0.113.2"]


def test_timestamps_run_in_milliseconds_and_echo_the_other_side(packets):
    shown = packets(OPENED)
    assert [one.stamps for one in shown] == [(1000, 0), (500010, 1000), (1020, 500010)]


def test_the_answer_to_a_keepalive_echoes_the_timestamp_before_it(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n0.04 server > client ACK\n"
                    "30.0 client > server keepalive\n30.1 server > client ACK\n")  # fmt: skip
    probe, answer = shown[5], shown[6]
    assert probe.seq == shown[3].seq + 10 - 1
    assert probe.payload == b""
    assert answer.ack == shown[3].seq + 10
    assert answer.stamps == (530100, 1030)


def test_a_keepalive_may_carry_one_byte_that_was_sent_before(packets):
    shown = packets(OPENED + "0.03 client > server keepalive 1\n0.04 server > client ACK\n"
                    '0.05 client > server PSH,ACK "ab"\n0.06 client > server keepalive 1\n')  # fmt: skip
    assert [one.payload for one in shown[3:]] == [b"\0", b"", b"ab", b"b"]
    assert [one.seq - shown[0].seq for one in shown[3:] if one.source == "192.0.2.1"] == [0, 1, 2]


def test_a_window_probe_lies_below_what_is_not_acknowledged(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10 lost\n0.3 client > server window-probe\n")
    assert shown[4].seq == shown[3].seq - 1


def test_a_closed_port_answers_without_a_socket(packets):
    shown = packets("\n0.0 client > server SYN\n0.1 server > client RST,ACK\n")
    refused = shown[1]
    assert (refused.seq, refused.ack, refused.window) == (0, (shown[0].seq + 1) % 2**32, 0)
    assert (refused.ip_id, refused.stamps, refused.ttl) == (0, None, 61)
    assert refused.ports == shown[0].ports[::-1]


def test_a_device_resets_in_the_name_of_the_server_with_its_own_ttl(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n0.04 fw > client RST as server\n")
    reset = shown[4]
    assert (reset.source, reset.ttl, shown[1].ttl) == ("198.51.100.1", 63, 61)
    assert (reset.seq, reset.ack, reset.flags, reset.window) == (shown[3].ack, 0, 4, 0)
    assert (reset.ip_id, reset.stamps) == (0, None)


def test_an_application_that_aborts_goes_on_with_everything(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10\n0.04 server > client ACK\n"
                    "0.05 server > client RST,ACK\n")  # fmt: skip
    before, reset = shown[4], shown[5]
    assert (reset.seq, reset.ack, reset.window) == (before.seq, before.ack, before.window)
    assert (reset.ip_id, reset.stamps) == (before.ip_id + 1, (500050, 1030))


def test_a_hole_is_reported_with_sack_until_it_is_filled(packets):
    shown = packets(OPENED + "0.03 client > server PSH,ACK 10 lost\n0.04 client > server PSH,ACK 10\n"
                    "0.05 server > client ACK\n0.06 client > server again 4\n"
                    "0.07 server > client ACK\n")  # fmt: skip
    start = shown[3].seq
    assert shown[5].ack == start
    assert shown[5].sack == (start + 10, start + 20)
    assert (shown[7].ack, shown[7].sack) == (start + 20, ())


def test_packets_that_are_not_recorded_move_the_numbers_on(packets):
    shown = packets(OPENED + "0.03 server > client PSH,ACK 10 unseen\n0.04 client > server ACK\n")
    assert len(shown) == 4
    assert shown[3].ack == shown[1].seq + 11


def test_the_window_field_is_scaled_after_the_handshake_and_stays_until_changed(packets):
    shown = packets(OPENED + "0.03 server > client ACK\n0.04 server > client ACK win 0\n"
                    "0.05 server > client ACK\n")  # fmt: skip
    assert [one.window for one in shown] == [64240, 65160, 502, 510, 0, 0]


def test_a_new_syn_on_the_same_ports_begins_a_new_connection(packets):
    text = OPENED + "0.03 server > client RST,ACK\n5.0 client > server SYN\n5.1 server > client SYN,ACK\n"
    shown = packets(text)
    assert shown[4].ports == shown[0].ports
    assert shown[4].seq != shown[0].seq
    assert shown[5].ack == (shown[4].seq + 1) % 2**32


def test_two_copies_of_a_packet_differ_in_time_and_ttl_only(packets):
    first, second = packets("\n0.0 client > server SYN\n", "recorded_twice = { after_us = 14, ttl = -1 }\n")
    assert (first.ttl, second.ttl) == (64, 63)
    second.ttl = 64
    assert first == second
