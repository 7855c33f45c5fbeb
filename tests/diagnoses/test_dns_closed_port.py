"""Questions to an address where no DNS server listens."""

import pytest

from tests.diagnoses.scenes import codes, finding, judged

CODE = "dns_port_unreachable"
HOSTS = {
    "server": {"port": 53},
    "other": {"address": '"198.51.100.54"', "hops": 4, "port": 53},
    "fw": {"address": '"203.0.113.1"', "hops": 2},
}
V6 = {"client": {"address": '"2001:db8::10"'}, "server": {"address": '"2001:db8:5::25"', "port": 53}}
ASKED = "0.0 client:40001 > server:53 DNS query A a.example id 7\n"
TURNED_AWAY = ASKED + "0.01 server:53 > client:40001 ICMP port-unreachable about 1\n"


@pytest.mark.parametrize("vantage", ["client", "server"])
def test_a_closed_port_at_the_resolver(tmp_path, vantage):
    hosts = HOSTS if vantage == "client" else {"client": {"hops": 4}, "server": {"hops": 0, "port": 53}}
    found = judged(tmp_path, TURNED_AWAY, vantage=vantage, **hosts)
    assert codes(found) == {CODE}
    told = finding(found, CODE)
    assert (told["severity"], told["confidence"], told["culprit"]["kind"]) == ("error", "certain", "server")


def test_over_ipv6(tmp_path):
    assert codes(judged(tmp_path, TURNED_AWAY, **V6)) == {CODE}


def test_a_device_that_rejects_is_told_from_the_host(tmp_path):
    lines = ASKED + "0.01 fw > client ICMP port-unreachable about 1\n"
    told = finding(judged(tmp_path, lines, **HOSTS), CODE)
    assert told["culprit"] == {"kind": "path", "ip": "203.0.113.1", "hops_from_capture": 2}


@pytest.mark.parametrize(("after", "severity"), [(0.02, "note"), (3.0, "warning")])
def test_another_resolver_that_answers_makes_it_less(tmp_path, after, severity):
    lines = TURNED_AWAY + f"{after} client:40002 > other:53 DNS query A a.example id 7\n"
    lines += f"{after + 0.01} other:53 > client:40002 DNS answer 7 NOERROR A 203.0.113.9\n"
    assert finding(judged(tmp_path, lines, **HOSTS), CODE)["severity"] == severity


TRAPS = {
    "the answer finds a closed port": ASKED
    + "0.01 server:53 > client:40001 DNS answer 7 NOERROR A 203.0.113.9\n"
    + "0.011 client:40001 > server:53 ICMP port-unreachable about 2\n",
    "an answer came all the same": TURNED_AWAY
    + "0.02 server:53 > client:40001 DNS answer 7 NOERROR A 203.0.113.9\n",
    "a resolver that tries one server after the other": TURNED_AWAY.replace("id 7", "id 7 norec"),
    "another ICMP error": ASKED + "0.01 server:53 > client:40001 ICMP host-unreachable about 1\n",
    "no DNS": "0.0 client:40001 > server:514 UDP 40\n"
    "0.01 server:514 > client:40001 ICMP port-unreachable about 1\n",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_what_is_no_closed_dns_port_is_not_called_one(tmp_path, trap):
    assert CODE not in codes(judged(tmp_path, TRAPS[trap], **HOSTS))
