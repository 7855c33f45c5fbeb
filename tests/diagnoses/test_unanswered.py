"""Requests that a server takes and does not answer."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

OPEN = """
0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
0.010 server > client SYN,ACK
0.011 client > server ACK
"""
GET = 'PSH,ACK "GET /report HTTP/1.1\\r\\nHost: a.example\\r\\n\\r\\n"'
OK = 'PSH,ACK "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok"'
ASKED = f"{OPEN}0.012 client > server {GET}\n0.022 server > client ACK\n"
SERVED = f"{OPEN}0.012 client > server {GET}\n0.030 server > client {OK}\n0.031 client > server ACK\n"
ANSWERS = ASKED + f"0.050 server > client {OK}\n0.051 client > server ACK\n"
PORT = {"server": {"port": 8080}}
V6 = {"client": {"address": '"2001:db8::10"'}, "server": {"address": '"2001:db8:5::25"', "port": 8080}}
AT_SERVER = {"client": {"hops": 4}, "server": {"hops": 0, "port": 8080}}
CODE = "closed_before_answer"


def told(found):
    """The finding, which is the only one about its connection."""
    assert codes(found) == {CODE}
    return finding(found, CODE)


@pytest.mark.parametrize("hosts", [PORT, V6])
@pytest.mark.parametrize("after", [0.001, 5, 300])
def test_a_fin_instead_of_an_answer(tmp_path, hosts, after):
    lines = f"{ASKED}{0.022 + after} server > client FIN,ACK\n{0.03 + after} client > server FIN,ACK"
    one = told(judged(tmp_path, lines, **hosts))
    assert (one["severity"], one["confidence"], one["culprit"]["kind"]) == ("error", "certain", "server")
    assert one["numbers"]["closed_after_s"] == pytest.approx(0.01 + after)


def test_it_is_seen_at_the_server_too(tmp_path):
    found = judged(tmp_path, ASKED + "2 server > client FIN,ACK", vantage="server", **AT_SERVER)
    assert told(found)["culprit"]["hops_from_capture"] == 0


def test_a_reset_by_the_program_leaves_the_request_unanswered_as_well(tmp_path):
    one = told(judged(tmp_path, ASKED + "2 server > client RST,ACK", **PORT))
    assert one["numbers"]["closed_by"] == "rst"


def test_what_the_client_sends_into_the_closed_socket_is_a_consequence(tmp_path):
    late = "2 server > client FIN,ACK\n2.1 client > server PSH,ACK 90\n2.11 server > client RST"
    assert told(judged(tmp_path, ASKED + late, **PORT))["numbers"]["closed_by"] == "fin"


def test_a_later_request_of_a_kept_connection(tmp_path):
    lines = SERVED + f"0.5 client > server {GET}\n0.51 server > client ACK\n3 server > client FIN,ACK"
    one = told(judged(tmp_path, lines, **PORT))
    assert one["severity"] == "error"
    assert one["numbers"]["idle_before_s"] == pytest.approx(0.47)


def test_after_a_pause_an_idle_timer_may_have_closed(tmp_path):
    lines = SERVED + f"60 client > server {GET}\n60.0101 server > client FIN,ACK"
    one = told(judged(tmp_path, lines, **PORT))
    assert (one["severity"], one["confidence"]) == ("warning", "possible")
    assert "idle timer" in one["explanation"]


def test_after_a_pause_a_program_that_worked_for_a_while_was_not_idle(tmp_path):
    lines = SERVED + f"60 client > server {GET}\n60.01 server > client ACK\n65 server > client FIN,ACK"
    assert told(judged(tmp_path, lines, **PORT))["severity"] == "error"


def test_a_request_that_is_answered_the_second_time_is_a_note(tmp_path):
    again = f"""3 client:50001 > server SYN win 64240 mss 1460 wscale 7 sack ts
    3.01 server > client:50001 SYN,ACK
    3.011 client:50001 > server ACK
    3.012 client:50001 > server {GET}
    3.05 server > client:50001 {OK}
    """
    one = finding(judged(tmp_path, ASKED + "2 server > client FIN,ACK\n" + again, **PORT), CODE)
    assert one["severity"] == "note"
    assert "later connection" in one["explanation"]


def habit(last):
    """A protocol that is not read: three questions with prompt answers, then one that gets none."""
    lines, at = OPEN, 1.0
    for _ in range(3):
        lines += f"{at} client > server PSH,ACK 200\n{at + 0.02} server > client PSH,ACK 300\n"
        lines += f"{at + 0.021} client > server ACK\n"
        at += 0.3
    return lines + f"{at} client > server PSH,ACK {last}\n{at + 0.01} server > client ACK\n"


def test_a_server_that_always_answered_owes_an_answer_in_any_protocol(tmp_path):
    one = told(judged(tmp_path, habit(200) + "9 server > client FIN,ACK", server={"port": 3306}))
    assert (one["severity"], one["confidence"]) == ("error", "likely")


TRAPS = {
    "a short farewell": habit(5) + "2 server > client FIN,ACK\n",
    "the client gave up first": ASKED + "2 client > server FIN,ACK\n2.01 server > client FIN,ACK",
    "the client reset first": ASKED + "2 client > server RST,ACK\n2.001 server > client FIN,ACK",
    "an answer": ANSWERS + "2 server > client FIN,ACK",
    "an answer that was not recorded": ASKED
    + f"0.05 server > client {OK} unseen\n0.06 client > server ACK\n2 server > client FIN,ACK",
    "the answer comes with the FIN": ASKED + "2 server > client FIN,PSH,ACK 40",
    "the FIN crossed the request": SERVED
    + f"60 server > client FIN,ACK ack 46\n60.001 client > server {GET}",
    "only part of it arrived": OPEN
    + f"0.012 client > server {GET}\n0.013 client > server PSH,ACK 300 lost\n2 server > client FIN,ACK",
    "nobody asked": OPEN
    + "0.1 client > server PSH,ACK 200\n0.11 server > client ACK\n2 server > client FIN,ACK",
    "an upload": OPEN
    + "".join(f"0.{n} client > server ACK 1448\n" for n in range(10, 60))
    + "2 server > client FIN,ACK",
    "a device cut it": ASKED + "2 fw > client RST as server",
    "a FIN from elsewhere": ASKED + "2 server > client FIN,ACK ttl 63",
    "the kernel's own keepalive failed": ASKED
    + "".join(f"{30 + n} server > client keepalive lost\n" for n in range(5))
    + "35 server > client RST,ACK",
    "a bare reset": ASKED + "2 client > server keepalive\n2.01 server > client RST",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_unanswered_request_is_not_called_one(tmp_path, trap):
    found = judged(tmp_path, TRAPS[trap], fw={"address": '"10.30.1.1"', "hops": 2}, **PORT)
    assert CODE not in codes(found)


def test_a_plain_request_to_a_tls_port_has_its_own_verdict(tmp_path):
    found = judged(tmp_path, ASKED + "2 server > client FIN,ACK", server={"port": 443})
    assert codes(found) == {"plaintext_on_tls_port"}
