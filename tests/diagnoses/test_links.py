"""Neighbours that do not answer, pings and datagrams that get lost, packets that run out of hops."""

import re

import pytest

from diagnoses import report
from experiments.scripted.__main__ import captures

HEAD = """\
name = "a_link"
claim = {{ en = "It is so.", ja = "そうです。" }}
date = "2026-01-15T09:00:00Z"
vantage = "client"

[hosts.client]
address = "{client}"
hops = 0
[hosts.near]
address = "{near}"
hops = 1
port = 514
[hosts.other]
address = "{other}"
hops = 1
[hosts.nobody]
address = "{nobody}"
hops = 0
[hosts.router]
address = "{router}"
hops = 2
[hosts.far]
address = "{far}"
hops = 4
port = 514

[healthy]
never = ["none"]
packets = '''
"""
V4 = {
    "client": "192.0.2.1",
    "near": "192.0.2.9",
    "other": "192.0.2.10",
    "nobody": "0.0.0.0",
    "router": "10.9.9.1",
    "far": "198.51.100.7",
}
V6 = {
    "client": "2001:db8::1",
    "near": "2001:db8::9",
    "other": "2001:db8::10",
    "nobody": "::",
    "router": "2001:db8:9::1",
    "far": "2001:db8:7::7",
}


def told(tmp_path, *lines, addresses=V4, vantage="client", **kinds):
    """The report of a scene of these lines; ``kinds`` alter places: hops of a host by its name."""
    text = HEAD.format(**addresses).replace('vantage = "client"', f'vantage = "{vantage}"')
    for name, hops in kinds.items():
        text = re.sub(rf"(\[hosts\.{name}\]\naddress = \S+\nhops = )\d+", rf"\g<1>{hops}", text)
    folder = tmp_path / "scene"
    folder.mkdir(exist_ok=True)
    declaration = folder / "experiment.toml"
    declaration.write_text(text + "\n".join(lines) + "\n'''\n", "utf-8")
    [(path, content)] = captures(declaration)
    path.write_bytes(content)
    return report(path)


def finding(found, code):
    """The one finding of a code, None: there is none."""
    some = [f for f in found["findings"] if f["code"] == code]
    assert len(some) <= 1
    return some[0] if some else None


HEARD = ("0.0 client > other who-has", "0.001 other > client is-at")
ASKED = ("1.0 client > near who-has", "2.0 client > near who-has", "3.0 client > near who-has")
BOTH = pytest.mark.parametrize("addresses", [V4, V6], ids=["IPv4", "IPv6"])


@BOTH
def test_a_neighbour_that_does_not_answer_is_named(tmp_path, addresses):
    said = finding(told(tmp_path, *HEARD, *ASKED, addresses=addresses), "arp_unanswered")
    assert said["hosts"] == [addresses["client"], addresses["near"]]
    assert said["numbers"]["requests"] == 3
    assert (said["severity"], said["confidence"]) == ("error", "certain")
    assert said["culprit"]["kind"] == "unknown"


def test_questions_a_second_apart_without_anything_else_are_only_possible(tmp_path):
    said = finding(told(tmp_path, *ASKED), "arp_unanswered")
    assert (said["severity"], said["confidence"]) == ("warning", "possible")


def test_questions_at_odd_times_in_a_capture_that_hears_nothing_accuse_nobody(tmp_path):
    odd = ("1.0 client > near who-has", "31.0 client > near who-has", "68.0 client > near who-has")
    assert finding(told(tmp_path, *odd), "arp_unanswered") is None
    assert finding(told(tmp_path, *HEARD, *odd), "arp_unanswered")


def test_two_questions_may_be_the_end_of_the_capture(tmp_path):
    assert finding(told(tmp_path, *HEARD, *ASKED[:2]), "arp_unanswered") is None


def test_probes_and_announcements_need_no_answer(tmp_path):
    probes = [line + " as nobody" for line in ASKED]
    announced = [line.replace("near", "client") for line in ASKED]
    for lines in (probes, announced):
        assert finding(told(tmp_path, *HEARD, *lines), "arp_unanswered") is None


def test_a_host_that_is_talked_to_afterwards_had_answered_unseen(tmp_path):
    lines = (*ASKED, "3.002 client > near:80 SYN")
    assert finding(told(tmp_path, *HEARD, *lines), "arp_unanswered") is None


