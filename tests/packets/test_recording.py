"""What a capture shows of its own making, and that nothing it holds is dropped in silence."""

import struct

import pytest

from packets.capture import read
from packets.columns import ACK, COPY, SYN
from packets.odd import notes
from tests.packets.formats.build import START, pcap, record
from tests.packets.hostile.frames import (
    MILLISECOND,
    TALK,
    answered,
    capture,
    ethernet,
    handshake,
    ipv4,
    sent,
    talk,
    timed,
)

MSS = struct.pack(">BBH", 2, 4, 1000)


@pytest.fixture
def of(tmp_path):
    def build(frames):
        data = frames if isinstance(frames, bytes) else capture(frames)
        (tmp_path / "made.pcap").write_bytes(data)
        return read(tmp_path / "made.pcap")

    return build


def told(found):
    return {note.code: note.text for note in notes(found.recording.not_understood)}


def test_frames_that_were_cut_are_counted_and_the_longest_remembered(of):
    records = [record(START + n, bytes(60 + n), original=200) for n in range(20)]
    found = of(pcap([(START, bytes(60))]) + b"".join(records)).recording
    assert (found.cut.count, found.longest_cut) == (20, 79)
    assert found.cut.frames == tuple(range(2, 14))


def test_each_packet_recorded_twice_is_a_copy_and_counts_once(of):
    found = of(
        pcap([pair for time, frame in timed(TALK) for pair in ((time, frame), (time + 20_000, frame))])
    )
    assert found.recording.copies.count == 10
    assert found.record(0)["copies"] == 10
    assert (found.packets["marks"][1::2] == COPY).all()
    assert found.record(0)["client_packets"] == 6
    assert found.record(0)["client_repeated"] == 0


def test_a_clock_that_is_set_back_or_leaps_by_days_is_noted(of):
    times = [START, START + 1, START - 2 * MILLISECOND, START + 2 * 86_400 * 10**9]
    found = of(pcap([(time, frame) for time, frame in zip(times, TALK, strict=False)])).recording
    assert found.steps.frames == (3, 4)
    assert found.largest_step_ns == 2 * 86_400 * 10**9 + 2 * MILLISECOND


def test_a_segment_longer_than_its_receiver_allows_was_seen_before_it_was_cut_up(of):
    frames = [sent(1000, 0, SYN, options=MSS), answered(5000, 1001, SYN | ACK, options=MSS), *handshake()[2:]]
    within, beyond = sent(1001, 5001, ACK, bytes(1000)), sent(2001, 5001, ACK, bytes(1001))
    assert of([*frames, within]).recording.large.count == 0
    found = of([*frames, within, beyond]).recording
    assert found.large.frames == (5,)
    assert found.largest_frame == len(beyond)


def test_wrong_checksums_are_kept_with_who_sent_them(of):
    frames = handshake()
    spoiled = bytearray(frames[0])
    spoiled[14 + 20 + 16] ^= 1
    found = of([bytes(spoiled), *frames[1:]])
    wrong = found.recording.wrong_checksums
    assert wrong["frame"].tolist() == [1]
    assert found.addresses[int(wrong["source"][0])] == "192.0.2.10"
    assert wrong["carries"].tolist() == [True]


def test_what_is_no_ip_is_named_by_what_it_is(of):
    lldp, unknown = ethernet(bytes(46), b"\x88\xcc"), ethernet(bytes(46), b"\x12\x34")
    text = told(of([*TALK, lldp, lldp, unknown]))["ethertype"]
    assert text["en"].startswith("3 frames hold something other than IP or ARP and belong to no connection:")
    assert "LLDP (2), EtherType 0x1234 (1)" in text["en"]
    assert text["ja"].startswith("3フレームは")


def test_a_damaged_header_and_a_cut_one_are_told_apart(of):
    bad = ethernet(ipv4(b"", ihl=1))
    cut = ethernet(ipv4(bytes(10)))
    assert {"bad_ip", "cut_transport"} == set(told(of([*TALK, bad, cut])))
    assert told(of([*TALK, cut]))["cut_transport"]["en"].startswith("1 packet ends inside the TCP")


def test_nothing_is_told_where_all_was_understood(of):
    assert told(of(TALK)) == {}
    assert of(talk(b"x")).recording.protocols == {6: 10}
