"""Expectations of packets hold when they do, and only then."""

import pytest

from experiments.declaration.filters import parse
from experiments.verdicts.matching import WORDS, matching
from tests.experiments import runs
from tests.experiments.runs import ACK, CLIENT, FIN, SERVER, SYN, verdict_on


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.run_of(tmp_path_factory.mktemp("talk"))


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("any", range(1, 15)),
        ("arp", [1]),
        ("tcp", range(2, 13)),
        ("udp", [13]),
        ("icmp", [14]),
        ("syn", [2, 3, 4]),
        ("syn-ack", [5]),
        ("ack", [6, 8, 9, 10]),
        ("fin", [11]),
        ("rst", [12]),
        ("psh", [7]),
        ("data", [7, 13]),
        ("data tcp", [7]),
        ("empty", [2, 3, 4, 5, 6, 8, 9, 10, 11, 12]),
        ("probe", [9]),
        ("from client", [1, 2, 3, 4, 6, 7, 9, 11, 13, 14]),
        ("to client", [5, 8, 10, 12]),
        ("to server arp", [1]),
        ("from server to client rst", [12]),
        ("port 80", range(2, 13)),
        ("port 40000", range(2, 14)),
        ("port 53", [13]),
        ("port 81", []),
        ("from nobody", []),
    ],
)
def test_a_filter_means_these_packets(run, text, frames):
    assert matching(run, "client", parse(text))["frame"].tolist() == list(frames)


def test_every_word_of_filters_is_known():
    from experiments.declaration import filters

    assert {*WORDS, "arp", "any"} == set(filters.WORDS)


def test_an_icmp_error_has_no_ports(tmp_path):
    syn = runs.tcp(1, CLIENT, SYN, 1000)
    run = runs.run_of(tmp_path, (syn, runs.unreachable(1.1, SERVER, syn)))
    assert matching(run, "client", parse("port 80"))["frame"].tolist() == [1]
    assert matching(run, "client", parse("icmp from server to client"))["frame"].tolist() == [2]


def test_so_many_packets(run):
    verdict = verdict_on(run, "packets", at="client", filter="syn from client", count=3)
    assert verdict.held is True
    assert verdict.text == {
        "en": "3 packets match “syn from client” at client.",
        "ja": "client で “syn from client” に該当するパケットは 3 個です。",
    }
    assert verdict.evidence == {
        "en": "3 packets: frames 2, 3, 4.",
        "ja": "3 個のパケット: フレーム 2, 3, 4。",
    }
    assert verdict.frames == {"client": (2, 3, 4)}
    assert verdict.row == 7


@pytest.mark.parametrize(
    ("count", "held"),
    [
        (2, False), (4, False), (0, False), ({"least": 3}, True), ({"least": 4}, False), ({"most": 3}, True),
        ({"most": 2}, False), ({"least": 2, "most": 4}, True), ({"least": 4, "most": 5}, False), ({}, False),
    ],
)  # fmt: skip
def test_more_or_fewer_packets_do_not_do(run, count, held):
    assert verdict_on(run, "packets", at="client", filter="syn", count=count).held is held


def test_bounds_are_said_in_words(run):
    verdict = verdict_on(run, "packets", at="client", filter="syn", count={"least": 2, "most": 4})
    assert verdict.text["en"] == "2 to 4 packets match “syn” at client."
    assert verdict.text["ja"] == "client で “syn” に該当するパケットは 2 から 4 個です。"
    verdict = verdict_on(run, "packets", at="client", filter="syn", count={"least": 2})
    assert verdict.text["en"] == "At least 2 packets match “syn” at client."
    assert verdict.text["ja"] == "client で “syn” に該当するパケットは 2 個以上です。"


def test_no_packet(run):
    verdict = verdict_on(run, "no_packets", at="client", filter="port 81")
    assert verdict.held is True
    assert verdict.evidence["en"] == "No packet matches."
    verdict = verdict_on(run, "no_packets", at="client", filter="rst")
    assert verdict.held is False
    assert verdict.evidence["en"] == "1 packet: frame 12."


def test_in_an_empty_capture_there_is_no_packet(tmp_path):
    run = runs.run_of(tmp_path, ())
    assert verdict_on(run, "no_packets", at="client", filter="tcp port 80").held is True
    assert verdict_on(run, "no_packets", at="client", filter="arp from client").held is True
    assert verdict_on(run, "ttl", at="client", filter="any", equals=64).held is False
    assert (
        verdict_on(run, "gaps", at="client", filter="any", seconds=(), tolerance_percent=10.0).held is False
    )


