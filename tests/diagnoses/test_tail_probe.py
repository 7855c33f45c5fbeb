"""A lost end of the data that a probe repairs; and repeats that are no such probe."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

CODE = "tail_loss_probe"
OPEN = """
 0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
 0.020 server > client SYN,ACK
 0.021 client > server ACK
 0.022 client > server PSH,ACK 120
 0.042 server > client PSH,ACK 300
 0.043 client > server ACK
 1.000000 client > server ACK 1448
 1.000004 client > server PSH,ACK 700 lost
"""
OVER = "2 client > server FIN,ACK\n2.02 server > client FIN,ACK\n2.021 client > server ACK\n"


def probed(wait, answer="ACK", before=""):
    """The last segment sent again after a time, and answered a round trip later."""
    at = 1.000004 + wait
    return f"{OPEN}{before}{at:.6f} client > server again 8\n{at + 0.02:.6f} server > client {answer}\n{OVER}"


@pytest.mark.parametrize("wait", [0.033, 0.044, 0.12, 0.185])
def test_a_probe_that_repairs_is_information(tmp_path, wait):
    told = finding(judged(tmp_path, probed(wait)), CODE)
    assert (told["severity"], told["confidence"]) == ("info", "certain")
    assert told["numbers"]["wait_s"] == pytest.approx(wait)


def test_it_is_the_same_with_ipv6_for_the_server_and_at_the_other_end(tmp_path):
    v6 = {"client": {"address": '"2001:db8::1"'}, "server": {"address": '"2001:db8:5::9"'}}
    assert CODE in codes(judged(tmp_path, probed(0.044), **v6))
    turned = (
        probed(0.044).replace("client >", "x >").replace("> client", "> y").replace("server >", "client >")
    )
    turned = turned.replace("> server", "> client").replace("x >", "server >").replace("> y", "> server")
    handshake, rest = OPEN.split("\n 0.022", maxsplit=1)[0], turned.split("0.043 server > client ACK")[1]
    exchange = (
        "\n0.022 client > server PSH,ACK 120\n0.042 server > client PSH,ACK 300\n0.043 client > server ACK"
    )
    assert finding(judged(tmp_path, handshake + exchange + rest), CODE)["title"].startswith(
        "The last segment of 198.51.100.25"
    )
    found = judged(tmp_path, probed(0.044), vantage="server", server={"hops": 0}, client={"hops": 4})
    assert "dropped there" in finding(found, CODE)["explanation"]


def test_without_sack_it_is_likely(tmp_path):
    lines = probed(0.044).replace(
        "SYN win 64240 mss 1460 wscale 7 sack ts", "SYN win 64240 mss 1460 wscale 7 ts"
    )
    assert finding(judged(tmp_path, lines), CODE)["confidence"] == "likely"


TRAPS = {
    "as late as a timer": probed(0.22),
    "sooner than two round trips": probed(0.008),
    "the first sending had arrived": probed(0.044, "ACK dsack 8"),
    "the receiver asked for it": probed(0.044, before="1.02 server > client ACK 0 ack 1569\n" * 4),
    "not the last one": OPEN.replace("700 lost", "700")
    + "1.044 client > server again 7\n1.064 server > client ACK\n"
    + OVER,
    "nobody answered, and a timer followed": OPEN
    + "1.044 client > server again 8 lost\n1.264 client > server again 8\n1.284 server > client ACK\n"
    + OVER,
    "the capture ends": OPEN + "1.044 client > server again 8 lost\n",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_probe_of_a_lost_end_is_not_called_one(tmp_path, trap):
    assert CODE not in codes(judged(tmp_path, TRAPS[trap]))
