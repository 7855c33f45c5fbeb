"""From a declaration to the commands of ip, tc and nft in the guest."""

import json

import pytest

from tests.workers.lab.declared import TWO_HOSTS, experiment
from workers.lab.plan import plan

CHAIN = """
[hosts.client]
[hosts.r1]
[hosts.r2]
sysctl."net.ipv4.ip_default_ttl" = 128
[hosts.server]
rules = ["iptables -A INPUT -p tcp --dport 81 -j DROP"]
files."idle.py" = "print({})"
[[links]]
path = ["client", "r1", "r2", "server"]
LINK
[record]
captures = ["client", "r1:r2", "server", "client:lo"]
[[step]]
name = "connect"
at = "1s"
on = "client"
run = "telnet {server} 80"
[[step]]
at = "2s"
on = "client"
into = "connect"
type = "hello"
[[step]]
at = "1m"
on = "server"
run = "ss -tan"
background = true
[[expect]]
packets = { at = "client", filter = "tcp", count = 1 }
"""


def chain(link: str = "", first: str = "") -> dict:
    return plan(experiment(CHAIN.replace("LINK", link), first))


def host(made: dict, name: str) -> dict:
    return next(one for one in made["hosts"] if one["name"] == name)


def faults(text: str, link: str = "") -> dict:
    """The plan's first link with these faults of the client, or of r1 to the client."""
    return chain(f"{link}\n{text}")["links"][0]


def fault(do: str, nth: str = "[1]", match: str = "data", sender: str = "client", more: str = "") -> str:
    to = 'to = "client"\n' if sender == "r1" else ""
    return f'[[links.faults]]\nfrom = "{sender}"\n{to}match = "{match}"\nnth = {nth}\ndo = "{do}"\n{more}\n'


def test_hosts_of_a_chain_get_addresses_and_routes_by_the_fewest_hops():
    made = chain()
    assert [one["name"] for one in made["hosts"]] == ["client", "r1", "r2", "server"]
    assert host(made, "client")["commands"] == [
        "link set lo up",
        "address add 10.0.1.1/24 dev eth0",
        "link set eth0 up",
        "route add 10.0.2.0/24 via 10.0.1.2",
        "route add 10.0.3.0/24 via 10.0.1.2",
    ]
    assert host(made, "r2")["commands"] == [
        "link set lo up",
        "address add 10.0.2.2/24 dev eth0",
        "link set eth0 up",
        "address add 10.0.3.1/24 dev eth1",
        "link set eth1 up",
        "route add 10.0.1.0/24 via 10.0.2.1",
    ]


def test_only_hosts_between_others_forward_and_their_own_settings_come_after():
    made = chain()
    assert host(made, "client")["sysctl"] == {}
    assert list(host(made, "r2")["sysctl"].items()) == [
        ("net.ipv4.ip_forward", "1"),
        ("net.ipv4.conf.all.send_redirects", "0"),
        ("net.ipv4.ip_default_ttl", "128"),
    ]


def test_rules_files_names_and_times_are_handed_on():
    made = chain(first='lasts = "90s"\nsettle = "2s"\n')
    assert host(made, "server")["rules"] == ["iptables -A INPUT -p tcp --dport 81 -j DROP"]
    assert host(made, "server")["files"] == {"idle.py": "print({})"}
    assert made["names"] == (
        "127.0.0.1 localhost\n10.0.1.1 client\n10.0.1.2 r1\n10.0.2.2 r2\n10.0.3.2 server\n"
    )
    assert (made["lasts"], made["settle"], made["date_ns"]) == (90 * 10**9, 2 * 10**9, 1768467600 * 10**9)


