"""A mistake in a declaration is named with its line and one sentence."""

import pytest

from experiments.scripted.__main__ import captures
from experiments.scripted.mistakes import SceneError

GOOD = """\
name = "a_scene"
claim = { en = "It works.", ja = "動きます。" }
date = "2026-01-15T09:00:00Z"
vantage = "client"

[hosts.client]
address = "192.0.2.1"
hops = 0
[hosts.server]
address = "198.51.100.1"
hops = 3
port = 80
[hosts.six]
address = "2001:db8::1"
hops = 2

[healthy]
expect = ["clean_close"]
packets = '''
0.0   client > server   SYN
0.1   server > client   SYN,ACK
0.2   client > server   ACK
0.3   client > server   PSH,ACK 5  # five
'''
"""
FIRST = 20  # line of the SYN


def made(tmp_path, text):
    path = tmp_path / "scene" / "experiment.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(captures(path))


def mistake(tmp_path, text):
    with pytest.raises(SceneError) as caught:
        made(tmp_path, text)
    return str(caught.value)


def test_the_declaration_without_mistakes_is_played(tmp_path):
    [(path, content)] = made(tmp_path, GOOD)
    assert path.name == "healthy.pcap"
    assert len(content) == 24 + 4 * (16 + 14 + 20 + 20 + 12) + 2 * 8 + 5  # two SYNs carry 8 bytes more


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("0.4 client server ACK", "'0.4 client server ACK' is not of the form: TIME SOURCE > TARGET WHAT"),
        ("0.4 server > client ACK older", "no connection had these ports before"),
        ("0.4 client > sever ACK", "no host is called 'sever'; there are client, server, six"),
        ("0.4 client > server SIN", "'SIN' is no TCP flag, and none of UDP, DNS, ICMP, ping, pong, "
         "who-has, is-at, again, keepalive, window-probe"),
        ("0.4 client > server ACK soon", "'soon' is not a word of the scene language"),
        ("0.4 client > server ACK win", "'win' needs a number after it"),
        ("0.4 client > server again", "'again' needs a word after it"),
        ("0.4 client > server again 9", "there is no packet 9 before this line"),
        ("0.4 client > server again 2", "packet 2 is not a segment of this side of the connection"),
        ("0.4 client:0 > server ACK", "'0' is not a port number"),
        ("0.4 server > client:9999 ACK", "'server' has received nothing that it could acknowledge"),
        ("0.1 client > server ACK", "the time goes back; write the lines in the order of their times"),
        ("0.4000001 client > server ACK", "the time 0.4000001 is finer than a microsecond"),
        ("0.4 client > server ACK 3000", "3000 bytes are more than a segment of this connection holds "
         "(1448); give a host segmentation_offload = true if that is meant"),
        ("0.4 server > client:9999 RST", "there is no segment that this RST could answer"),
        ("0.4 server > client RST about 1", "a kernel answers that segment with RST,ACK"),
        ("0.4 server > client pong", "'client' has not sent a ping that 'server' could answer"),
        ("0.4 server > client ICMP nonsense about 1", "'nonsense' is not an ICMP error of IPv4; there are "
         "net-unreachable, host-unreachable, protocol-unreachable, port-unreachable, frag-needed, "
         "net-prohibited, host-prohibited, admin-prohibited, ttl-exceeded"),
        ("0.4 server > client ICMP host-prohibited", "an ICMP error quotes a packet: say which with "
         "'about N'"),
        ("0.4 client > six:80 SYN", "'client' and 'six' do not speak the same version of IP"),
        ("0.4 server > six SYN", "'six' has no port: give it one, or write six:PORT"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(tmp_path, wrong, sentence):
    text = GOOD.replace("# five\n", f"# five\n{wrong}\n")
    assert mistake(tmp_path, text) == f"scene/experiment.toml:{FIRST + 4}: {sentence}"


@pytest.mark.parametrize(
    ("old", "new", "row", "sentence"),
    [
        ('claim = { en = "It works.", ja = "動きます。" }', 'claim = { en = "It works." }', 2,
         "'claim' must be said in English (en) and Japanese (ja)"),
        ('"2026-01-15T09:00:00Z"', '"yesterday"', 3,
         "'yesterday' is not a date such as 2026-01-15T09:00:00Z"),
        ('"2026-01-15T09:00:00Z"', '"2026-01-15T09:00:00"', 3, "the date needs a time zone: end it with Z"),
        ('vantage = "client"', 'vantage = "server"', 4, "the vantage 'server' must be a host with hops = 0"),
        ('vantage = "client"\n', "", 1, "'vantage' is missing"),
        ("hops = 3", "hops = 99", 9, "the host 'server' needs hops, counted from the vantage point"),
        ('address = "198.51.100.1"', 'address = "server.example"', 9, "the host 'server' needs an address"),
        ("port = 80", "pport = 80", 12, "'pport' is not known here; known are address, checksum_offload, "
         "clock, hops, mss, port, sack, segmentation_offload, timestamps, ttl, window, wscale"),
        ('expect = ["clean_close"]', "", 17, "[healthy] expects nothing: say in 'expect' or 'never' what a "
         "diagnosis must or must not find"),
        ('expect = ["clean_close"]', 'expect = ["clean_close"]\nunseen_from = ["nobody"]', 19,
         "no host is called 'nobody'"),
        ('expect = ["clean_close"]', 'expect = ["clean_close"]\nrecorded_twice = { soon = 1 }', 19,
         "recorded_twice is written { after_us = 14, ttl = -1 }"),
        ("'''\n0.0", '"""\\u0020\n0.0', 19,
         "write the packets between ''' and ''', so that nothing in them is changed"),
        ("hops = 2", "hops = ", 15, "this is not TOML: Invalid value"),
        ("[healthy]", "[wealthy]", 17, "'wealthy' is not known here; known are claim, date, fires, healthy, "
         "hosts, name, stays_quiet, twin_differs, twin_is, vantage"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(tmp_path, old, new, row, sentence):
    text = GOOD.replace(old, new)
    if new.startswith('"""'):
        text = text.replace("# five\n'''", '# five\n"""')
    assert mistake(tmp_path, text) == f"scene/experiment.toml:{row}: {sentence}"


def test_a_fault_needs_to_say_what_its_twin_is(tmp_path):
    text = GOOD.replace("[healthy]", "[stays_quiet]")
    assert mistake(tmp_path, text) == "scene/experiment.toml:1: 'twin_is' is missing"


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ("0.4 repeat 0 every 1\n0 client > server ACK\nend", "a block is repeated 1 to 2000 times"),
        ("0.4 repeat 2 every 1\n0 client > server ACK", "a block that is repeated ends with a line 'end'"),
        ("0.4 repeat 2 every 1\n0 client > server again 4\nend", "within a block, again and about count"),
        ("0.4 repeat 2 every 1\n0 clock +4\nend", "the clock is not set within a block"),
    ],
)
def test_a_wrong_block_is_named(tmp_path, block, sentence):
    assert sentence in mistake(tmp_path, GOOD.replace("# five\n", f"\n{block}\n"))


def test_a_crowd_of_no_hosts_is_refused(tmp_path):
    assert "'many' is a number" in mistake(tmp_path, GOOD.replace("port = 80", "port = 80\nmany = 0"))