def test_a_host_that_speaks_is_there(tmp_path):
    lines = (*HEARD, *ASKED, "3.5 near:80 > client:9000 UDP 20")
    assert finding(told(tmp_path, *lines), "arp_unanswered") is None


def test_a_neighbour_that_goes_silent_had_answered_before(tmp_path):
    before = ("0.5 client > near who-has", "0.501 near > client is-at")
    said = finding(told(tmp_path, *HEARD, *before, *ASKED), "arp_unanswered")
    assert said["numbers"]["answered_before"] is True
    assert 4 in said["frames"]


def test_a_neighbour_that_answers_again_is_no_finding(tmp_path):
    assert finding(told(tmp_path, *HEARD, *ASKED, "3.1 near > client is-at"), "arp_unanswered") is None


def test_who_asks_for_a_whole_range_is_searching(tmp_path):
    head, rest = HEAD.split("[healthy]")
    hosts = "".join(f'[hosts.h{n}]\naddress = "192.0.2.{n}"\nhops = 1\n' for n in range(100, 120))
    asked = [f"{1 + t}.{n:03d} client > h{n} who-has" for t in range(3) for n in range(100, 120)]
    declaration = tmp_path / "experiment.toml"
    text = head.format(**V4) + hosts + "[healthy]" + rest.format() + "\n".join([*HEARD, *asked]) + "\n'''\n"
    declaration.write_text(text, "utf-8")
    [(path, content)] = captures(declaration)
    path.write_bytes(content)
    assert not report(path)["findings"]


SENT = ("0.0 client:40000 > far UDP 30", "0.01 far > client ICMP port-unreachable about 1")


@BOTH
def test_a_datagram_that_the_host_turns_away_is_named(tmp_path, addresses):
    said = finding(told(tmp_path, *SENT, addresses=addresses), "udp_port_unreachable")
    assert (said["severity"], said["confidence"]) == ("error", "certain")
    assert said["culprit"] == {"kind": "server", "ip": addresses["far"], "hops_from_capture": 4}
    assert said["frames"] == [1, 2]


def test_a_device_that_turns_a_datagram_away_is_named_and_not_the_host(tmp_path):
    said = finding(told(tmp_path, SENT[0], SENT[1].replace("far", "router")), "udp_port_unreachable")
    assert said["culprit"] == {"kind": "path", "ip": V4["router"], "hops_from_capture": 2}


def test_the_same_is_seen_at_the_host_itself(tmp_path):
    said = finding(told(tmp_path, *SENT, vantage="far", client=4, near=1, far=0), "udp_port_unreachable")
    assert said["culprit"]["hops_from_capture"] == 0


def test_a_port_that_answers_afterwards_is_open(tmp_path):
    assert finding(told(tmp_path, *SENT, "0.5 far > client:40000 UDP 5"), "udp_port_unreachable") is None


def test_a_port_that_had_answered_before_is_a_note(tmp_path):
    lines = (
        "0.0 client:40000 > far UDP 30",
        "0.01 far > client:40000 UDP 30",
        "9.0 client:40000 > far UDP 30",
    )
    said = finding(
        told(tmp_path, *lines, "9.01 far > client ICMP port-unreachable about 3"), "udp_port_unreachable"
    )
    assert said["severity"] == "note"


def test_an_answer_that_finds_the_asker_gone_accuses_nobody(tmp_path):
    lines = ("0.0 client:40000 > far UDP 30", "9.0 far > client:40000 UDP 30")
    found = told(tmp_path, *lines, "9.01 client > far ICMP port-unreachable about 2")
    assert finding(found, "udp_port_unreachable") is None


def test_a_trap_from_a_well_known_port_is_turned_away_as_well(tmp_path):
    lines = ("0.0 client:161 > far:10162 UDP 30", "0.01 far > client ICMP port-unreachable about 1")
    said = finding(told(tmp_path, *lines), "udp_port_unreachable")
    assert said["culprit"]["ip"] == V4["far"]


