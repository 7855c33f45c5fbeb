"""Payloads of DNS, TLS and HTTP are looked into while a capture is read; those of others are not."""

import struct
from pathlib import Path

from packets import payloads
from packets.capture import read
from packets.columns import ACK, PSH
from tests.packets.formats.build import pcap
from tests.packets.hostile.frames import (
    CLIENT,
    SERVER,
    UDP,
    answered,
    capture,
    ethernet,
    handshake,
    ipv4,
    sent,
    talk,
    timed,
    udp,
)

ROOT = Path(__file__).resolve().parents[2]
REQUEST, ANSWER = (
    b"GET /a HTTP/1.1\r\nHost: example\r\n\r\n",
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
)
QUERY = struct.pack(">6H", 77, 0x0100, 1, 0, 0, 0) + b"\7example\3com\0" + struct.pack(">HH", 1, 1)


def of(tmp_path, frames):
    (tmp_path / "made.pcap").write_bytes(capture(frames))
    return read(tmp_path / "made.pcap").applications


def test_requests_and_answers_of_http_are_found_with_their_sides(tmp_path):
    rows = of(tmp_path, talk(REQUEST, ANSWER)).http
    assert rows["request"].tolist() == [True, False]
    assert rows["side"].tolist() == [0, 1]  # the client is the lower address here
    assert rows["target"].tolist() == [b"/a", b""]
    assert rows["status"].tolist() == [-1, 404]
    assert rows["frame"].tolist() == [4, 6]


def test_the_client_has_side_0_also_where_its_address_is_the_higher_one(tmp_path):
    far = bytes((203, 0, 113, 200))
    rows = of(tmp_path, talk(REQUEST, ANSWER, client=far)).http
    assert rows["side"].tolist() == [0, 1]


def test_a_name_asked_over_udp_is_found(tmp_path):
    frame = ethernet(ipv4(udp(QUERY), UDP, ends=(CLIENT, SERVER)))
    rows = of(tmp_path, [frame]).dns
    assert (rows["qname"][0], rows["id"][0], rows["response"][0]) == (b"example.com", 77, False)
    assert rows["connection"].tolist() == [0]


def test_a_message_that_begins_in_the_second_segment_that_arrives_is_put_together(tmp_path):
    first, second = REQUEST[:16], REQUEST[16:]
    late = [
        sent(1017, 5001, PSH | ACK, second),
        sent(1001, 5001, PSH | ACK, first),
    ]
    rows = of(tmp_path, [*handshake(), *late, answered(5001, 1001 + len(REQUEST))]).http
    assert rows["target"].tolist() == [b"/a"]


def test_copies_are_read_once(tmp_path):
    pairs = [
        pair for time, frame in timed(talk(REQUEST, ANSWER)) for pair in ((time, frame), (time + 9, frame))
    ]
    (tmp_path / "twice.pcap").write_bytes(pcap(pairs))
    assert len(read(tmp_path / "twice.pcap").applications.http) == 2


def test_streams_of_other_protocols_are_not_followed(tmp_path):
    found = of(tmp_path, talk(b"SSH-2.0-nobody\r\n", b"\0" * 900, ports=(50_000, 22)))
    assert (len(found.http), len(found.tls), len(found.dns), found.notes) == (0, 0, 0, {})


def test_bulk_behind_the_first_bytes_is_counted_and_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(payloads, "MOST_FOLLOWED", 100)
    body = [sent(1001 + 50 * n, 5001, ACK, (REQUEST + bytes(50))[:50]) for n in range(10)]
    assert of(tmp_path, [*handshake(), *body]).notes["segments_not_followed"] == 8
