"""A sender whose patience ends, and what the time of it says of its settings."""

from pathlib import Path

import pytest

from diagnoses import registry
from diagnoses.case import Case
from diagnoses.giving_up import GivingUp, linux_patience_s
from diagnoses.silences import silence
from packets.capture import read
from tests.diagnoses.scenes import codes, finding, judged

OPEN = """
 0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
 0.010 server > client SYN,ACK
 0.011 client > server ACK
 0.012 client > server PSH,ACK 100
 0.022 server > client PSH,ACK 400
 0.023 client > server ACK
"""
CODE = "gave_up_retransmitting"
SHIPPED = Path(__file__).resolve().parents[2] / "experiments" / "shipped"


def repeats(at, times=6, rto=0.2, probe=0.0, cap=120.0):
    """Data sent in vain and its repeats, after a loss probe if asked for; and the time of the last."""
    lines, gap = [f"{at} client > server PSH,ACK 60 lost"], rto
    if probe:
        at += probe
        lines.append(f"{at:.3f} client > server again 7 lost")
    for _ in range(times):
        at += gap
        gap = min(2 * gap, cap)
        lines.append(f"{at:.3f} client > server again 7 lost")
    return "\n".join(lines) + "\n", at


def works(at, port=50001):
    """Another connection to the same port, answered."""
    return f"""
{at:.3f} client:{port} > server SYN win 64240 mss 1460 wscale 7 sack ts
{at + 0.01:.3f} server > client:{port} SYN,ACK
{at + 0.011:.3f} client:{port} > server ACK
"""


def given_up(times=6, later=True, **more):
    """A connection that dies at 1 s beside one that works, which goes on after the next repeat was due."""
    tries, last = repeats(1, times, **more)
    # The other connection stands behind, so that "again 7" counts the lines of the first.
    other = works(last + 0.05)
    return OPEN + tries + other + (works(last + 300, 50002) if later else "")


@pytest.mark.parametrize(("retries", "seconds"), [(3, 3.0), (6, 25.4), (8, 102.2), (9, 204.6), (15, 924.6)])
def test_the_patience_is_that_of_the_kernel(retries, seconds):
    """ip-sysctl.rst: 15 yields a hypothetical timeout of 924.6 seconds."""
    assert linux_patience_s(retries) == pytest.approx(seconds)


@pytest.mark.parametrize(("times", "retries"), [(5, 5), (6, 6), (8, 8), (15, 15)])
@pytest.mark.parametrize("probe", [0.0, 0.09])
def test_the_setting_is_read_from_the_time_of_the_repeats(tmp_path, times, retries, probe):
    told = finding(judged(tmp_path, given_up(times, rto=0.212, probe=probe)), CODE)
    assert told["numbers"]["linux_retries2"] == retries
    least, most = told["numbers"]["patience_least_s"], told["numbers"]["patience_most_s"]
    assert least < linux_patience_s(retries) <= most
    assert told["confidence"] == "certain"


def test_a_long_round_trip_gives_fewer_repeats_for_the_same_setting(tmp_path):
    told = finding(judged(tmp_path, given_up(4, rto=0.7)), CODE)
    assert told["numbers"]["linux_retries2"] == 5


def test_where_two_settings_give_the_same_repeats_none_is_named(tmp_path):
    """With a first gap of 0.212 s both 3 (3.0 s) and 4 (6.2 s) end between 2.97 and 6.36 s."""
    told = finding(judged(tmp_path, given_up(4, rto=0.212)), CODE)
    assert told["numbers"]["linux_retries2"] is None
    assert "No one value of tcp_retries2" in told["explanation"]


@pytest.mark.parametrize("image", ["6.1", "6.12"])
@pytest.mark.parametrize(
    ("experiment", "retries"), [("idle_cut_silently", 15), ("peer_vanishes", 6), (CODE, 6)]
)
def test_recordings_of_real_kernels_tell_their_setting(image, experiment, retries):
    case = Case(read(SHIPPED / experiment / "recorded" / image / "captures" / "client.pcap"))
    every = [case.connection(number) for number in range(case.capture.connections)]
    found = [s for c in every if c.client.packets and c.server.packets and (s := silence(c))]
    assert [GivingUp(s).retries for s in found] == [retries]


def test_ipv6_and_a_server_that_gives_up(tmp_path):
    v6 = {"client": {"address": '"2001:db8::1"'}, "server": {"address": '"2001:db8:5::9"'}}
    assert CODE in codes(judged(tmp_path, given_up(), **v6))
    tries, last = repeats(1)
    lines = OPEN + tries.replace("client > server", "server > client") + works(last + 0.05)
    lines += works(last + 60, 50002)
    found = judged(tmp_path, lines, vantage="server", server={"hops": 0}, client={"hops": 4})
    assert finding(found, CODE)["explanation"].startswith("192.0.2.10 was heard last")


def test_at_the_silent_end_its_own_filter_is_named(tmp_path):
    found = judged(tmp_path, given_up(), vantage="server", server={"hops": 0}, client={"hops": 4})
    told = finding(found, CODE)
    assert told["culprit"] == {"kind": "server", "ip": "198.51.100.25", "hops_from_capture": 0}
    assert "nft list ruleset" in told["would_settle"]


TRAPS = {
    "the capture ends before the next repeat is due": lambda: given_up(later=False),
    "the sender closes in the end": lambda: given_up() + "900 client:40000 > server FIN,ACK lost",
    "no timer: the gaps do not grow": lambda: (
        OPEN
        + "\n".join(
            f"{at} client > server {'again 7' if at > 1 else 'PSH,ACK 60'} lost" for at in range(1, 8)
        )
        + works(8)
        + works(300, 50002)
    ),
    "too few repeats": lambda: given_up(2),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_does_not_show_a_giving_up_is_not_called_one(tmp_path, trap):
    lines = TRAPS[trap]().replace("client > server", "client:40000 > server")
    assert CODE not in codes(judged(tmp_path, lines.replace("server > client ", "server > client:40000 ")))


def test_one_connection_has_one_story(tmp_path):
    """After a pause, before a dead host, at a RST: what began it is told, and not that it ended."""
    tries, last = repeats(90)
    paused = judged(tmp_path, OPEN + tries + works(last + 0.05) + works(last + 60, 50002))
    assert CODE not in codes(paused)
    assert "idle_flow_dropped" in codes(paused)
    tries, last = repeats(1)
    dead = OPEN + tries + "".join(f"{at} client:5{at} > server SYN lost\n" for at in (50, 60))
    assert codes(judged(tmp_path, dead)) & {CODE, "half_open_silent"} == {"half_open_silent"}
    rst = OPEN + tries + works(last + 0.05) + f"{last + 13} client:40000 > server RST,ACK lost\n"
    rst = rst.replace("client > server", "client:40000 > server") + works(last + 60, 50002)
    found = codes(judged(tmp_path, rst.replace("server > client ", "server > client:40000 ")))
    assert found & {CODE, "reset_by_own_timeout"} == {"reset_by_own_timeout"}


def test_no_rule_that_tells_the_cause_holds_where_this_one_does():
    """The conditions shut each other out; nothing has to be folded away."""
    rules = {rule.CODE: rule for rule in registry.CONNECTIONS}
    case = Case(read(SHIPPED / CODE / "recorded" / "6.1" / "captures" / "client.pcap"))
    [dead] = [c for n in range(case.capture.connections) if silence(c := case.connection(n))]
    for other in ("idle_flow_dropped", "half_open_silent"):
        assert not all(holds(dead) for holds in rules[other].CONDITIONS)
    assert all(holds(dead) for holds in rules[CODE].CONDITIONS)
