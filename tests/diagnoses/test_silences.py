"""A peer that falls silent: forgotten while idle, vanished, or neither."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

OPEN = """
 0.000 client > server SYN win 64240 mss 1460 wscale 7 sack ts
 0.010 server > client SYN,ACK
 0.011 client > server ACK
 0.012 client > server PSH,ACK 100
 0.022 server > client PSH,ACK 400
 0.023 client > server ACK
"""
FAMILY = {"idle_flow_dropped", "half_open_silent"}


def repeats(at, size=60, times=6, rto=0.2):
    """Data sent in vain, and its repeats; the first packet line of it is the seventh."""
    lines, gap = [f"{at} client > server PSH,ACK {size} lost"], rto
    for _ in range(times):
        at += gap
        gap *= 2
        lines.append(f"{at:.3f} client > server again 7 lost")
    return "\n".join(lines)


@pytest.mark.parametrize("idle", [3.5, 61, 7200])
@pytest.mark.parametrize("rto", [0.2, 1.0, 3.0])
def test_one_idle_flow_that_dies_silently_is_possible_and_names_nobody(tmp_path, idle, rto):
    found = finding(judged(tmp_path, OPEN + repeats(idle, rto=rto)), "idle_flow_dropped")
    assert found["confidence"] == "possible"
    assert found["culprit"]["kind"] == "unknown"
    [host] = [r for r in found["rejected"] if r["code"] == "half_open_silent"]
    assert host["why"].startswith("Not excluded")
    assert found["numbers"]["attempts"] == 7


def test_it_is_the_same_with_ipv6_and_for_a_server_that_speaks_after_the_pause(tmp_path):
    lines = OPEN + repeats(90).replace("client > server", "server > client")
    v6 = {"client": {"address": '"2001:db8::1"'}, "server": {"address": '"2001:db8:5::9"'}}
    far = {"client": v6["client"] | {"hops": 4}, "server": v6["server"] | {"hops": 0}}
    assert codes(judged(tmp_path, OPEN + repeats(90), **v6)) == {"idle_flow_dropped"}
    assert codes(judged(tmp_path, lines, vantage="server", **far)) == {"idle_flow_dropped"}


def test_at_the_silent_end_the_path_is_not_to_blame(tmp_path):
    found = judged(tmp_path, OPEN + repeats(90), vantage="server", server={"hops": 0}, client={"hops": 4})
    told = finding(found, "half_open_silent")
    assert told["culprit"] == {"kind": "server", "ip": "198.51.100.25", "hops_from_capture": 0}
    assert "idle_flow_dropped" not in codes(found)


def other(at):
    """A later connection to the same port."""
    return f"""
{at} client:50001 > server SYN win 64240 mss 1460 wscale 7 sack ts
{at + 0.01} server > client:50001 SYN,ACK
{at + 0.011} client:50001 > server ACK
"""


def test_a_new_connection_that_works_meanwhile_makes_it_likely(tmp_path):
    lines = OPEN + repeats(90) + other(103)
    found = finding(judged(tmp_path, lines), "idle_flow_dropped")
    assert found["confidence"] == "likely"
    assert "on other connections" in found["explanation"]


def test_the_new_connection_is_found_also_behind_many_older_ones(tmp_path):
    early = "\n".join(
        f"{1 + n / 10:.3f} client:{50100 + n} > server SYN win 64240 mss 1460\n"
        f"{1.01 + n / 10:.3f} server > client:{50100 + n} SYN,ACK"
        for n in range(130)
    )
    # Packet lines are counted: the repeats name the first sending of the old connection.
    late = repeats(90).replace("again 7", f"again {7 + 2 * 130}").replace("client >", "client:49999 >")
    lines = OPEN.replace("client >", "client:49999 >").replace("> client", "> client:49999") + early
    found = finding(judged(tmp_path, f"{lines}\n{late}{other(103)}"), "idle_flow_dropped")
    assert found["confidence"] == "likely"


def test_a_host_that_is_back_much_later_proves_nothing(tmp_path):
    found = finding(judged(tmp_path, OPEN + repeats(90) + other(600)), "idle_flow_dropped")
    assert found["confidence"] == "possible"


def test_new_syns_that_fail_as_well_mean_the_host(tmp_path):
    syns = """
110 client:50001 > server SYN win 64240 mss 1460 wscale 7 sack ts lost
111 client:50001 > server again 14 lost
113 client:50001 > server again 14 lost
"""
    found = judged(tmp_path, OPEN + repeats(90) + syns)
    assert finding(found, "half_open_silent")["confidence"] == "likely"
    assert "idle_flow_dropped" not in codes(found)


def test_without_a_pause_the_peer_vanished_in_mid_exchange(tmp_path):
    found = judged(tmp_path, OPEN + repeats(1.0))
    assert codes(found) & FAMILY == {"half_open_silent"}
    assert finding(found, "half_open_silent")["confidence"] == "possible"


def test_flows_that_die_one_after_the_other_after_pauses_make_it_likely(tmp_path):
    second = """
200.000 client:50002 > server SYN win 64240 mss 1460 wscale 7 sack ts
200.010 server > client:50002 SYN,ACK
200.011 client:50002 > server ACK
200.012 client:50002 > server PSH,ACK 100
200.022 server > client:50002 PSH,ACK 400
200.023 client:50002 > server ACK
290.000 client:50002 > server PSH,ACK 60 lost
290.200 client:50002 > server again 20 lost
290.600 client:50002 > server again 20 lost
291.400 client:50002 > server again 20 lost
293.000 client:50002 > server again 20 lost
"""
    found = judged(tmp_path, OPEN + repeats(90) + second)["findings"]
    assert [(f["code"], f["confidence"]) for f in found] == [("idle_flow_dropped", "likely")] * 2
    assert found[0]["numbers"]["others_alike"] == 1


def test_keepalive_probes_in_vain_without_a_rst_count_as_well(tmp_path):
    probes = "\n".join(f"{60 + n} client > server keepalive lost" for n in range(5))
    found = finding(judged(tmp_path, OPEN + probes), "idle_flow_dropped")
    assert "keepalive probes" in found["explanation"]


TRAPS = {
    "too few repeats": repeats(90, times=2),
    "the peer answers in the end": repeats(90, times=4) + "\n98 server > client ACK",
    "a closed window": "40 server > client ACK win 0\n" + repeats(90).replace("again 7", "again 8"),
    "the peer had closed": "40 server > client FIN,ACK\n" + repeats(90).replace("again 7", "again 8"),
    "only a FIN is repeated": repeats(90).replace("PSH,ACK 60", "FIN,ACK"),
    "too long for the path": repeats(90, size=1448),
    "an ICMP error": repeats(90) + "\n104 r1 > client ICMP host-unreachable about 7",
    "a failed keepalive": "\n".join(f"{60 + n} client > server keepalive lost" for n in range(5))
    + "\n65 client > server RST,ACK lost",
    "an answer that the capture missed": repeats(90, times=4) + "\n97 server > client ACK unseen\n"
    "98 client > server PSH,ACK 10 lost\n99 client > server again 13 lost",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_looks_like_it_is_not_called_so(tmp_path, trap):
    found = judged(tmp_path, OPEN + TRAPS[trap], r1={"address": '"192.0.2.1"', "hops": 1})
    assert not codes(found) & FAMILY, trap


def test_a_path_that_takes_the_length_is_no_trap(tmp_path):
    before = OPEN.replace("PSH,ACK 100", "PSH,ACK 1448")
    assert "idle_flow_dropped" in codes(judged(tmp_path, before + repeats(90, size=1448)))