@pytest.mark.parametrize("lines", [
    ("0.0 client:40000 > far:33434 UDP 30", "0.01 far > client ICMP port-unreachable about 1"),
    (
        "0.0 client:40000 > far:44444 UDP 30 ttl 1", "0.1 near > client ICMP ttl-exceeded about 1",
        "0.2 client:40001 > far:9000 UDP 30 ttl 4", "0.3 far > client ICMP port-unreachable about 3",
    ),
])  # fmt: skip
def test_the_end_of_a_traceroute_is_its_success(tmp_path, lines):
    assert not told(tmp_path, *lines)["findings"]


def test_a_traceroute_beside_it_hides_no_closed_port(tmp_path):
    probe = (
        "3.0 client:40001 > far:33434 UDP 30 ttl 1",
        "3.1 near > client ICMP ttl-exceeded about 3",
        "3.2 client:40001 > far:33435 UDP 30 ttl 2",
    )
    assert finding(told(tmp_path, *SENT, *probe), "udp_port_unreachable")["frames"] == [1, 2]


def test_who_tries_out_many_ports_is_scanning(tmp_path):
    lines = [
        line
        for n in range(20)
        for line in (
            f"{n}.0 client:40000 > far:{5000 + n} UDP 30",
            f"{n}.1 far > client ICMP port-unreachable about {2 * n + 1}",
        )
    ]
    assert not told(tmp_path, *lines)["findings"]
    assert len(told(tmp_path, *lines[:10])["findings"]) == 5


def pinged(lost, count=12, gap=1.0, start=0.01):
    """Lines of so many pings, of which some get lost."""
    lines = []
    for n in range(count):
        lines.append(f"{start + n * gap:.3f} client > far ping")
        if n not in lost:
            lines.append(f"{start + n * gap + 0.02:.3f} far > client pong")
    return lines


@BOTH
def test_lost_pings_are_counted_and_so_are_those_in_a_row(tmp_path, addresses):
    said = finding(told(tmp_path, *pinged({2, 5, 6, 7}), addresses=addresses), "ping_loss")
    assert (said["severity"], said["confidence"]) == ("warning", "certain")
    assert said["numbers"]["unanswered"] == 4
    assert (said["numbers"]["longest_run"], said["numbers"]["longest_run_s"]) == (3, 2.0)
    assert said["numbers"]["loss_percent"] == pytest.approx(33.3)


def test_one_lost_ping_is_a_note_and_the_last_one_nothing(tmp_path):
    assert finding(told(tmp_path, *pinged({0})), "ping_loss")["severity"] == "note"
    assert finding(told(tmp_path, *pinged({11})), "ping_loss") is None


def test_a_host_that_answers_no_ping_but_speaks_otherwise_is_a_note(tmp_path):
    lines = (*pinged(range(5), 5), "6.0 client:40000 > far:80 SYN", "6.1 far:80 > client:40000 SYN,ACK")
    said = finding(told(tmp_path, *lines), "ping_loss")
    assert (said["severity"], said["numbers"]["loss_percent"]) == ("note", 100.0)
    assert 7 in said["frames"]


def test_a_host_that_never_speaks_is_an_error_where_others_are_heard(tmp_path):
    said = finding(told(tmp_path, *HEARD, *pinged(range(5), 5)), "ping_loss")
    assert (said["severity"], said["confidence"]) == ("error", "certain")
    said = finding(told(tmp_path, *pinged(range(5), 5)), "ping_loss")
    assert (said["severity"], said["confidence"]) == ("warning", "possible")


def test_a_router_that_says_why_is_named(tmp_path):
    said = finding(
        told(tmp_path, *pinged(range(5), 5), "5.1 router > client ICMP host-unreachable about 1"), "ping_loss"
    )
    assert said["culprit"] == {"kind": "path", "ip": V4["router"], "hops_from_capture": 2}
    assert "type 3 code 1" in said["explanation"]


def test_a_host_that_stops_to_answer_is_said_to_have_stopped(tmp_path):
    said = finding(told(tmp_path, *pinged(range(4, 12))), "ping_loss")
    assert "After the last reply (frame 8)" in said["explanation"]


def test_fast_pings_may_be_limited(tmp_path):
    said = finding(told(tmp_path, *pinged(range(100, 150), 200, 0.03)), "ping_loss")
    assert (said["severity"], said["confidence"]) == ("note", "possible")


