"""Addresses, interfaces and routes follow from the order of the links."""

from datetime import UTC, datetime
from ipaddress import ip_interface, ip_network

import pytest

from experiments.declaration.addresses import addresses, forwards, interfaces, network_of, routes
from experiments.declaration.values import Experiment, Host, Link


def network(*links, hosts=(), ipv6=False):
    names = list(hosts) or list(dict.fromkeys(host for ends in links for host in ends))
    return Experiment(
        name="sample",
        title={},
        claim={},
        date=datetime(2026, 1, 15, tzinfo=UTC),
        hosts={name: Host(name) for name in names},
        links=tuple(Link(ends) for ends in links),
        captures=(),
        steps=(),
        expectations=(),
        ipv6=ipv6,
    )


ROW = (("client", "r1"), ("r1", "fw"), ("fw", "server"))


def test_a_link_gives_1_to_its_left_end_and_2_to_its_right():
    assert addresses(network(("client", "server"))) == {"client": ("10.0.1.1",), "server": ("10.0.1.2",)}


def test_the_own_address_is_the_one_on_the_first_link():
    assert addresses(network(*ROW))["fw"] == ("10.0.2.2", "10.0.3.1")


def test_ipv6_addresses_come_after_all_ipv4_addresses():
    assert addresses(network(*ROW, ipv6=True))["r1"] == (
        "10.0.1.2", "10.0.2.1", "fd00:0:0:1::2", "fd00:0:0:2::1",
    )  # fmt: skip


def test_a_host_alone_has_the_loopback_address():
    assert addresses(network(hosts=["one"])) == {"one": ("127.0.0.1",)}
    assert addresses(network(hosts=["one"], ipv6=True)) == {"one": ("127.0.0.1", "::1")}


def test_the_networks_are_counted_from_1():
    assert [network_of(k) for k in (0, 1, 23)] == ["10.0.1.0/24", "10.0.2.0/24", "10.0.24.0/24"]


def test_a_host_reaches_every_network_by_its_neighbour():
    found = routes(network(*ROW))
    assert [(route.network, route.via) for route in found["client"]] == [
        ("10.0.2.0/24", "10.0.1.2"),
        ("10.0.3.0/24", "10.0.1.2"),
    ]
    assert [(route.network, route.via) for route in found["r1"]] == [("10.0.3.0/24", "10.0.2.2")]
    assert [(route.network, route.via) for route in found["server"]] == [
        ("10.0.1.0/24", "10.0.3.1"),
        ("10.0.2.0/24", "10.0.3.1"),
    ]


def test_routes_exist_for_both_families():
    found = routes(network(*ROW, ipv6=True))["r1"]
    assert [(route.network, route.via) for route in found] == [
        ("10.0.3.0/24", "10.0.2.2"),
        ("fd00:0:0:3::/64", "fd00:0:0:2::2"),
    ]


def test_interfaces_are_numbered_in_the_order_of_the_links():
    client, fw = (
        interfaces(network(("client", "fw"), ("fw", "server"), ipv6=True))[h] for h in ("client", "fw")
    )
    assert [(end.name, end.link, end.neighbour) for end in fw] == [
        ("eth0", 0, "client"),
        ("eth1", 1, "server"),
    ]
    assert client[0].addresses == ("10.0.1.1/24", "fd00:0:0:1::1/64")


def test_hosts_between_two_links_forward():
    assert forwards(network(*ROW)) == ("r1", "fw")
    assert forwards(network(("a", "b"))) == ()


RING = (("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "a"))
TREE = (("x", "a"), ("x", "b"), ("x", "c"), ("c", "d"), ("d", "e"))
GRID = (("a", "b"), ("b", "c"), ("d", "e"), ("e", "f"), ("a", "d"), ("b", "e"), ("c", "f"))


@pytest.mark.parametrize("links", [ROW, RING, TREE, GRID])
@pytest.mark.parametrize("ipv6", [False, True])
def test_every_packet_arrives_by_the_fewest_hops(links, ipv6):
    experiment = network(*links, ipv6=ipv6)
    table, ends, where = routes(experiment), interfaces(experiment), addresses(experiment)
    for source in where:
        for target, its in where.items():
            for address in its:
                assert hops(source, target, address, table, ends) < len(where)


def hops(source, target, address, table, ends):
    """Forward a packet by the routing tables until it is there; count the links."""
    here, count = source, 0
    while here != target:
        via = next(
            (r.via for r in table[here] if ip_interface(address).ip in ip_network(r.network)),
            address,
        )
        here = next(
            end.neighbour
            for end in ends[here]
            if ip_interface(via).ip in ip_interface(end.addresses[via.count(":") > 0]).network
        )
        count += 1
        assert count < 20, f"a loop from {source} to {target}"
    return count
