"""DNS lines become the messages that they say, as our own reader and Wireshark understand them."""

import shutil
import subprocess

import pytest

from experiments.scripted.__main__ import captures
from experiments.scripted.mistakes import SceneError
from packets.capture import read

SCENE = """\
name = "a_scene"
claim = {{ en = "It works.", ja = "動きます。" }}
date = "2026-01-15T09:00:00Z"
vantage = "client"

[hosts.client]
address = "192.0.2.1"
hops = 0
[hosts.resolver]
address = "198.51.100.53"
hops = 3
port = 53

[healthy]
never = ["clean_close"]
packets = '''
{}
'''
"""
TALK = """
0.0 client > resolver DNS query AAAA www.example.com id 7 edns 1232 do
0.1 resolver > client DNS answer 7 CNAME web.example.net AAAA 2001:db8::1 AAAA 2001:db8::2
0.2 client > resolver DNS query A nowhere.example.com id 8 cd
0.3 resolver > client DNS answer 8 NXDOMAIN AA ttl 61
0.4 client:41000 > resolver DNS query TXT long.example.com id 9 norec
0.5 resolver > client:41000 DNS answer 9 TC
"""
TSHARK = shutil.which("tshark")


def made(tmp_path, lines):
    path = tmp_path / "scene" / "experiment.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(SCENE.format(lines.strip()), "utf-8")
    [(capture, content)] = captures(path)
    capture.write_bytes(content)
    return capture


def test_questions_and_answers_are_read_as_they_were_written(tmp_path):
    rows = read(made(tmp_path, TALK)).applications.dns
    assert rows["whole"].all()
    assert rows["id"].tolist() == [7, 7, 8, 8, 9, 9]
    assert rows["response"].tolist() == [False, True] * 3
    assert rows["qname"].tolist()[:2] == [b"www.example.com"] * 2
    assert rows["qtype"].tolist() == [28, 28, 1, 1, 16, 16]
    assert (rows["cname"][1], rows["addresses"][1]) == (b"web.example.net", b"2001:db8::1,2001:db8::2")
    assert rows["edns_size"].tolist() == [1232, -1, -1, -1, -1, -1]
    assert rows["edns_do"].tolist() == [True] + [False] * 5
    assert rows["rcode"].tolist() == [0, 0, 0, 3, 0, 0]
    assert rows["aa"].tolist() == [False, False, False, True, False, False]
    assert rows["cd"].tolist() == [False, False, True, False, False, False]
    assert rows["rd"].tolist() == [True, True, True, True, False, True]
    assert rows["tc"].tolist() == [False] * 5 + [True]
    assert rows["authorities"].tolist() == [0, 0, 0, 1, 0, 0]


def test_the_port_stays_until_another_is_written(tmp_path):
    capture = read(made(tmp_path, TALK))
    assert capture.connections == 2
    assert capture.packets["ttl"].tolist() == [64, 62, 64, 61, 64, 62]


@pytest.mark.skipif(TSHARK is None, reason="needs tshark")
def test_wireshark_finds_nothing_wrong_with_them(tmp_path):
    fields = ("_ws.malformed", "dns.id", "dns.flags.rcode", "dns.aaaa")
    words = [word for field in fields for word in ("-e", field)]
    path = made(tmp_path, TALK)
    done = subprocess.run(
        [TSHARK, "-n", "-r", path, "-T", "fields", *words], capture_output=True, text=True, check=True
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == [""] * 6
    assert rows[1][3] == "2001:db8::1,2001:db8::2"
    assert rows[3][2] in ("3", "0x0003")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("DNS ask A b.example id 1", "a DNS line is 'DNS query TYPE NAME id N' or 'DNS answer N RESULT'"),
        ("DNS query A b.example", "a DNS line is 'DNS query TYPE NAME id N' or 'DNS answer N RESULT'"),
        ("DNS query B b.example id 1", "'B' is not a type of record; there are A, NS, CNAME, SOA, PTR, MX, "
         "TXT, AAAA, SRV"),
        ("DNS query A b..example id 1", "'b..example' is not a name"),
        ("DNS query A b.example id 65536", "'65536' is not a number of 16 bits"),
        ("DNS query A b.example id 1 edns", "'' is not a number of 16 bits"),
        ("DNS answer 5 NXDOMAIN", "no question with id 5 was asked before"),
        ("DNS answer 5 A 192.0.2", "'192.0.2' is no value of a record of type A"),
        ("DNS answer 5 MAYBE", "'MAYBE' is not a word of the scene language"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_dns_line_has_its_sentence(tmp_path, wrong, sentence):
    with pytest.raises(SceneError) as caught:
        made(tmp_path, f"0.0 client > resolver {wrong}")
    assert str(caught.value) == f"scene/experiment.toml:17: {sentence}"
