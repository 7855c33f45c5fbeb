"""The same fault with other addresses, distances, initial TTLs and capture points gets the same verdict."""

import re

import pytest

from diagnoses import expected, report
from experiments.scripted.__main__ import captures

HOST = r"(\[hosts\.{name}\][^\[]*?){key}\s*=\s*[^\n]+"


def altered(tmp_path, code, hosts=None, vantage=None, change=()):
    """The report of a diagnosis' scene with other values for its hosts, or otherwise changed."""
    text = (expected.HERE / code / "experiment.toml").read_text("utf-8")
    for name, values in (hosts or {}).items():
        for key, value in values.items():
            pattern = HOST.format(name=name, key=key)
            if re.search(pattern, text):
                text = re.sub(pattern, rf"\g<1>{key} = {value}", text, count=1)
            else:
                text = text.replace(f"[hosts.{name}]", f"[hosts.{name}]\n{key} = {value}", 1)
    if vantage:
        text = re.sub(r'vantage = "\w+"', f'vantage = "{vantage}"', text)
    for pattern, instead in change:
        text = re.sub(pattern, lambda _: instead, text, count=1)  # noqa: B023 (used at once)
    (tmp_path / code).mkdir(exist_ok=True)
    declaration = tmp_path / code / "experiment.toml"
    declaration.write_text(text, "utf-8")
    for path, data in captures(declaration):
        path.write_bytes(data)
    return report(tmp_path / code / "fires.pcap")


@pytest.mark.parametrize(
    ("hosts", "hop"),
    [
        ({"server": {"ttl": 128}}, 2),
        ({"server": {"ttl": 255}}, 2),
        ({"fw": {"ttl": 255}}, 2),
        ({"fw": {"hops": 1}, "server": {"hops": 2}}, 1),
        ({"fw": {"hops": 7}, "server": {"hops": 15}}, 7),
        ({"fw": {"hops": 3}, "server": {"hops": 4}}, 3),
        (
            {
                "client": {"address": '"2001:db8:7::9"'},
                "fw": {"address": '"2001:db8:9::1"'},
                "server": {"address": '"2001:db8:1::80"'},
            },
            2,
        ),
    ],
)
def test_a_refusal_on_the_path_is_placed_at_its_hop_whatever_the_distances(tmp_path, hosts, hop):
    finding = altered(tmp_path, "refused_on_path", hosts)["findings"][0]
    assert finding["code"] == "refused_on_path"
    assert finding["culprit"]["hops_from_capture"] == hop
    assert finding["confidence"] == "certain"


@pytest.mark.parametrize("hops", [1, 2, 9])
@pytest.mark.parametrize("ttl", [64, 128, 255])
def test_a_closed_port_is_the_hosts_own_at_any_distance(tmp_path, hops, ttl):
    finding = altered(tmp_path, "port_closed", {"server": {"hops": hops, "ttl": ttl}})["findings"][0]
    assert finding["code"] == "port_closed"
    assert finding["culprit"]["kind"] == "server"
    assert finding["culprit"]["hops_from_capture"] == hops


def test_a_device_that_captures_its_own_refusal_is_not_given_a_wrong_hop(tmp_path):
    hosts = {"client": {"hops": 2}, "fw": {"hops": 0}, "server": {"hops": 3}}
    finding = altered(tmp_path, "refused_on_path", hosts, vantage="fw")["findings"][0]
    assert finding["code"] == "refused_on_path"
    assert finding["culprit"] == {"kind": "path", "ip": None, "hops_from_capture": None}
    assert "capture point" in finding["title"]


def test_a_device_as_far_away_as_the_host_is_not_accused(tmp_path):
    found = altered(tmp_path, "refused_on_path", {"fw": {"hops": 4}, "server": {"ttl": 255}})["findings"][0]
    assert found["code"] == "refused_sender_unknown"
    assert "same distance" in found["explanation"]


@pytest.mark.parametrize(
    "code",
    [
        "keepalive_failed",
        "application_abort",
        "half_open_reset",
        "reset_on_path",
        "fin_unanswered",
        "clean_close",
    ],
)
@pytest.mark.parametrize("add", [1, 5])
def test_verdicts_hold_when_the_far_end_moves_away(tmp_path, code, add):
    text = (expected.HERE / code / "experiment.toml").read_text("utf-8")
    names = re.findall(r"\[hosts\.(\w+)\]", text.split("[fires]")[0])
    places = {
        name: int(re.search(HOST.format(name=name, key="hops").replace("[^\\n]+", "(\\d+)"), text)[2])
        for name in names
    }
    hosts = {name: {"hops": hops + add} for name, hops in places.items() if hops}
    found = altered(tmp_path, code, hosts)
    assert code in {f["code"] for f in found["findings"]}


def test_probes_without_the_other_direction_accuse_nobody(tmp_path):
    one_way = [(r"\[fires\]", '[fires]\nunseen_from = ["server"]')]
    found = altered(tmp_path, "keepalive_failed", change=one_way)
    assert "one_way_capture" in {f["code"] for f in found["capture"]["quality"]}
    assert not [f for f in found["findings"] if f["severity"] == "error"]


SCAN = """
0.000 client:40001 > server:443  SYN win 1024 mss 1460
0.010 server:443 > client:40001  SYN,ACK
0.011 client:40001 > server:443  RST
"""


def test_a_scanner_that_resets_a_half_open_connection_is_no_restarted_host(tmp_path):
    """SYN, SYN-ACK, RST: the connection was never open."""
    found = altered(
        tmp_path,
        "clean_close",
        change=[
            (
                r"(?s)\[fires\].*?packets = '''.*?'''",
                f"[fires]\nnever = ['half_open_reset']\npackets = '''{SCAN}'''",
            )
        ],
    )
    assert [c["state"] for c in found["connections"]] == ["reset"]
    assert not found["findings"]
