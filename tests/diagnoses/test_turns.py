"""Slow answers: what was a question, and what is silent by nature."""

import re

import pytest

from tests.diagnoses.test_vantage import altered
from tests.diagnoses.test_windows import found, played

OPEN = """
 0.000000  client > server   SYN       win 64240 mss 1460 wscale 7 sack ts
 0.014100  server > client   SYN,ACK
 0.014125  client > server   ACK
"""
GET = 'PSH,ACK "GET / HTTP/1.1\\r\\nHost: shop.example\\r\\n\\r\\n"'
OK = 'PSH,ACK "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"'


def exchange(at, wait, ask=GET, answer=OK, acknowledged=0.0141):
    """A request, its acknowledgement, and the answer."""
    return (
        f" {at:.6f} client > server {ask}\n"
        f" {at + acknowledged:.6f} server > client ACK\n"
        f" {at + wait:.6f} server > client {answer}\n"
        f" {at + wait + 0.00003:.6f} client > server ACK\n"
    )


def judged(tmp_path, *exchanges):
    return found(played(tmp_path, "slow_server", OPEN + "".join(exchanges)), "slow_server")


@pytest.mark.parametrize(
    ("wait", "severity"), [(0.9, None), (1.1, "note"), (1.7, "note"), (1.9, "warning"), (40.0, "warning")]
)
def test_it_weighs_as_much_as_the_user_waited(tmp_path, wait, severity):
    finding = judged(tmp_path, exchange(0.1, wait))
    assert (finding["severity"] if finding else None) == severity


@pytest.mark.parametrize(("hosts", "vantage", "sure", "hops"), [
    ({}, "client", "likely", 5),
    ({"server": {"hops": 11, "ttl": 128}}, "client", "likely", 11),
    ({"client": {"hops": 4}, "server": {"hops": 0}}, "server", "certain", 0),
])  # fmt: skip
def test_only_at_the_server_it_is_certain(tmp_path, hosts, vantage, sure, hops):
    finding = found(altered(tmp_path, "slow_server", hosts, vantage), "slow_server")
    assert finding["confidence"] == sure
    assert finding["culprit"] == {"kind": "server", "ip": "203.0.113.80", "hops_from_capture": hops}


def test_a_long_way_is_no_slow_server(tmp_path):
    """A satellite's round trip, twice: 1.2 s, but not ten of them."""
    change = [(r"0\.014100", "0.600000"), (r"0\.014125", "0.600030"), (r"0\.014310", "0.614310"),
              (r"0\.028440", "1.214410"), (r"0\.031020", "1.214420"), (r"0\.031045", "1.214450"),
              (r"2\.416330", "3.002330"), (r"6\.616950", "3.802950"), (r"6\.616976", "3.803076")]  # fmt: skip
    assert found(altered(tmp_path, "slow_server", change=change), "slow_server") is None


def test_a_request_that_had_to_be_sent_again_is_the_networks_matter(tmp_path):
    lines = (
        f" 0.100000 client > server {GET} lost\n"
        " 0.320000 client > server again 4 lost\n"
        " 0.760000 client > server again 4 lost\n"
        " 1.640000 client > server again 4\n"
        " 1.654100 server > client ACK\n"
        f" 1.660000 server > client {OK}\n"
    )
    assert found(played(tmp_path, "slow_server", OPEN + lines), "slow_server") is None


def test_an_acknowledgement_as_late_as_the_answer_proves_nothing(tmp_path):
    lines = f" 0.100000 client > server {GET}\n 2.900000 server > client {OK}\n"
    assert found(played(tmp_path, "slow_server", OPEN + lines), "slow_server") is None


def test_a_client_without_room_is_not_the_servers_fault(tmp_path):
    lines = (
        f" 0.100000 client > server {GET}\n"
        " 0.114100 server > client ACK\n"
        " 0.114200 client > server ACK win 0\n"
        " 4.100000 client > server ACK win 502\n"
        f" 4.114100 server > client {OK}\n"
    )
    report = played(tmp_path, "slow_server", OPEN + lines)
    assert found(report, "slow_server") is None


def test_answers_after_the_same_time_are_a_timer(tmp_path):
    polls = [exchange(0.1 + 31 * n, 30.02 + n / 100) for n in range(4)]
    finding = judged(tmp_path, *polls)
    assert finding["severity"] == "note"
    assert "timer" in finding["explanation"]


UNKNOWN = ("PSH,ACK 40", "PSH,ACK 60")


def test_a_server_with_the_habit_of_answering_is_told_of_with_care(tmp_path):
    quick = [exchange(1.0 + n, 0.020, *UNKNOWN) for n in range(3)]
    finding = judged(tmp_path, *quick, exchange(5.0, 7.0, *UNKNOWN))
    assert (finding["severity"], finding["confidence"]) == ("note", "possible")


def test_where_one_answer_is_all_nothing_is_concluded(tmp_path):
    assert judged(tmp_path, exchange(1.0, 7.0, *UNKNOWN)) is None


def test_a_server_that_also_speaks_unasked_may_have_been_silent_on_purpose(tmp_path):
    quick = [exchange(1.0 + n, 0.020, *UNKNOWN) for n in range(3)]
    pushed = " 4.800000 server > client PSH,ACK 90\n 4.800030 client > server ACK\n"
    assert judged(tmp_path, *quick, pushed, exchange(5.0, 7.0, *UNKNOWN)) is None


def test_messages_that_want_no_answer_are_no_requests(tmp_path):
    quick = [exchange(1.0 + n, 0.020, *UNKNOWN) for n in range(3)]
    told = " 5.000000 client > server PSH,ACK 90\n 5.014100 server > client ACK\n"
    assert judged(tmp_path, *quick, told, exchange(8.0, 7.0, *UNKNOWN)) is None


def test_a_server_that_speaks_first_is_not_asked_by_the_handshake(tmp_path):
    banner = " 6.000000 server > client PSH,ACK 40\n 6.000030 client > server ACK\n"
    assert judged(tmp_path, banner, exchange(6.1, 0.02, *UNKNOWN)) is None


def test_keepalives_while_it_thinks_change_nothing(tmp_path):
    change = [
        (
            re.escape(" 6.616950  server"),
            " 4.516330 client > server keepalive\n 4.530430 server > client ACK\n 6.616950  server",
        )
    ]
    finding = found(altered(tmp_path, "slow_server", change=change), "slow_server")
    assert finding["numbers"]["wait_s"] == pytest.approx(4.215, abs=0.001)
