"""What is known of each host, and where the capture was taken."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from packets import hosts
from packets.capture import read
from packets.columns import ACK, SYN, TCP, UDP
from packets.vantage import estimate
from tests.packets.formats.build import pcap
from tests.packets.hostile.frames import CLIENT, SERVER, capture, ethernet, ipv4, sent, tcp, timed

SHARED = Path(__file__).resolve().parents[3] / "shared" / "captures"
LABELLED = sorted(SHARED.glob("labelled/*/truth.json"))


def numbered(*ids, ends=(CLIENT, SERVER)):
    """Packets with these IP IDs; all different, or they would be copies."""
    pairs = enumerate(ids)
    return [
        ethernet(ipv4(tcp(1001 + n, 5001, ACK, ends=ends), number=number, ends=ends)) for n, number in pairs
    ]


def table(tmp_path, data):
    (tmp_path / "made.pcap").write_bytes(data)
    found = read(tmp_path / "made.pcap")
    return hosts.table(found)


@pytest.mark.parametrize(
    ("ids", "kind"),
    [
        ((7, 8, 9, 12, 13), hosts.COUNTER),
        ((65_534, 65_535, 1, 2, 3), hosts.COUNTER),
        ((0, 0, 0, 0, 0), hosts.ZERO),
        ((7, 7, 7, 7, 7), hosts.CONSTANT),
        ((7, 40_000, 3, 22_222, 9), hosts.IRREGULAR),
        ((7, 8, 9), hosts.NO_IDS),
    ],
)
def test_how_ip_ids_run_is_told_from_enough_of_them(tmp_path, ids, kind):
    assert table(tmp_path, capture(numbered(*ids)))["ip_ids"][0] == kind


@pytest.mark.parametrize("rate", [100, 250, 1000])
def test_the_clock_behind_timestamps_is_measured(tmp_path, rate):
    def stamp(n):
        return b"\x01\x01" + struct.pack(">BBII", 8, 10, (2**32 - 5 + n * rate // 10) % 2**32, 1)

    frames = [sent(1001, 5001, ACK, options=stamp(n)) for n in range(20)]
    found = table(tmp_path, pcap(timed(frames, step=100_000_000)))[0]
    assert found["tick_hz"] == pytest.approx(rate, rel=0.001)
    assert found["tick_connections"] == 1


def test_a_clock_seen_for_a_moment_only_is_not_known(tmp_path):
    frames = [sent(1001, 5001, ACK, options=struct.pack(">BBII", 8, 10, n, 1)) for n in range(20)]
    assert np.isnan(table(tmp_path, capture(frames))["tick_hz"][0])


def test_a_syn_leaves_the_fingerprint_of_its_options(tmp_path):
    options = bytes((2, 4, 5, 0xB4, 4, 2, 8, 10)) + bytes(8) + bytes((1, 3, 3, 7))
    found = table(tmp_path, capture([sent(1000, 0, SYN, options=options), sent(9000, 0, SYN, ports=(2, 3))]))[
        0
    ]
    assert [int(found["syn_options"]) >> 8 * n & 0xFF for n in range(6)] == [2, 4, 8, 1, 3, 0]
    assert (found["syn_mss"], found["syn_wscale"]) == (1460, 7)


def test_cards_and_interfaces_of_a_host_are_kept(tmp_path):
    first, other, last = map(bytearray, numbered(7, 8, 9))
    other[6:12] = b"\2\0\0\0\0\7"
    found = table(tmp_path, capture([bytes(first), bytes(other), bytes(last)]))[0]
    assert found["mac"] == 0x020000000001
    assert found["macs"] == 2
    assert found["interfaces"] == 1


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.parent.name)
def test_the_estimate_of_the_vantage_point_is_right_or_silent(path):
    truth = json.loads(path.read_text("utf-8"))
    found = read(next(path.parent.glob("capture.pcap*")))
    said = estimate(found)
    at = str(truth.get("vantage") or truth.get("taken_at") or truth["captured_at"])
    if said.place in ("host", "segment"):
        assert at in ("client", "server")
        with_ports = np.isin(found.table["protocol"], (TCP, UDP))
        first = found.record(int(np.argmax(with_ports)))
        ends = {end: found.addresses[first[end] >> 16] for end in ("client", "server")}
        assert found.addresses[said.host] == ends[at]
    elif said.place == "between":
        assert at not in ("client", "server")
    assert said.place == "unknown" or all(1 <= frame <= found.packet_count for frame in said.frames)
