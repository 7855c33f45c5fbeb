"""A long way, steady and without loss; and other things that take long."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

CODE = "high_latency"


def asked(trip, trips=(None,) * 4, near=0.00002, think=0.001):
    """A handshake over a way, and questions that are acknowledged after their own times, then answered."""
    at = trip + near
    lines = [
        "0 client > server SYN win 64240 mss 1460 wscale 7 sack ts",
        f"{trip:.6f} server > client SYN,ACK",
        f"{at:.6f} client > server ACK",
    ]
    for one in trips:
        at += 2
        lines.append(f"{at:.6f} client > server PSH,ACK 90")
        at += trip if one is None else one
        lines.append(f"{at:.6f} server > client ACK")
        at += think
        lines.append(f"{at:.6f} server > client PSH,ACK 300")
        at += near
        lines.append(f"{at:.6f} client > server ACK")
    return "\n".join(lines)


@pytest.mark.parametrize("trip", [0.31, 0.6, 1.4])
def test_a_long_steady_way_is_a_note(tmp_path, trip):
    told = finding(judged(tmp_path, asked(trip)), CODE)
    assert (told["severity"], told["culprit"]["kind"]) == ("note", "unknown")
    assert told["numbers"]["handshake_s"] == pytest.approx(trip, abs=0.001)
    assert told["numbers"]["data_median_s"] == pytest.approx(trip, abs=0.001)


def test_it_is_the_same_with_ipv6_and_with_small_changes(tmp_path):
    v6 = {"client": {"address": '"2001:db8::1"'}, "server": {"address": '"2001:db8:5::9"'}}
    assert CODE in codes(judged(tmp_path, asked(0.6, (0.57, 0.61, 0.66, 0.7)), **v6))


def test_at_the_server_the_clients_part_is_the_long_one(tmp_path):
    lines = asked(0.0001, near=0.6)
    found = judged(tmp_path, lines, vantage="server", server={"hops": 0}, client={"hops": 5})
    told = finding(found, CODE)
    assert told["numbers"]["to_client_s"] == pytest.approx(0.6)
    assert "was taken at 198.51.100.25" in told["explanation"]


def test_in_the_middle_both_parts_are_told(tmp_path):
    more = {"vantage": "tap", "tap": {"address": '"10.9.9.9"', "hops": 0}}
    lines = asked(0.45, near=0.15)
    told = finding(judged(tmp_path, lines, client={"hops": 2}, server={"hops": 3}, **more), CODE)
    assert (told["numbers"]["to_server_s"], told["numbers"]["to_client_s"]) == (0.45, pytest.approx(0.15))
    assert "From the capture point" in told["explanation"]


def test_where_data_tells_of_one_part_only_that_is_said(tmp_path):
    told = finding(judged(tmp_path, one_way(0.6)), CODE)
    assert "Of the other part of the way too little data tells" in told["explanation"]


def one_way(trip):
    """Log lines that nobody answers, each acknowledged."""
    lines = [line for line in asked(trip).splitlines() if "300" not in line]
    acks = [n for n, line in enumerate(lines) if line.endswith("client > server ACK")]
    return "\n".join(line for n, line in enumerate(lines) if n not in acks[1:])


TRAPS = {
    "a short way": asked(0.25),
    "only the handshake was late": asked(0.6, (0.08,) * 4),
    "a queue that fills under load": asked(0.32, (0.34, 0.6, 0.9, 1.3)),
    "it varies": asked(0.32, (0.32, 0.9, 0.33, 1.2, 1.1)),
    "a slow server on a short way": asked(0.02, think=3.0),
    "too little data": asked(0.6, (None,) * 2),
    "the SYN was sent twice": asked(0.6).replace(
        "\n0.600000", "\n0.500000 client > server SYN win 64240 mss 1460 wscale 7 sack ts\n0.600000", 1
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_long_way_is_not_called_one(tmp_path, trap):
    assert CODE not in codes(judged(tmp_path, TRAPS[trap]))


def test_loss_is_told_instead(tmp_path):
    lines = asked(0.6)
    again = lines + "\n20 client > server PSH,ACK 90 lost\n21 client > server PSH,ACK 90 seq 361\n"
    assert CODE not in codes(judged(tmp_path, again + "21.6 server > client ACK"))
