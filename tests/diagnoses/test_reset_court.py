"""Who sent the RST: the exact TTL first, then what only the holder of a connection can know."""

import pytest

from diagnoses.reset_court import rule
from packets.resets import Reset
from packets.ttl import Track, hops, initial


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
