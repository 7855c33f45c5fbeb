"""The words for neighbours and for TLS make what readers of packets read again."""

import pytest

from experiments.scripted import tls
from experiments.scripted.mistakes import SceneError
from packets.applications import Applications
from packets.capture import read
from packets.columns import ICMPV6, NOT_IP
from tests.experiments.test_scripted_mistakes import GOOD, made

DAY = 86_400
PLACES = """
[hosts.nobody]
address = "0.0.0.0"
hops = 0
[hosts.near]
address = "2001:db8::12:3456"
hops = 0
"""


def heard(text):
    """The TLS rows of a direction that says these records."""
    reader, data = Applications(), tls.records(text, 1)
    reader.segment(0, 0, 1, 1, 1, data, len(data))
    return reader.finish().tls


def test_a_client_hello_offers_what_the_words_say():
    [hello] = heard("client-hello sni shop.example version 1.3 ciphers 17 alpn h2")
    assert (hello["handshake"], hello["version"], hello["ciphers"]) == (1, 0x304, 17)
    assert (hello["sni"], hello["alpn"]) == (b"shop.example", b"h2")


def test_a_flight_of_the_server_is_read_message_by_message():
    said = "certificate subject a.example issuer Some_CA sans a.example,b.example"
    said += " from 1970-01-02 until 1970-01-05"
    rows = heard(f"server-hello version 1.2 cipher 0xc02f + {said} + server-hello-done")
    assert rows["handshake"].tolist() == [2, 11, 14]
    assert rows[0]["cipher"] == 0xC02F
    assert (rows[1]["subject"], rows[1]["issuer"]) == (b"a.example", b"Some CA")
    assert rows[1]["sans"] == b"a.example,b.example"
    assert (rows[1]["not_before"], rows[1]["not_after"]) == (DAY, 4 * DAY)


def test_alerts_are_fatal_unless_they_are_called_warnings():
    rows = heard("alert 45 + alert 0 warning")
    assert rows[["alert_level", "alert_description"]].tolist() == [(2, 45), (1, 0)]


@pytest.mark.parametrize(
    "wrong",
    ["hello", "client-hello version 1.4", "client-hello sni", "alert", "data many", "certificate", ""],
)
def test_a_record_that_is_not_understood_is_named(wrong):
    with pytest.raises(SceneError):
        tls.records(wrong, 7)


def played(tmp_path, *lines):
    """A capture of these lines between the hosts of GOOD and of PLACES."""
    head, tail = GOOD.split("[healthy]")
    text = f"{head}{PLACES}\n[healthy]{tail}".split("0.0   client")[0] + "\n".join(lines) + "\n'''\n"
    [(path, content)] = made(tmp_path, text)
    path.write_bytes(content)
    return read(path)


def test_a_question_and_its_answer_are_arp(tmp_path):
    found = played(tmp_path, "0.0 client > server who-has", "0.1 server > client is-at")
    assert found.packets["protocol"].tolist() == [NOT_IP, NOT_IP]
    assert found.packets["icmp_code"].tolist() == [1, 2]
    assert found.table["client_packets"].tolist() == found.table["server_packets"].tolist() == [1]


def test_a_question_in_nobodys_name_is_a_probe(tmp_path):
    found = played(tmp_path, "0.0 client > server who-has as nobody")
    assert found.addresses[int(found.packets["source"][0])] == "0.0.0.0"


def test_hosts_of_ipv6_speak_neighbour_discovery(tmp_path):
    found = played(tmp_path, "0.0 near > six who-has", "0.1 six > near is-at")
    assert found.packets["protocol"].tolist() == [ICMPV6, ICMPV6]
    assert found.packets["icmp_type"].tolist() == [135, 136]
    assert found.packets["ttl"].tolist() == [255, 255]
    assert len(found.table) == 1


def test_neighbours_of_two_families_do_not_speak_with_each_other(tmp_path):
    with pytest.raises(SceneError, match="same version"):
        played(tmp_path, "0.0 client > six who-has")
