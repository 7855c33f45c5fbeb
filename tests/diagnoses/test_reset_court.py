"""Who sent the RST: the exact TTL first, then what only the holder of a connection can know."""

import pytest

from diagnoses.reset_court import rule
from packets.resets import Reset
from packets.ttl import Track, hops, initial
from tests.diagnoses.scenes import codes, finding, judged


def reset(ttl, others, **more):
    """A RST with this TTL from a host whose other packets have ``others``: TTL to count."""
    track = Track(dict(others), dict.fromkeys(others, (8, 10)))
    facts = {
        "frame": 2, "ttl": ttl, "track": track, "same_flow": {}, "has_ack": True, "window_raw": 0,
        "has_timestamps": False, "flow_has_timestamps": False, "id_continues": False, "went_on": False,
        "alike": 1,
    }  # fmt: skip
    return Reset(**(facts | more))


@pytest.mark.parametrize(
    ("ttl", "others", "more", "sender", "confidence"),
    [
        (63, {61: 4}, {}, "path", "likely"),  # one exact difference from a stable baseline
        (63, {61: 4}, {"alike": 3}, "path", "certain"),  # repeated attempts, all alike
        (64, {63: 3}, {}, "path", "likely"),  # one hop is enough: no tolerance
        (61, {61: 4}, {}, "host", "certain"),
        (61, {61: 1}, {}, "host", "likely"),
        (63, {}, {}, "unknown", "possible"),  # nothing to compare with
        (63, {61: 2}, {}, "unknown", "possible"),  # too few to accuse
        (63, {61: 5, 52: 5}, {}, "unknown", "possible"),  # no measure
        (60, {61: 5}, {}, "unknown", "possible"),  # farther away: behind a load balancer
        (47, {47: 9, 238: 1}, {"same_flow": {47: 9}}, "host", "certain"),  # SYN-ACK by a proxy
        (46, {49: 2}, {"went_on": True}, "path", "certain"),  # the host went on: it did not send it
        (61, {61: 5}, {"went_on": True}, "unknown", "possible"),
        (61, {61: 5}, {"has_timestamps": True, "window_raw": 500}, "host", "certain"),
        (254, {61: 5}, {}, "path", "likely"),  # a router that starts at 255, at hop 2
    ],
)
def test_the_court_rules(ttl, others, more, sender, confidence):
    ruling = rule(reset(ttl, others, **more))
    assert (ruling.sender, ruling.confidence) == (sender, confidence)


def test_the_ttl_of_the_connection_counts_also_where_the_host_had_more_ttls_than_are_kept():
    others = {10: 1, 20: 1, 30: 1, 40: 1}
    assert rule(reset(63, others, same_flow={61: 5})).sender == "path"
    assert rule(reset(63, others, same_flow={61: 2})).reason == "weak_baseline"


def test_a_stateless_rst_is_no_evidence_for_a_device():
    """Window 0, ID 0 and no options is what a genuine kernel sends: F5, F8 and F17 of the measurements."""
    plain = rule(reset(61, {61: 4}, has_ack=False))
    assert plain.sender == "host"
    assert plain.reset.stateless


@pytest.mark.parametrize(
    ("ttl", "start", "hop"),
    [(63, 64, 2), (61, 64, 4), (64, 64, 1), (128, 128, 1), (243, 255, 13), (1, 64, 64)],
)
def test_hops_are_counted_as_traceroute_does(ttl, start, hop):
    assert initial(ttl) == start
    assert hops(ttl) == hop


FAST = {"delay_ns": 4_000_000, "fastest_ns": 14_000_000}


