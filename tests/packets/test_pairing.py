"""The packets of two captures of one event are found to be the same ones, whatever their clocks say."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnoses.two_points import compare
from packets import CaptureError
from packets.capture import read
from packets.columns import ACK, FIN, PSH, RST, SYN
from packets.pairing import pair
from packets.pairing.clock import fit
from packets.pairing.matching import nearest
from packets.pairing.rewrites import rewrites
from tests.crossing import CLIENT, MS, SECOND, SERVER, START, Crossing, Packet, Talk, syn_options
from tests.packets.captures import ROOT

DAY = 86_400 * SECOND


def paired(crossing, folder):
    here, there = crossing.write(folder)
    return pair(read(here), read(there))


def frames_alone(pairing, which):
    found, sight = pairing.alone[which], (pairing.here, pairing.there)[which]
    return sight.rows["frame"][found.rows[found.inside]].tolist()


def lossy(seed, crossing, *, stamps, ids, rounds=40):
    """A conversation over a lossy path; returns which packets were lost, as (up, time at the first point)."""
    dice, lost = random.Random(seed), set()
    talk = Talk(crossing, stamps=stamps, ids=ids)
    talk.shake(0)
    for number in range(rounds):
        at, up = 100 * MS + number * 7 * SECOND, dice.random() < 0.5
        seq = None
        for again in range(4):  # sent again at doubling gaps until it arrives
            drop = again < 3 and dice.random() < 0.35
            moment = at + (200 * MS << again)
            way = crossing.way_ns + dice.randrange(4 * MS)
            sent = talk.say(moment, up, PSH | ACK, 100 + number, again=seq, lost=drop, way=way)
            seq = sent
            if not drop:
                break
            lost.add((up, moment))
        drop = dice.random() < 0.1
        moment += 2 * crossing.way_ns
        talk.say(moment, not up, lost=drop, way=crossing.way_ns + dice.randrange(4 * MS))
        if drop:
            lost.add((not up, moment))
    talk.close(rounds * 7 * SECOND + 60 * SECOND)
    return lost


@given(
    seed=st.integers(0, 10_000),
    offset=st.integers(-30 * DAY, 30 * DAY),
    drift=st.floats(-200e-6, 200e-6),
    way=st.integers(100_000, 80 * MS),
    stamps=st.booleans(),
    ids=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_packet_that_was_lost_is_found_and_none_is_invented(
    tmp_path, seed, offset, drift, way, stamps, ids
):
    crossing = Crossing(offset, drift, way_ns=way)
    lost = lossy(seed, crossing, stamps=stamps, ids=ids)
    pairing = paired(crossing, tmp_path)
    for which, up in ((0, True), (1, False)):
        times = [time for time, _ in (crossing.here, crossing.there)[which]]
        found = {times[frame - 1] - START for frame in frames_alone(pairing, which)}
        assert found == {time for upward, time in lost if upward == up}
    assert (pairing.alone[0].towards == 1).all()
    assert (pairing.alone[1].towards == 1).all()
    true = offset + round(drift * (pairing.clock.at_ns - START))
    assert abs(pairing.clock.offset_ns - true) <= pairing.clock.uncertainty_ns + 1000
    assert pairing.clock.drift is not None
    assert abs(pairing.clock.drift - drift) <= pairing.clock.drift_uncertainty + 1e-9


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=7), st.data())
def test_packets_that_are_alike_are_paired_so_that_times_fit_best(times, data):
    """Against trying every choice."""
    from itertools import combinations

    seen = sorted(times)
    count = data.draw(st.integers(1, len(seen)))
    expected = sorted(data.draw(st.lists(st.integers(0, 10_000), min_size=count, max_size=count)))
    a, b = nearest(np.array(expected), np.array(seen))
    assert a.tolist() == list(range(count))
    assert (np.diff(b) > 0).all()
    cost = sum(abs(e - seen[place]) for e, place in zip(expected, b.tolist(), strict=True))
    choices = combinations(range(len(seen)), count)
    assert cost == min(
        sum(abs(e - seen[n]) for e, n in zip(expected, chosen, strict=True)) for chosen in choices
    )


def test_a_short_capture_tells_no_drift(tmp_path):
    crossing = Crossing(7 * MS)
    talk = Talk(crossing)
    talk.shake(0)
    talk.exchange(2 * SECOND)
    clock = paired(crossing, tmp_path).clock
    assert clock.drift is None
    assert abs(clock.offset_ns - 7 * MS) <= 1000
    assert clock.uncertainty_ns == pytest.approx(5 * MS, abs=1000)


def test_an_unequal_way_stays_within_the_stated_uncertainty(tmp_path):
    crossing = Crossing(-3 * SECOND)
    talk = Talk(crossing)
    for number in range(5):
        talk.say(number * SECOND, True, PSH | ACK, 10, way=40 * MS)
        talk.say(number * SECOND + 60 * MS, False, ACK, way=2 * MS)
    clock = paired(crossing, tmp_path).clock
    assert clock.uncertainty_ns == 21 * MS
    assert abs(clock.offset_ns + 3 * SECOND) == 19 * MS


def test_packets_of_one_direction_bound_the_clocks_from_one_side_only(tmp_path):
    crossing = Crossing(50 * MS)
    for number in range(6):
        crossing.cross(number * SECOND, Packet(True, seq=number * 10, length=10, ip_id=9 + number))
    clock = paired(crossing, tmp_path).clock
    assert clock.uncertainty_ns is None
    assert clock.offset_ns == 55 * MS


def test_a_clock_that_was_set_is_told(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    for number in range(1, 9):
        talk.exchange(number * SECOND)
    crossing.there[13:] = [(time + 30 * SECOND, frame) for time, frame in crossing.there[13:]]
    pairing = paired(crossing, tmp_path)
    assert not pairing.clock.steady
    assert frames_alone(pairing, 0) == frames_alone(pairing, 1) == []


def test_a_rate_is_told_from_the_widest_strip():
    time = np.arange(0, 600 * SECOND, SECOND, dtype=np.int64)
    dice = np.random.default_rng(4)
    way = 3 * MS + dice.exponential(2 * MS, (2, len(time))).astype(np.int64)
    ahead = 5 * SECOND + (time * 31e-6).astype(np.int64)
    here = np.concatenate([time, time + 500 * MS])
    there = np.concatenate([time + way[0] + ahead, time + 500 * MS - way[1] + ahead])
    clock = fit(here, there, np.repeat(np.array([1, -1], np.int8), len(time)))
    assert clock.drift == pytest.approx(31e-6, abs=clock.drift_uncertainty)
    assert clock.drift_uncertainty < 2e-6
    assert np.abs(clock.here(there[:5]) - here[:5]).max() < 20 * MS


def test_what_lies_outside_the_other_captures_time_is_not_counted(tmp_path):
    crossing = Crossing(3 * SECOND)
    talk = Talk(crossing)
    talk.shake(0)
    for number in range(1, 20):
        talk.exchange(number * SECOND)
    crossing.there = crossing.there[8:-8]
    pairing = paired(crossing, tmp_path)
    assert len(pairing.alone[0].rows) == 16
    assert frames_alone(pairing, 0) == []
    assert pairing.alone[0].after.sum() == 8


@pytest.mark.parametrize("joined", [0, 1])
def test_segments_that_a_network_card_joined_are_not_missing(tmp_path, joined):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    for number in range(4):
        at = SECOND + number * SECOND
        start, stamp = talk.sent[0], ((START + at) // MS, 5)
        for part in range(6):
            lost = number == 2 and part == 3
            seq, identity = talk.isn[0] + start + part * 1448, 3000 + part + number * 6
            packet = Packet(True, ACK, seq, talk.isn[1] + 1, 1448, stamp, identity)
            crossing.cross(at, packet, lost=lost)
        talk.sent[0] += 6 * 1448
        whole = Packet(True, ACK, talk.isn[0] + start, talk.isn[1] + 1, 6 * 1448, stamp, 3000 + number * 6)
        points = (crossing.here, crossing.there)
        kept = len(points[joined]) - (5 if number == 2 and joined == 1 else 6)
        time = points[joined][-1][0]
        if number != 2:  # joined at one point only, where all of it is
            points[joined][kept:] = [(time, replace(whole, ttl=64 - 2 * joined).bytes())]
        talk.say(at + 200 * MS, False)
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 1
    assert frames_alone(pairing, 1) == []
    assert [found.pieces for found in pairing.alone] == ([3, 18] if joined == 0 else [18, 3])


def test_of_a_joined_segment_that_arrived_in_part_the_rest_was_lost(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    start, stamp = talk.sent[0], ((START + SECOND) // MS, 5)
    common = {"ack": talk.isn[1] + 1, "stamps": stamp}
    whole = Packet(True, ACK, talk.isn[0] + start, length=4 * 1448, ip_id=50, **common)
    crossing.cross(SECOND, whole, lost=True)
    for part in (0, 2, 3):
        seq = talk.isn[0] + start + part * 1448
        crossing.cross(SECOND, Packet(True, ACK, seq, length=1448, ip_id=50 + part, **common), made=True)
    talk.sent[0] += 4 * 1448
    talk.say(SECOND + 10 * MS, False, ack=start + 1448)
    talk.say(SECOND + 30 * MS, True, PSH | ACK, 1448, again=start + 1448)
    talk.exchange(2 * SECOND)
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 1
    assert pairing.alone[0].arrived.tolist() == [3 * 1448]
    assert frames_alone(pairing, 1) == []
    [lost] = [p for p in compare(*map(read, crossing.write(tmp_path))).placed if p.kind == "lost"]
    assert lost.numbers == {"packets": 1, "bytes": 4 * 1448, "lost_bytes": 1448}


def test_a_rewritten_address_and_port_are_seen_through(tmp_path):
    """Towards the server the client has another address there; back, the server's packets go to that one."""
    crossing = Crossing(2 * SECOND)
    talk = Talk(crossing)
    outside = (0xC6336407, 61_000)
    talk.shake(0)
    for number in range(1, 6):
        talk.exchange(number * SECOND)
    talk.say(8 * SECOND, True, PSH | ACK, 77, lost=True)
    talk.exchange(9 * SECOND)
    crossing.there = [(time, with_client(frame, outside)) for time, frame in crossing.there]
    pairing = paired(crossing, tmp_path)
    assert len(pairing.partners) == 1
    assert len(frames_alone(pairing, 0)) == 1
    assert frames_alone(pairing, 1) == []
    found = {(r.field, r.end): (r.here, r.there) for r in rewrites(pairing)}
    assert set(found) == {("address", "client"), ("port", "client")}
    assert found["port", "client"] == (41_812, 61_000)


