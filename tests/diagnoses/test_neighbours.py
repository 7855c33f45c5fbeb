"""Connections that share an end are found by it."""

import pytest

from diagnoses.case import Case, Group
from diagnoses.expected import LIBRARY
from packets.capture import read


@pytest.fixture(scope="module")
def case():
    return Case(read(LIBRARY / "many_connections" / "healthy.pcap"))


def brute(case, wanted):
    ports = (6, 17)
    every = [case.connection(n) for n in range(case.capture.connections)]
    return [c.number for c in every if c.record["protocol"] in ports and wanted(c)]


def test_connections_to_one_port_between_two_hosts_and_from_one_client(case):
    for number in range(case.capture.connections):
        c = case.connection(number)
        if c.record["protocol"] not in (6, 17):
            continue
        assert case.to_server(c.server.endpoint).tolist() == brute(
            case, lambda o, c=c: o.server.endpoint == c.server.endpoint
        )
        assert case.between(c.client.host, c.server.host).tolist() == brute(
            case, lambda o, c=c: (o.client.host, o.server.host) == (c.client.host, c.server.host)
        )
        assert case.from_client(c.client.host).tolist() == brute(
            case, lambda o, c=c: o.client.host == c.client.host
        )


def test_a_key_that_nobody_has_finds_nothing(case):
    assert case.to_server(1).tolist() == []
    assert case.between(9_999, 9_999).tolist() == []


def test_a_group_sees_the_facts_of_its_members(case):
    members = case.from_client(case.connection(0).client.host)
    group = Group(case, members)
    assert group.column("client_syn").tolist() == [case.connection(n).client.syn for n in members.tolist()]
    assert [c.number for c in group.some(3)] == members[:3].tolist()


def test_messages_of_applications_are_counted_and_found_by_connection():
    case = Case(read(LIBRARY / "http_exchange" / "healthy.pcap"))
    counts = case.column("http_messages").tolist()
    assert sum(counts) == len(case.capture.applications.http) > 0
    assert counts == [len(case.connection(n).http) for n in range(case.capture.connections)]
    assert case.connection(0).dns.tolist() == []
