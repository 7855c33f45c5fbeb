"""Very many connections are read in ten lines, and none of them is left out."""

import re

import pytest

from diagnoses import expected, overview, plain
from diagnoses.case import Case
from diagnoses.judge import judge
from experiments.scripted.__main__ import captures
from packets.capture import read

HEAD = """
name = "crowd"
claim.en = "Many."
claim.ja = "多数。"
date = "2026-01-16T10:30:00Z"
vantage = "client"
[hosts.client]
address = "192.0.2.21"
hops = 0
"""
HOST = """
[hosts.s{number}]
address = "203.0.113.{number}"
hops = 3
port = 8080
"""
REFUSED = "{at:.3f} client:{port} > s{host}:8080 SYN\n{later:.3f} s{host}:8080 > client:{port} RST,ACK\n"
SILENT = "{at:.3f} client:{port} > s{host}:8080 SYN\n"
WORKS = """{at:.3f} client:{port} > s{host}:8080 SYN
{at:.3f} s{host}:8080 > client:{port} SYN,ACK
{at:.3f} client:{port} > s{host}:8080 ACK
{at:.3f} client:{port} > s{host}:8080 FIN,ACK
{later:.3f} s{host}:8080 > client:{port} FIN,ACK
{later:.3f} client:{port} > s{host}:8080 ACK
"""


@pytest.fixture
def crowd(tmp_path):
    """Makes a capture of connections, each (kind, server), a second apart, and judges it."""

    def make(*connections):
        hosts = sorted({host for _, host in connections})
        packets = "".join(
            kind.format(at=float(n), later=n + 0.005, port=40_000 + n, host=host)
            for n, (kind, host) in enumerate(connections)
        )
        text = HEAD + "".join(HOST.format(number=host) for host in hosts)
        folder = tmp_path / "crowd"
        folder.mkdir(exist_ok=True)
        (folder / "experiment.toml").write_text(
            f"{text}\n[healthy]\nnever = ['fin_unanswered']\npackets = '''\n{packets}'''\n", "utf-8"
        )
        for path, data in captures(folder / "experiment.toml"):
            path.write_bytes(data)
        case = Case(read(folder / "healthy.pcap"))
        return case, judge(case)

    return make


def said(case, verdicts, language="en"):
    return [overview.text(case, line, language) for line in overview.lines(case, verdicts)]


def test_equal_verdicts_to_one_server_are_one_line_and_name_what_works(crowd):
    case, verdicts = crowd(*[(REFUSED, 1)] * 3, (WORKS, 1), (WORKS, 2))
    first = overview.lines(case, verdicts)[0]
    assert (first.connections, first.working, first.severity) == (3, 1, "error")
    assert said(case, verdicts)[0].startswith("3 connections to 203.0.113.1:8080: refused by the host")
    assert "1 connection to the same host: healthy." in said(case, verdicts)[0]
    assert "203.0.113.1:8080 への接続 3 個" in said(case, verdicts, "ja")[0]


def test_many_servers_are_counted_and_the_first_ones_named(crowd):
    case, verdicts = crowd(*[(REFUSED, host) for host in range(1, 31)])
    assert len(overview.lines(case, verdicts)) == 1
    assert (
        "30 connections to 30 servers, such as 203.0.113.1:8080, 203.0.113.2:8080" in said(case, verdicts)[0]
    )


def test_many_ports_of_one_host_are_told_as_ports():
    case = Case(read(expected.HERE / "port_scan" / "fires.pcap"))
    first = said(case, judge(case))[0]
    assert re.match(r"\d+ connections to \d+ ports of \S+, such as \d+, \d+ and \d+: ", first)


def test_healthy_ones_come_after_what_is_wrong_and_silent_ones_last(crowd):
    case, verdicts = crowd((WORKS, 1), (SILENT, 2), (REFUSED, 3))
    assert [line.severity for line in overview.lines(case, verdicts)] == ["error", "info", ""]
    assert said(case, verdicts)[-1].endswith("no verdict.")


def test_more_lines_than_ten_end_in_one_that_counts_the_rest(monkeypatch, crowd):
    monkeypatch.setattr(overview, "MOST_LINES", 2)
    case, verdicts = crowd((WORKS, 1), (SILENT, 2), (REFUSED, 3))
    found = overview.lines(case, verdicts)
    assert [line.code for line in found] == ["refused_sender_unknown", "*"]
    assert found[-1].connections == 2
    assert found[-1].severity == "info"


@pytest.mark.parametrize("path", expected.captures(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_connection_is_in_exactly_one_line(path):
    case = Case(read(path))
    found = overview.lines(case, judge(case))
    assert sum(line.connections for line in found) == case.capture.connections
    assert len(found) <= overview.MOST_LINES


def test_the_terminal_tells_equal_findings_once(crowd):
    case, verdicts = crowd(*[(REFUSED, 1)] * 5, (REFUSED, 2))
    told = list(plain.lines(case.capture, verdicts, "en"))
    assert sum(line.startswith("  refused_sender_unknown") for line in told) == 2
    assert "  And 4 more like it." in told