def test_behind_nat_a_connection_of_which_one_point_saw_nothing_is_known_by_its_hosts(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    talk.exchange(SECOND)
    for number, up in ((2, True), (3, False)):  # an attempt that never got through, from either end's view
        packet = Packet(True, SYN, 777 * number, client=(CLIENT, 50_000 + number), options=syn_options())
        crossing.cross(number * SECOND, packet, lost=up, made=not up)
    talk.exchange(9 * SECOND)
    crossing.there = [(time, with_client(frame, (0xC6336407, None))) for time, frame in crossing.there]
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == len(frames_alone(pairing, 1)) == 1
    assert pairing.alone[0].towards.tolist() == [1]
    assert pairing.alone[1].towards.tolist() == [-1]


def with_client(frame, client):
    """A frame of a crossing with another address and port (None: the same) of the client."""
    own, address = (number.to_bytes(4, "big") for number in (CLIENT, client[0]))
    at, port_at = (26, 34) if frame[26:30] == own else (30, 36)
    assert frame[at : at + 4] == own
    port = client[1].to_bytes(2, "big") if client[1] else frame[port_at : port_at + 2]
    return frame[:at] + address + frame[at + 4 : port_at] + port + frame[port_at + 2 :]


@pytest.mark.parametrize("stamps", [True, False])
def test_rewritten_sequence_numbers_are_seen_through(tmp_path, stamps):
    crossing = Crossing()
    isns = (1_000_000, 2_000_000), (3_123_456_789, 77)
    for isn in isns:  # the same conversation, as either point sees it
        one = Crossing()
        talk = Talk(one, stamps=stamps, isn=isn)
        talk.shake(0)
        for number in range(1, 4):
            talk.exchange(number * SECOND)
        if isn is isns[0]:
            crossing.here = one.here
        else:
            crossing.there = one.there
    pairing = paired(crossing, tmp_path)
    assert len(pairing.matched[0]) == len(crossing.here)
    found = {(r.field, r.end): (r.here, r.there) for r in rewrites(pairing)}
    assert found == {("isn", "client"): (1_000_000, 3_123_456_789), ("isn", "server"): (2_000_000, 77)}


@pytest.mark.parametrize(
    ("field", "change", "values"),
    [
        ("mss", {"options": syn_options(1380)}, (1460, 1380)),
        ("wscale", {"options": syn_options(wscale=None)}, (7, -1)),
        ("sack", {"options": syn_options(sack=False)}, (1, 0)),
        ("window_raw", {"window": 64}, (501, 64)),
        ("ttl", {"ttl": 128}, (64, 128)),
    ],
)
def test_a_rewritten_field_is_told_and_hides_no_packet(tmp_path, field, change, values):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.say(0, True, SYN, options=syn_options(), change=change)
    talk.say(5 * MS, False, SYN | ACK, options=syn_options())
    talk.say(10 * MS, True)
    talk.exchange(SECOND)
    pairing = paired(crossing, tmp_path)
    assert len(pairing.matched[0]) == 6
    found = [r for r in rewrites(pairing) if r.field == field]
    assert [(r.end, r.here, r.there, r.frames) for r in found] == [("client", *values, ((1, 1),))]


def test_a_device_that_numbers_all_packets_anew_hides_none(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing, stamps=False)
    talk.shake(0)
    for number in range(1, 10):
        talk.say(number * SECOND, True, PSH | ACK, 100, change={"ip_id": 0}, lost=number == 4)
        talk.say(number * SECOND + 30 * MS, False, change={"ip_id": 0})
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 1
    assert {r.field for r in rewrites(pairing)} == {"ip_id"}


def test_port_reuse_is_told_apart_by_the_numbers(tmp_path):
    crossing = Crossing()
    for number, isn in enumerate((1000, 500_000, 90_000_000)):
        talk = Talk(crossing, isn=(isn, isn + 5))
        talk.shake(number * 100 * SECOND)
        talk.exchange(number * 100 * SECOND + SECOND)
        talk.close(number * 100 * SECOND + 2 * SECOND)
    crossing.there = crossing.there[9:]
    pairing = paired(crossing, tmp_path)
    assert pairing.partners.here.tolist() == [1, 2]
    assert pairing.partners.there.tolist() == [0, 1]


def test_a_capture_that_begins_in_mid_stream_is_aligned_by_absolute_numbers(tmp_path):
    crossing = Crossing(-SECOND)
    talk = Talk(crossing)
    talk.shake(0)
    for number in range(1, 6):
        talk.exchange(number * SECOND)
    crossing.there = crossing.there[5:]
    pairing = paired(crossing, tmp_path)
    assert len(pairing.matched[0]) == len(crossing.there)


def test_datagrams_are_matched_by_their_ip_ids(tmp_path):
    crossing = Crossing(5 * SECOND)
    for number in range(20):
        packet = Packet(True, length=40 + number % 2, ip_id=100 + number, protocol=17, server=(SERVER, 53))
        crossing.cross(number * SECOND, packet, lost=number in (4, 7))
        crossing.cross(number * SECOND + 20 * MS, replace(packet, up=False, ip_id=900 + number))
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 2
    assert frames_alone(pairing, 1) == []


def test_a_retransmission_that_one_capture_missed_is_known_by_its_acknowledgement(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    talk.exchange(SECOND)
    talk.say(2 * SECOND, True, PSH | ACK, 500, missed=True)
    talk.say(2 * SECOND + 6 * MS, False)
    talk.exchange(3 * SECOND)
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 1
    assert pairing.alone[0].acknowledged.all()
    assert pairing.there.dropped == 500


def test_other_traffic_of_one_capture_is_not_missing_in_the_other(tmp_path):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    talk.exchange(SECOND)
    talk.exchange(9 * SECOND)
    elsewhere = Talk(Crossing(), ends={"server": (0x08080808, 443)})
    elsewhere.shake(2 * SECOND)
    other_port = Talk(Crossing(), ends={"server": (SERVER, 8443)})
    other_port.shake(3 * SECOND)
    crossing.here += elsewhere.crossing.here + other_port.crossing.here
    pairing = paired(crossing, tmp_path)
    assert frames_alone(pairing, 0) == []
    assert pairing.alone[0].apart == 6


@pytest.mark.parametrize("rst", [RST, RST | ACK])
def test_a_reset_that_is_made_on_the_way_has_passed_one_point_only(tmp_path, rst):
    crossing = Crossing()
    talk = Talk(crossing)
    talk.shake(0)
    talk.say(SECOND, True, PSH | ACK, 100)
    talk.say(SECOND + 2 * MS, False, rst, made=True)
    talk.exchange(3 * SECOND)
    pairing = paired(crossing, tmp_path)
    assert len(frames_alone(pairing, 0)) == 1
    assert pairing.alone[0].towards.tolist() == [-1]


def test_captures_of_other_events_are_one_sentence(tmp_path):
    crossing = Crossing()
    for name, isn in (("here", (5, 6)), ("there", (90_000, 4_000_000_000))):
        one = Crossing()
        talk = Talk(one, isn=isn, numbers=[isn[0] & 0xFFF, 40_000 + isn[0] % 977])
        talk.shake(isn[0] * MS)
        talk.exchange(isn[0] * MS + SECOND)
        talk.say(isn[0] * MS + 2 * SECOND, True, FIN | ACK)
        setattr(crossing, name, getattr(one, name))
    with pytest.raises(CaptureError, match="do not show one event") as refused:
        paired(crossing, tmp_path)
    assert refused.value.code == "nothing_in_common"


def test_an_empty_capture_is_one_sentence(tmp_path):
    crossing = Crossing()
    Talk(crossing).shake(0)
    crossing.there = []
    with pytest.raises(CaptureError, match="holds no packets"):
        paired(crossing, tmp_path)


CLIENTS = ROOT.glob("experiments/shipped/*/recorded/*/captures/client.pcap")
TWO = sorted(path.parent for path in CLIENTS if path.with_name("server.pcap").exists())


@pytest.mark.parametrize("folder", TWO, ids=lambda folder: "-".join(folder.parts[-4:-1:2]))
def test_recordings_of_the_lab_are_paired_by_their_one_clock(folder):
    here, there = read(folder / "client.pcap"), read(folder / "server.pcap")
    pairing = pair(here, there)
    assert abs(pairing.clock.offset_ns) <= pairing.clock.uncertainty_ns + 1000
    assert min(way.min() for way in pairing.delays.values() if len(way)) >= 0
    same = pairing.matched_rows
    for name in ("length", "flags", "ip_id", "tsval", "seq"):
        assert (same[0][name] == same[1][name]).all(), name
    turned = pair(there, here)
    assert sorted(zip(*turned.matched[::-1], strict=True)) == sorted(zip(*pairing.matched, strict=True))
    assert frames_alone(turned, 0) == frames_alone(pairing, 1)
    assert frames_alone(turned, 1) == frames_alone(pairing, 0)
    assert rewrites(pairing) == []