def test_steps_know_the_terminal_that_they_type_into():
    steps = chain()["steps"]
    assert [(step["at"] // 10**9, step["host"], step["into"], step["background"]) for step in steps] == [
        (1, "client", -1, False),
        (2, "client", 0, False),
        (60, "server", -1, True),
    ]
    assert [(step["run"], step["type"]) for step in steps[:2]] == [("telnet 10.0.3.2 80", ""), ("", "hello")]


def test_captures_name_the_interface_on_their_link():
    assert chain()["captures"] == [
        {"file": "client.pcap", "host": "client", "interface": "eth0", "mtu": 1500},
        {"file": "r1-r2.pcap", "host": "r1", "interface": "eth1", "mtu": 1500},
        {"file": "server.pcap", "host": "server", "interface": "eth0", "mtu": 1500},
        {"file": "client-lo.pcap", "host": "client", "interface": "lo", "mtu": 65536},
    ]


def test_ipv6_adds_the_other_family_everywhere():
    made = chain(first="ipv6 = true\n")
    assert made["ipv6"] is True
    commands = host(made, "client")["commands"]
    assert "address add fd00:0:0:1::1/64 dev eth0 nodad" in commands
    assert "route add fd00:0:0:3::/64 via fd00:0:0:1::2" in commands
    assert host(made, "r1")["sysctl"]["net.ipv6.conf.all.forwarding"] == "1"
    assert "10.0.3.2 server\nfd00:0:0:3::2 server\n" in made["names"]
    assert not any("fd00" in command for command in host(chain(), "client")["commands"])


def test_cables_have_fixed_names_and_addresses_of_their_own():
    made = chain("mtu = 1400")
    ends = [end for link in made["links"] for end in link["ends"]]
    assert [end["port"] for end in ends] == ["wire-1a", "wire-1b", "wire-2a", "wire-2b", "wire-3a", "wire-3b"]
    assert len({end["mac"] for end in ends}) == 6
    assert ends[3] == {
        "host": "r2",
        "interface": "eth0",
        "port": "wire-2b",
        "mac": "02:00:00:00:02:02",
        "queue": [],
        "marks": [],
    }
    assert {link["mtu"] for link in made["links"]} == {1400}
    assert {link["mtu"] for link in chain()["links"]} == {1500}


def test_a_cable_without_faults_hands_packets_from_end_to_end():
    assert chain()["links"][0]["rules"] == [
        "add table netdev cables",
        "add chain netdev cables link1a { type filter hook ingress device wire-1a priority 0; }",
        "add rule netdev cables link1a fwd to wire-1b",
        "add table netdev cables",
        "add chain netdev cables link1b { type filter hook ingress device wire-1b priority 0; }",
        "add rule netdev cables link1b fwd to wire-1a",
    ]


@pytest.mark.parametrize(
    ("link", "options"),
    [
        ('delay = "5ms"', "delay 5000.000us"),
        ('delay = "1500ns"', "delay 1.500us"),
        ('loss = "1%"', "loss random 1%"),
        ('loss = "0.1%"', "loss random 0.1%"),
        ('rate = "10mbit"', "rate 10000000bit"),
        ('delay = "20ms"\nreorder = "25%"', "delay 20000.000us reorder 25%"),
        (
            'delay = "5ms"\nreorder = "2%"\nloss = "1%"\nrate = "1mbit"',
            "delay 5000.000us reorder 2% loss random 1% rate 1000000bit",
        ),
    ],
)
def test_what_happens_on_a_cable_is_a_queue_at_both_ends(link, options):
    for end in chain(link)["links"][1]["ends"]:
        assert end["queue"] == [f"qdisc add dev {end['port']} root netem limit 10000 {options}"]


def test_dropped_packets_are_counted_from_one_by_a_rule_before_the_cable():
    link = faults(fault("drop", "[3, 1]"))
    assert link["rules"][2:4] == [
        "add rule netdev cables link1a meta mark & 0x1 == 0x1 numgen inc mod 4294967295 { 0, 2 } drop",
        "add rule netdev cables link1a fwd to wire-1b",
    ]
    assert [mark["bit"] for mark in link["ends"][0]["marks"]] == [1]
    assert link["ends"][1]["marks"] == []
    assert not any(end["queue"] for end in link["ends"])


def test_a_duplicate_leaves_by_the_other_end():
    link = faults(fault("duplicate", sender="r1"))
    assert link["rules"][5].endswith("{ 0 } dup to wire-1a")
    assert link["rules"][6] == "add rule netdev cables link1b fwd to wire-1a"


def test_a_delayed_packet_goes_to_a_queue_of_its_own_at_the_receivers_end():
    link = faults(fault("delay", more='by = "30ms"'), 'delay = "5ms"\nloss = "1%"')
    client, router = link["ends"]
    assert len(client["queue"]) == 1
    assert router["queue"] == [
        f"qdisc add dev wire-1b root handle 1: prio bands 2 priomap{' 0' * 16}",
        "qdisc add dev wire-1b parent 1:1 netem limit 10000 delay 5000.000us loss random 1%",
        "qdisc add dev wire-1b parent 1:2 netem limit 10000 delay 35000.000us loss random 1%",
        "filter add dev wire-1b parent 1: protocol all prio 1 handle 0x2000000/0xff000000 fw classid 1:2",
    ]


def test_on_a_cable_without_delay_the_other_packets_are_not_delayed():
    link = faults(fault("delay", more='by = "30ms"'))
    assert link["ends"][1]["queue"][1:3] == [
        "qdisc add dev wire-1b parent 1:1 netem limit 10000",
        "qdisc add dev wire-1b parent 1:2 netem limit 10000 delay 30000.000us",
    ]


def test_each_fault_has_its_bit_and_a_delay_leaves_those_of_the_others():
    link = faults(
        fault("delay", match="syn", more='by = "30ms"')
        + fault("drop", sender="r1", match="syn-ack")
        + fault("delay", "[2]", match="data", more='by = "1s"')
        + fault("drop", "[4]", match="tcp")
    )
    assert [mark["bit"] for mark in link["ends"][0]["marks"]] == [1, 2, 4]
    assert [mark["bit"] for mark in link["ends"][1]["marks"]] == [1]
    first, second, third = link["rules"][2:5]
    assert first.endswith("{ 0 } meta mark set meta mark & 0xffffff | 0x2000000")
    assert second.endswith("{ 1 } meta mark set meta mark & 0xffffff | 0x3000000")
    assert "meta mark & 0x4 == 0x4" in third
    assert third.endswith("{ 3 } drop")
    assert "classid 1:3" in link["ends"][1]["queue"][-1]


def test_a_host_alone_has_loopback_only():
    alone = """
[hosts.box]
[record]
captures = ["box:lo"]
[[step]]
at = "1s"
on = "box"
run = "nc {box} 80"
[[expect]]
packets = { at = "box:lo", filter = "tcp", count = 1 }
"""
    made = plan(experiment(alone))
    assert made["links"] == []
    assert host(made, "box")["commands"] == ["link set lo up"]
    assert made["names"] == "127.0.0.1 localhost\n"
    assert made["steps"][0]["run"] == "nc 127.0.0.1 80"


def test_a_plan_is_json_and_always_the_same():
    made = chain(fault("delay", more='by = "30ms"'))
    assert json.loads(json.dumps(made)) == made
    assert json.dumps(chain(fault("delay", more='by = "30ms"'))) == json.dumps(made)
    assert plan(experiment(TWO_HOSTS))["steps"][1]["background"] is True