@pytest.mark.parametrize(
    ("ttl", "others", "more", "sender", "confidence", "signs"),
    [
        (63, {61: 4}, FAST, "path", "certain", ("faster",)),  # TTL and timing agree
        (63, {61: 4}, {"outside": True}, "path", "certain", ("outside",)),
        (63, {61: 4}, {"other_card": True}, "path", "certain", ("other_card",)),
        (61, {61: 4}, FAST, "unknown", "possible", ("faster",)),  # TTL against timing: a tie
        (61, {61: 4}, FAST | {"outside": True}, "path", "likely", ("faster", "outside")),  # TTL imitated
        (61, {61: 4}, FAST | {"went_on": True}, "path", "likely", ("faster",)),
        (63, {}, {"outside": True}, "unknown", "possible", ("outside",)),  # one sign alone accuses nobody
        (63, {}, {"outside": True, "other_card": True}, "path", "likely", ("outside", "other_card")),
        (61, {61: 4}, {"delay_ns": 8_000_000, "fastest_ns": 14_000_000}, "host", "certain", ()),  # not half
        (61, {61: 4}, {"delay_ns": 100_000, "fastest_ns": 900_000}, "host", "certain", ()),  # near: too fine
        (61, {61: 4}, {"delay_ns": -1, "fastest_ns": 14_000_000}, "host", "certain", ()),  # no answer
        (61, {61: 4}, {"delay_ns": 4_000_000, "fastest_ns": -1}, "host", "certain", ()),  # nothing to compare
        (61, {61: 4}, {"flow_has_timestamps": True, "window_raw": 500}, "unknown", "possible",
         ("no_timestamps",)),
        (61, {61: 4}, {"flow_has_timestamps": True}, "host", "certain", ()),  # a kernel's stateless RST
        (61, {61: 5}, {"has_timestamps": True, "window_raw": 500} | FAST, "host", "certain", ()),  # known
    ],
)  # fmt: skip
def test_signs_confirm_a_ttl_tie_with_it_or_accuse_together(ttl, others, more, sender, confidence, signs):
    ruling = rule(reset(ttl, others, **more))
    assert (ruling.sender, ruling.confidence, ruling.signs) == (sender, confidence, signs)


OPEN = """
 0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
 0.020 server > client SYN,ACK
 0.021 client > server ACK
 0.022 client > server PSH,ACK 100
 0.042 server > client PSH,ACK 400
 0.043 client > server ACK
 0.500 client > server PSH,ACK 100
 0.520 server > client PSH,ACK 400
 0.521 client > server ACK
"""
FW = {"fw": {"address": '"10.30.1.1"', "hops": 2}}


def test_an_answer_from_nearer_than_the_host_is_told_by_its_time_as_well(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.504 fw > client RST as server"
    told = finding(judged(tmp_path, lines, **FW), "reset_on_path")
    assert told["confidence"] == "certain"
    assert told["numbers"]["signs"] == ["faster"]
    assert "no answer of 198.51.100.25 ever took less than" in told["explanation"]


def test_a_device_that_imitates_the_ttl_is_not_taken_for_the_host(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.504 fw > client RST as server ttl 61"
    told = finding(judged(tmp_path, lines, **FW), "reset_sender_unknown")
    assert told["would_settle"]
    assert "a device can imitate a TTL" in told["explanation"]


def test_a_number_out_of_all_windows_and_haste_accuse_together(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.504 fw > client RST as server ttl 61 seq 9000000"
    told = codes(judged(tmp_path, lines, **FW))
    assert told == {"reset_sender_unknown"}  # at another number it is no answer: one sign only


def test_where_no_router_is_between_haste_proves_nothing(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.500004 server > client RST"
    found = judged(tmp_path, lines, server={"hops": 1})
    assert codes(found) == {"half_open_reset"}


def test_a_hosts_own_answer_at_its_own_pace_shows_no_sign(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.5205 server > client RST"
    assert "signs" not in finding(judged(tmp_path, lines), "half_open_reset")["numbers"]


def test_a_rst_that_its_holder_wished_is_no_answer_however_soon_it_comes(tmp_path):
    """It was under way already when the client's segment passed."""
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.501 server > client RST,ACK ack 201"
    assert "application_abort" in codes(judged(tmp_path, lines))


def test_an_answer_to_an_older_segment_sits_at_an_older_number_and_is_no_sign(tmp_path):
    lines = OPEN + "1.5 client > server PSH,ACK 50\n1.5205 server > client RST seq 401"
    assert not any("signs" in told["numbers"] for told in judged(tmp_path, lines)["findings"])