@pytest.mark.parametrize(
    ("filters", "held"),
    [
        (("syn from client", "syn-ack from server", "ack from client"), True),
        (("syn", "syn", "syn", "syn-ack"), True),
        (("syn", "syn", "syn", "syn"), False),
        (("syn-ack", "syn"), False),
        (("rst", "fin"), False),
        (("port 81", "syn"), False),
        ((), False),
    ],
)
def test_packets_come_in_an_order(run, filters, held):
    assert verdict_on(run, "order", at="client", filters=filters).held is held


def test_where_an_order_ends_is_told(run):
    verdict = verdict_on(run, "order", at="client", filters=("fin", "rst", "syn"))
    assert verdict.evidence["en"] == "After frame 12 no packet matches “syn”."
    assert verdict.frames == {"client": (11, 12)}


@pytest.mark.parametrize(
    ("text", "seconds", "tolerance", "held"),
    [
        ("syn", (1, 2), 10.0, True),
        ("syn", (1, 2), 1.0, True),
        ("syn", (1, 2), 0.9, False),
        ("syn", (1, 2.02), 0.0, True),
        ("syn", (1,), 10.0, False),
        ("syn", (1, 2, 4), 10.0, False),
        ("syn", (2, 1), 10.0, False),
        ("syn", (0, 2), 10.0, False),
        ("rst", (1,), 10.0, False),
        ("rst", (), 10.0, False),
        ("port 81", (), 10.0, False),
    ],
)
def test_gaps_are_exactly_these(run, text, seconds, tolerance, held):
    found = verdict_on(run, "gaps", at="client", filter=text, seconds=seconds, tolerance_percent=tolerance)
    assert found.held is held


def test_gaps_are_told(run):
    verdict = verdict_on(run, "gaps", at="client", filter="syn", seconds=(1, 2), tolerance_percent=10.0)
    assert (
        verdict.text["en"]
        == "Between the packets that match “syn” at client are 2 gaps: 1 s, 2 s (within 10%)."
    )
    assert verdict.evidence["en"] == "2 gaps: 1 s, 2.02 s (frames 2, 3, 4)."
    assert verdict.evidence["ja"] == "2 個の間隔: 1 秒、2.02 秒 (フレーム 2, 3, 4)。"


@pytest.mark.parametrize(
    ("text", "equals", "held"),
    [
        ("syn", 64, True), ("syn", 63, False), ("from server ack", 63, True), ("from server", 63, False),
        ("port 81", 64, False), ("arp", 0, False), ("any", 64, False),
    ],
)  # fmt: skip
def test_all_packets_have_a_ttl(run, text, equals, held):
    assert verdict_on(run, "ttl", at="client", filter=text, equals=equals).held is held


def test_the_packets_with_another_ttl_are_named(run):
    verdict = verdict_on(run, "ttl", at="client", filter="tcp from server", equals=63)
    assert verdict.evidence["en"] == "1 of 4 packets with TTL 62: frame 12."
    assert verdict.frames == {"client": (12,)}


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("packets", {"filter": "syn", "count": 0}),
        ("packets", {"filter": "syn", "count": {"most": 3}}),
        ("no_packets", {"filter": "syn"}),
        ("order", {"filters": ("syn", "fin")}),
        ("gaps", {"filter": "syn", "seconds": (1,), "tolerance_percent": 10.0}),
        ("ttl", {"filter": "syn", "equals": 64}),
    ],
)
def test_where_nothing_was_recorded_nothing_holds(run, kind, arguments):
    verdict = verdict_on(run, kind, at="server", **arguments)
    assert verdict.held is False
    assert verdict.evidence["en"] == "Nothing was recorded at 'server'."


def test_a_capture_that_cannot_be_read_shows_nothing(tmp_path):
    run = runs.run_of(tmp_path, (runs.tcp(1, CLIENT, FIN | ACK, 1),))
    (run.path / "captures/client.pcap").write_bytes(b"no pcap any more")
    verdict = verdict_on(run, "no_packets", at="client", filter="syn")
    assert verdict.held is False
    assert verdict.evidence["en"].startswith("captures/client.pcap: ")
