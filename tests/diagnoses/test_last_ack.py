"""Handshakes whose last step does not get through."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

CODE = "handshake_ack_lost"
SHAKE = """0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
0.010 server > client SYN,ACK
0.011 client > server ACK lost
"""
AT_SERVER = {"client": {"hops": 4}, "server": {"hops": 0}}
V6 = {"client": {"address": '"2001:db8::10"'}, "server": {"address": '"2001:db8:5::25"'}}


def insisting(gaps=(0.2, 0.4, 0.8, 1.6), again=(1.0, 3.0), lost="lost"):
    """Data at 0.012 s, repeated after these gaps, and SYN-ACKs at these times."""
    at, lines = 0.012, [(0.012, f"client > server PSH,ACK 90 {lost}")]
    for gap in gaps:
        at += gap
        lines.append((at, f"client > server again 4 {lost}"))
    lines += [(time, "server > client again 2") for time in again]
    return SHAKE + "".join(f"{time:.4f} {words}\n" for time, words in sorted(lines))


@pytest.mark.parametrize("hosts", [{}, V6])
@pytest.mark.parametrize("again", [(1.0, 3.0), (1.0,), (3.0, 6.0)])
def test_both_sides_repeat(tmp_path, hosts, again):
    found = judged(tmp_path, insisting(again=again), **hosts)
    assert codes(found) == {CODE}
    told = finding(found, CODE)
    assert (told["severity"], told["confidence"], told["culprit"]["kind"]) == ("error", "possible", "unknown")
    assert told["numbers"]["repeated_syn_acks"] == len(again)


def test_at_the_server_it_is_not_lost_but_not_taken(tmp_path):
    told = finding(judged(tmp_path, insisting(), vantage="server", **AT_SERVER), CODE)
    assert (told["confidence"], told["culprit"]["kind"]) == ("likely", "server")


def test_that_the_client_gives_up_in_the_end_is_a_consequence(tmp_path):
    gaps = [0.2 * 2**n for n in range(10)]
    lines = insisting(gaps, (1.0, 3.0, 7.0)) + "400 client > server RST,ACK lost"
    assert codes(judged(tmp_path, lines)) == {CODE}


ALIVE = """20 client:50009 > server:9000 SYN
20.01 server:9000 > client:50009 SYN,ACK
20.011 client:50009 > server:9000 ACK
900 client > server ping"""


def test_that_the_client_gives_up_without_a_word_is_a_consequence(tmp_path):
    first = insisting([0.2 * 2**n for n in range(10)], (1.0, 3.0, 7.0))
    first = first.replace("client >", "client:50001 >").replace("> client", "> client:50001")
    lines = [*first.splitlines(), *ALIVE.splitlines()]
    ordered = sorted(lines[3:], key=lambda line: float(line.split()[0]))  # "again" counts the three before
    found = judged(tmp_path, "\n".join([*lines[:3], *ordered]), vantage="server", **AT_SERVER)
    assert codes(found) == {CODE}


def test_what_works_in_the_end_is_a_warning(tmp_path):
    served = "3.1 server > client ACK ack 91\n3.2 server > client PSH,ACK 40\n3.21 client > server ACK\n"
    found = judged(tmp_path, insisting() + served)
    assert finding(found, CODE)["severity"] == "warning"


def test_other_connections_that_are_answered_show_a_full_queue(tmp_path):
    more = """2.0 client:50009 > server SYN win 64240 mss 1460 wscale 7 sack ts
    2.01 server > client:50009 SYN,ACK
    2.011 client:50009 > server ACK
    2.012 client:50009 > server PSH,ACK 70
    2.03 server > client:50009 PSH,ACK 70
    """
    first = insisting().replace("client >", "client:50001 >").replace("> client", "> client:50001")
    both = [line for line in (first + more).splitlines() if line.strip()]
    lines = sorted(both, key=lambda line: float(line.split()[0]))
    told = codes(judged(tmp_path, "\n".join(lines)))
    assert "accept_queue_full" in told
    assert CODE not in told


TRAPS = {
    "the server waits for data (TCP_DEFER_ACCEPT)": SHAKE
    + "1.0 server > client again 2\n1.001 client > server ACK lost\n1.5 client > server PSH,ACK 90\n"
    + "1.51 server > client ACK\n1.6 server > client PSH,ACK 20",
    "one burst is lost": insisting(gaps=(0.2,), again=()) + "0.23 server > client ACK ack 91",
    "the SYN-ACK crossed the data": insisting(again=(0.1,)),
    "no SYN-ACK again": insisting(again=()),
    "a reset": insisting() + "4 server > client RST",
    "the data was taken": insisting(again=()) + "4 server > client ACK ack 91\n5 server > client again 2",
    "served, and left alone an hour later": insisting()
    + "3.1 server > client ACK ack 91\n3600 client > server PSH,ACK 50 lost\n"
    + "3600.3 client > server PSH,ACK 50 lost",
    "the client is silent": SHAKE + "1.0 server > client again 2\n3.0 server > client again 2",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_lost_handshake_is_not_called_one(tmp_path, trap):
    assert CODE not in codes(judged(tmp_path, TRAPS[trap]))