def test_pings_of_an_mtr_are_meant_to_end_on_the_way(tmp_path):
    lines = []
    for turn in range(3):
        first = len(lines) + 1
        lines += [
            f"{turn}.0 client > far ping ttl 1",
            f"{turn}.1 near > client ICMP ttl-exceeded about {first}",
            f"{turn}.2 client > far ping ttl 4",
            f"{turn}.3 far > client pong",
        ]
    assert not told(tmp_path, *lines, "9.0 client > far ping ttl 4", "9.1 far > client pong")["findings"]


def test_a_capture_that_lost_packets_itself_tells_nothing_of_lost_pings(tmp_path):
    talk = [
        "0.0 client:40000 > far:80 SYN",
        "0.01 far:80 > client:40000 SYN,ACK",
        "0.02 client:40000 > far:80 ACK",
        "0.03 far:80 > client:40000 PSH,ACK 500 unseen",
        "0.04 client:40000 > far:80 ACK",
        "0.05 far:80 > client:40000 PSH,ACK 500",
        "0.06 client:40000 > far:80 ACK",
    ]
    later = [re.sub(r"^(\d+)", lambda found: str(int(found[1]) + 1), line) for line in pinged({2, 5})]
    found = told(tmp_path, *talk, *later)
    assert [f["code"] for f in found["capture"]["quality"]] == ["capture_drops"]
    assert finding(found, "ping_loss") is None


def ran_out(ttl, what="SYN", times=3, by=("router",)):
    """Packets that leave with a TTL and are answered by a router."""
    lines = []
    for n in range(times):
        again = (
            f"client:40000 > far:80 {'again 1' if n else what}" if what == "SYN" else f"client > far {what}"
        )
        lines += [f"{n}.0 {again} ttl {ttl}"]
        lines += [f"{n}.05 {by[n % len(by)]} > client ICMP ttl-exceeded about {2 * n + 1}"]
    return lines


@BOTH
def test_a_small_ttl_is_told_from_a_loop(tmp_path, addresses):
    said = finding(told(tmp_path, *ran_out(2), addresses=addresses), "ttl_expired")
    assert (said["severity"], said["confidence"]) == ("error", "certain")
    assert (said["culprit"]["kind"], said["culprit"]["ip"]) == ("client", addresses["client"])
    assert said["numbers"]["sent_ttl"] == 2
    found = told(tmp_path, *ran_out(64), addresses=addresses)
    assert [f["code"] for f in found["findings"]] == ["routing_loop"]
    assert found["findings"][0]["culprit"] == {
        "kind": "path",
        "ip": addresses["router"],
        "hops_from_capture": 2,
    }


def test_one_packet_of_data_is_likely_and_one_ping_only_possible(tmp_path):
    said = finding(told(tmp_path, *ran_out(2, times=1)), "ttl_expired")
    assert (said["severity"], said["confidence"]) == ("error", "likely")
    said = finding(told(tmp_path, *ran_out(2, "ping", 1)), "ttl_expired")
    assert (said["severity"], said["confidence"]) == ("note", "possible")


def test_pings_with_one_small_ttl_are_a_warning_and_no_loss(tmp_path):
    found = told(tmp_path, *ran_out(2, "ping"))
    assert [(f["code"], f["severity"]) for f in found["findings"]] == [("ttl_expired", "warning")]


def test_the_routers_of_a_loop_are_all_named(tmp_path):
    said = finding(told(tmp_path, *ran_out(128, "ping", 4, ("router", "near"))), "routing_loop")
    assert said["numbers"]["reporters"] == 2
    assert {V4["router"], V4["near"]} <= set(said["hosts"])


def test_a_loop_of_a_moment_is_no_finding(tmp_path):
    found = told(
        tmp_path,
        *ran_out(64, times=1),
        "1.0 client:40000 > far:80 again 1",
        "1.1 far:80 > client:40000 SYN,ACK",
    )
    assert finding(found, "routing_loop") is None
    assert finding(found, "ttl_expired") is None


def test_traceroute_with_tcp_has_its_own_ports_and_ttls(tmp_path):
    lines = []
    for ttl in (1, 2, 3):
        lines += [f"{ttl}.0 client:{40000 + ttl} > far:443 SYN ttl {ttl}"]
        lines += [f"{ttl}.1 near > client ICMP ttl-exceeded about {2 * ttl - 1}"]
    assert not told(tmp_path, *lines)["findings"]
