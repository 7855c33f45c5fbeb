"""Nagle's algorithm and the delayed ACK: who waits for whom, and who only thinks."""

import pytest

from tests.diagnoses.test_vantage import altered
from tests.diagnoses.test_windows import found, played

CODE = "delayed_ack_nagle"


def talk(delays, trip=0.006, near=0.0, follows=0.00002, twice=False, answer="ACK"):
    """Requests in two small writes; the first is acknowledged ``delays`` late. ``near``: the part of the
    round trip that lies between the capture and the client.
    """
    far = trip - near
    lines = [
        "0.000000 client > server SYN win 64240 mss 1460 wscale 7 sack ts",
        f"{far:.6f} server > client SYN,ACK",
        f"{trip:.6f} client > server ACK",
    ]
    at = 1.0
    for delay in delays:
        lines.append(f"{at:.6f} client > server PSH,ACK 9")
        lines.append(f"{at + far + delay:.6f} server > client {answer}")
        at += trip + delay + follows
        lines.append(f"{at:.6f} client > server PSH,ACK 31")
        if twice:
            lines.append(f"{at + 0.00001:.6f} client > server PSH,ACK 31")
        lines.append(f"{at + far:.6f} server > client PSH,ACK 120")
        lines.append(f"{at + trip:.6f} client > server ACK")
        at += trip + 0.5
    return "\n".join(lines)


@pytest.mark.parametrize(("delay", "timer"), [
    (0.041, "40 ms"), (0.1, "100 ms"), (0.2, "200 ms"), (0.14, "no single timer"),
])  # fmt: skip
@pytest.mark.parametrize("near", [0.0, 0.003, 0.006])
def test_the_delay_is_measured_wherever_the_capture_was_taken(tmp_path, delay, timer, near):
    finding = found(played(tmp_path, CODE, talk([delay] * 6, near=near)), CODE)
    assert finding["numbers"]["ack_delay_s"] == pytest.approx(delay, abs=0.001)
    assert timer in finding["explanation"]
    assert finding["severity"] == "warning"
    assert finding["culprit"]["kind"] == "unknown"


@pytest.mark.parametrize("trip", [0.0002, 0.03, 0.2])
def test_the_round_trip_is_not_taken_for_a_delay(tmp_path, trip):
    assert found(played(tmp_path, CODE, talk([0.0] * 6, trip=trip)), CODE) is None
    assert found(played(tmp_path, CODE, talk([0.04] * 6, trip=trip)), CODE)


def test_twice_is_an_accident(tmp_path):
    assert found(played(tmp_path, CODE, talk([0.04] * 2)), CODE) is None


def test_an_application_that_thinks_does_not_send_right_on_the_acknowledgement(tmp_path):
    assert found(played(tmp_path, CODE, talk([0.04] * 6, follows=0.012)), CODE) is None


def test_who_sends_two_small_segments_at_once_does_not_use_the_algorithm(tmp_path):
    assert found(played(tmp_path, CODE, talk([0.04] * 6, twice=True)), CODE) is None


def test_a_next_message_after_an_answer_is_a_conversation(tmp_path):
    """The acknowledgement comes with data: the server thought for 40 ms."""
    assert found(played(tmp_path, CODE, talk([0.04] * 6, answer="PSH,ACK 8")), CODE) is None


def test_a_few_stalls_among_many_are_a_note(tmp_path):
    finding = found(played(tmp_path, CODE, talk([0.04] * 3)), CODE)
    assert finding["severity"] == "note"


def test_the_server_may_be_the_one_that_waits_and_addresses_may_be_ipv6(tmp_path):
    hosts = {"client": {"address": '"2001:db8:1::61"'}, "server": {"address": '"2001:db8:2::30"'}}
    finding = found(altered(tmp_path, CODE, hosts), CODE)
    assert finding["title"].startswith("5 small writes of 2001:db8:1::61")
    swapped = talk([0.04] * 5).splitlines()
    turned = [
        line.replace("client", "x").replace("server", "client").replace("x", "server") for line in swapped[3:]
    ]
    lines = "\n".join((*swapped[:3], "0.5 client > server PSH,ACK 20", "0.506 server > client ACK", *turned))
    near = lines.replace("0.006000 server > client SYN,ACK", "0.000020 server > client SYN,ACK")
    hosts = [
        (r'vantage = "client"', 'vantage = "server"'),
        (r"hops    = 0", "hops = 4"),
        (r"hops    = 4", "hops = 0"),
    ]
    finding = found(played(tmp_path, CODE, near, hosts), CODE)
    assert "small writes of 198.51.100.30" in finding["title"]
