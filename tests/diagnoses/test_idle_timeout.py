"""Several connections that end after the same pause, by one side's timer; and what is no timer."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

CODE = "idle_timeout_by_endpoint"


def used(port, at, idle, end="server > client:{} FIN,ACK", spoken=True, closes=True):
    """A connection that is used at a time, left alone, and ended."""
    lines = f"""
{at:.3f} client:{port} > server SYN win 64240 mss 1460 wscale 7 sack ts
{at + 0.010:.3f} server > client:{port} SYN,ACK
{at + 0.011:.3f} client:{port} > server ACK
{at + 0.012:.3f} client:{port} > server PSH,ACK 100
"""
    if spoken:
        lines += f"{at + 0.022:.3f} server > client:{port} PSH,ACK 400\n"
        lines += f"{at + 0.023:.3f} client:{port} > server ACK\n"
    else:
        lines += f"{at + 0.022:.3f} server > client:{port} ACK\n"
    over = at + 0.023 + idle
    lines += f"{over:.3f} {end.format(port)}\n"
    if closes and "FIN" in end and "server >" in end:
        lines += f"{over + 0.001:.3f} client:{port} > server FIN,ACK\n"
        lines += f"{over + 0.011:.3f} server > client:{port} ACK\n"
    return lines


def several(*ends, **more):
    """Connections, each begun at a time and idle for some seconds; their packets in order."""
    every = "".join(used(50001 + n, at, idle, **more) for n, (at, idle) in enumerate(ends)).splitlines()
    return "\n".join(sorted((line for line in every if line), key=lambda line: float(line.split()[0])))


@pytest.mark.parametrize("timeout", [3.2, 15, 60, 350, 3600])
def test_three_ends_after_one_pause_show_the_timer(tmp_path, timeout):
    lines = several((0, timeout), (5, timeout + 0.01), (11, timeout + 0.05))
    told = finding(judged(tmp_path, lines), CODE)
    assert (told["severity"], told["confidence"], told["connection"]) == ("info", "likely", None)
    assert told["numbers"]["idle_timeout_s"] == pytest.approx(timeout, abs=0.06)
    assert told["culprit"]["kind"] == "server"


def test_the_members_carry_its_verdict_and_not_that_of_a_clean_close(tmp_path):
    found = judged(tmp_path, several((0, 30), (5, 30), (11, 30)))
    assert [c["verdict"] for c in found["connections"]] == [CODE] * 3
    assert codes(found) == {CODE}


def test_five_moments_make_it_certain_with_ipv6_and_at_the_server_too(tmp_path):
    v6 = {"client": {"address": '"2001:db8::1"'}, "server": {"address": '"2001:db8:5::9"'}}
    lines = several(*((7 * n, 40) for n in range(5)))
    assert finding(judged(tmp_path, lines, **v6), CODE)["confidence"] == "certain"
    found = judged(tmp_path, lines, vantage="server", server={"hops": 0}, client={"hops": 4})
    assert finding(found, CODE)["culprit"]["hops_from_capture"] == 0


def test_one_end_of_another_kind_among_them_does_no_harm(tmp_path):
    found = judged(tmp_path, several((0, 30), (5, 30), (11, 30), (14, 9)))
    assert finding(found, CODE)["numbers"]["ended_connections"] == 3


def test_a_reset_by_the_host_itself_is_a_note_and_no_failing_application(tmp_path):
    lines = several((0, 30), (5, 30), (11, 30), end="server > client:{} RST,ACK")
    told = finding(judged(tmp_path, lines), CODE)
    assert (told["severity"], told["numbers"]["ended_by_reset"]) == ("note", 3)
    assert "application_abort" not in codes(judged(tmp_path, lines))


def test_a_client_that_does_not_close_is_still_told(tmp_path):
    lines = several((0, 30), (5, 30), (11, 30), closes=False)
    lines += "\n300 client:50001 > server ACK\n"
    found = judged(tmp_path, lines)
    assert "half_close_stuck" in codes(found)


TRAPS = {
    "a single end": several((0, 30)),
    "two ends": several((0, 30), (5, 30)),
    "a pool gives up: the client closes first": several(
        (0, 30), (5, 30), (11, 30), end="client:{} > server FIN,ACK"
    ),
    "no fixed time": several((0, 30), (5, 12), (11, 47)),
    "shut down together": several((0, 30), (0.1, 29.9), (0.2, 29.8)),
    "only a minority": several(
        (0, 30), (5, 30), (11, 30), (13, 5), (17, 9), (19, 14), (20, 33), (21, 43), (22, 53)
    ),
    "the server owed an answer": several((0, 30), (5, 30), (11, 30), spoken=False),
    "another one was idle for longer and lived on": several((0, 30), (5, 30), (11, 30))
    + used(50009, 1000, 90, end="client:{} > server PSH,ACK 10"),
    "a device on the path resets": several((0, 30), (5, 30), (11, 30), end="fw > client:{} RST as server"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_timer_of_the_server_is_not_called_one(tmp_path, trap):
    found = judged(tmp_path, TRAPS[trap], fw={"address": '"10.30.1.1"', "hops": 2})
    assert CODE not in codes(found)
