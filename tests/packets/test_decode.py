"""Every link layer and tunnel leads to the same inner TCP segment; what lies is bounded by the frame."""

import shutil
import struct
import subprocess

import dpkt
import pytest

from packets.capture import read
from packets.columns import ACK, AUTHENTICATION, FAST_OPEN, FIN, MD5_SIGNATURE, MPTCP, PSH
from packets.kernel import link, wifi

INNER = bytes(dpkt.ip.IP(
    src=bytes([192, 0, 2, 1]), dst=bytes([198, 51, 100, 7]), p=6, ttl=57, id=77,
    data=dpkt.tcp.TCP(sport=40000, dport=443, seq=5, ack=9, flags=dpkt.tcp.TH_ACK, win=321, data=b"hello"),
))  # fmt: skip
INNER6 = bytes(dpkt.ip6.IP6(
    src=bytes.fromhex("20010db8" + "0" * 23 + "1"), dst=bytes.fromhex("20010db8" + "0" * 23 + "2"),
    nxt=6, hlim=57, plen=25,
    data=dpkt.tcp.TCP(sport=40000, dport=443, seq=5, ack=9, flags=dpkt.tcp.TH_ACK, win=321, data=b"hello"),
))  # fmt: skip
LABELS = struct.pack(">II", 16 << 12 | 64, 17 << 12 | 1 << 8 | 64)  # the second is the bottom of the stack
SESSION = b"\x11\0\0\x07" + struct.pack(">HH", len(INNER) + 2, 0x21)
GENEVE = b"\x01\0\x65\x58\0\0\x05\0\0\0\0\0"  # one option word, transparent Ethernet bridging
MACS = bytes(6) + bytes([2, 0, 0, 0, 0, 9])
SNAP = b"\xaa\xaa\x03\0\0\0\x08\0"
BSS, STATION, FAR = bytes([2, 0, 0, 0, 0, 1]), bytes([2, 0, 0, 0, 0, 9]), bytes([2, 0, 0, 0, 0, 7])
TO_AP = b"\x08\x01\0\0" + BSS + STATION + FAR + b"\0\0"
QOS = b"\x88\x02\0\0" + STATION + BSS + FAR + b"\0\0" + b"\0\0"
ERSPAN_2 = b"\x10\0\x88\xbe\0\0\0\1" + b"\x10\x2a\0\x64\0\0\0\0"  # GRE with a number, then its own header
ERSPAN_3 = b"\x10\0\x22\xeb\0\0\0\1" + b"\x20\x2a\0\x64" + bytes(8)
RADIOTAP = b"\0\0\x0c\0\x06\0\0\0\x20\x02\0\0"  # flags (padded) and rate


def outer(protocol, data, ports=None):
    if ports:
        data = struct.pack(">HHHH", *ports, 8 + len(data), 0) + data
    return bytes(
        dpkt.ip.IP(src=bytes([10, 0, 0, 1]), dst=bytes([10, 0, 0, 2]), p=protocol, ttl=64, data=data)
    )


def ethernet(kind, data):
    return MACS + struct.pack(">H", kind) + data


needs_tshark = pytest.mark.skipif(not shutil.which("tshark"), reason="needs tshark (Debian package tshark)")
FRAMES = {
    "ethernet": (link.ETHERNET, ethernet(0x0800, INNER)),
    "ethernet v6": (link.ETHERNET, ethernet(0x86DD, INNER6)),
    "vlan": (link.ETHERNET, ethernet(0x8100, struct.pack(">HH", 42, 0x0800) + INNER)),
    "qinq": (link.ETHERNET, ethernet(0x88A8, struct.pack(">HHHH", 7, 0x8100, 42, 0x0800) + INNER)),
    "snap": (link.ETHERNET, ethernet(len(INNER) + 8, b"\xaa\xaa\x03\0\0\0\x08\0" + INNER)),
    "mpls": (link.ETHERNET, ethernet(0x8847, LABELS + INNER)),
    "pppoe": (link.ETHERNET, ethernet(0x8864, SESSION + INNER)),
    "raw": (link.RAW, INNER),
    "raw v6": (link.RAW, INNER6),
    "null": (link.NULL, struct.pack("<I", 2) + INNER),
    "loop": (link.LOOP, struct.pack(">I", 30) + INNER6),
    "cooked": (link.SLL, struct.pack(">HHH8sH", 0, 1, 6, bytes(8), 0x0800) + INNER),
    "cooked 2": (link.SLL2, struct.pack(">HHIHBB8s", 0x0800, 0, 3, 1, 0, 6, bytes(8)) + INNER),
    "ppp": (link.PPP, b"\xff\x03\0\x21" + INNER),
    "gre": (link.RAW, outer(47, struct.pack(">HH", 0, 0x0800) + INNER)),
    "gre with key": (link.RAW, outer(47, struct.pack(">HHI", 0x2000, 0x0800, 99) + INNER)),
    "ip in ip": (link.RAW, outer(4, INNER)),
    "6in4": (link.RAW, outer(41, INNER6)),
    "vxlan": (link.RAW, outer(17, b"\x08\0\0\0\0\0\x05\0" + ethernet(0x0800, INNER), (5555, 4789))),
    "geneve": (link.RAW, outer(17, GENEVE + ethernet(0x0800, INNER), (5555, 6081))),
    "cisco hdlc": (link.C_HDLC, b"\x0f\0\x08\0" + INNER),
    "wireless": (wifi.WIFI, TO_AP + SNAP + INNER),
    "wireless with quality of service": (wifi.WIFI, QOS + SNAP + INNER),
    "wireless with radiotap and padding": (wifi.RADIOTAP, RADIOTAP + QOS + b"\0\0" + SNAP + INNER),
    "erspan type 1": (link.RAW, outer(47, b"\0\0\x88\xbe" + ethernet(0x0800, INNER))),
    "erspan type 2": (link.RAW, outer(47, ERSPAN_2 + ethernet(0x0800, INNER))),
    "erspan type 3": (link.RAW, outer(47, ERSPAN_3 + ethernet(0x0800, INNER))),
    "padded": (link.ETHERNET, ethernet(0x0800, INNER) + bytes(20)),
}  # fmt: skip


def capture(tmp_path, link_type, *frames):
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link_type)
    records = [struct.pack("<IIII", 1, n, len(f), len(f)) + f for n, f in enumerate(frames)]
    (tmp_path / "made.pcap").write_bytes(head + b"".join(records))
    return read(tmp_path / "made.pcap")


@pytest.mark.parametrize("name", FRAMES)
def test_every_way_of_wrapping_leads_to_the_same_segment(tmp_path, name):
    found = capture(tmp_path, *FRAMES[name])
    row, table = found.packets[0], found.record(0)
    assert (row["protocol"], row["ttl"], row["length"], row["window_raw"]) == (6, 57, 5, 321)
    assert (table["client"] & 0xFFFF, table["server"] & 0xFFFF) == (40000, 443)
    client = found.addresses[table["client"] >> 16]
    assert client == ("2001:db8::1" if "6" in name.replace("16", "") or name == "loop" else "192.0.2.1")


@needs_tshark
@pytest.mark.parametrize("name", FRAMES)
def test_tshark_finds_the_same_segment(tmp_path, name):
    capture(tmp_path, *FRAMES[name])
    words = ["-T", "fields", "-e", "tcp.srcport", "-e", "tcp.len", "-e", "tcp.seq_raw", "-E", "occurrence=l"]
    command = ["tshark", "-r", tmp_path / "made.pcap", *words]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["40000", "5", "5"]


def test_wireless_frames_that_cannot_be_read_are_named(tmp_path):
    beacon, secret = b"\x80\0" + bytes(34), b"\x08\x41" + TO_AP[2:] + bytes(40)
    found = capture(tmp_path, wifi.WIFI, beacon, secret, TO_AP + SNAP + INNER)
    assert {note.code for note in found.notes} == {"not_data", "encrypted"}
    assert found.packets["mac"].tolist() == [-1, 0x020000000009, 0x020000000009]
    assert found.connections == 1


def test_the_sender_of_a_relayed_wireless_frame_is_the_station_behind_the_access_point(tmp_path):
    found = capture(tmp_path, wifi.WIFI, QOS + SNAP + INNER)
    assert found.packets["mac"][0] == 0x020000000007


def test_a_later_fragment_of_a_segment_has_its_place_in_the_stream(tmp_path):
    whole = bytes(dpkt.tcp.TCP(sport=40000, dport=443, seq=5, ack=9, flags=ACK | PSH, data=bytes(100)))
    parts = [(0, 0x2000, whole[:64]), (64, 0, whole[64:])]
    frames = [
        struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(part), 77, flag | at // 8, 64, 6, 0) + INNER[12:20] + part
        for at, flag, part in parts
    ]
    close = bytes(dpkt.ip.IP(src=INNER[12:16], dst=INNER[16:20], p=6, ttl=64, id=78, data=dpkt.tcp.TCP(
        sport=40000, dport=443, seq=105, ack=9, flags=ACK | FIN)))  # fmt: skip
    found = capture(tmp_path, link.RAW, *frames, close)
    assert found.packets["seq"].tolist() == [1, 45, 101]
    assert found.packets["length"].tolist() == [44, 56, 0]
    assert not found.packets["marks"].any()
    assert found.record(0)["client_payload"] == 100


def test_a_length_of_zero_is_segmentation_offload_and_the_frame_tells(tmp_path):
    frame = bytearray(ethernet(0x0800, INNER))
    frame[16:18] = b"\0\0"
    assert capture(tmp_path, link.ETHERNET, bytes(frame)).packets["length"][0] == 5


def test_a_packet_that_claims_more_than_its_frame_is_bounded_by_it(tmp_path):
    frame = bytearray(ethernet(0x0800, INNER))
    frame[16:18] = b"\xff\xff"
    assert capture(tmp_path, link.ETHERNET, bytes(frame)).packets["length"][0] == 5


def test_later_fragments_belong_to_the_flow_of_the_first(tmp_path):
    first, later = bytearray(INNER), bytearray(INNER[:20] + b"more of it")
    first[6:8], later[6:8] = b"\x20\0", b"\0\x03"
    later[2:4] = struct.pack(">H", len(later))
    found = capture(tmp_path, link.RAW, bytes(first), bytes(later))
    assert found.packets["connection"].tolist() == [0, 0]


def test_an_icmp_error_belongs_to_the_connection_whose_packet_it_quotes(tmp_path):
    error = outer(1, b"\x03\x0d\0\0\0\0\0\0" + INNER[:28])
    found = capture(tmp_path, link.RAW, INNER, error)
    assert len(found.table) == 1
    assert found.table["icmp_errors"][0] == 1
    assert found.table["packets"][0] == 1  # as Wireshark's conversation counts
    assert not found.packets["from_client"][1]


def test_an_icmp_error_about_a_flow_that_is_not_here_stands_for_itself(tmp_path):
    found = capture(tmp_path, link.RAW, outer(1, b"\x03\x0d\0\0\0\0\0\0" + INNER[:28]))
    assert found.table["protocol"].tolist() == [1]


def ping(kind, number):
    return outer(1, bytes([kind, 0, 0, 0]) + struct.pack(">HH", 0x1234, number) + b"ping")


def test_an_icmp_error_about_a_ping_belongs_to_that_ping(tmp_path):
    request = ping(8, 7)
    error = outer(1, b"\x0b\0\0\0\0\0\0\0" + request[:28])
    found = capture(tmp_path, link.RAW, request, error)
    assert found.table["protocol"].tolist() == [1]
    assert (found.table["packets"][0], found.table["icmp_errors"][0]) == (1, 1)
    assert found.packets["icmp_rest"].tolist() == [0x1234 << 16 | 7, 0]


def solicitation(kind, source, target, about):
    """Neighbour discovery (RFC 4861): of ICMPv6 type 135 or 136, about an address."""
    body = bytes([kind, 0, 0, 0]) + bytes(4) + about
    return struct.pack(">IHBB", 6 << 28, len(body), 58, 255) + source + target + body


def test_a_neighbour_solicitation_and_its_answer_are_one_connection(tmp_path):
    asker, asked = b"\xfe\x80" + bytes(13) + b"\1", b"\xfe\x80" + bytes(13) + b"\2"
    group = b"\xff\2" + bytes(9) + b"\1\xff\0\0\2"
    frames = solicitation(135, asker, group, asked), solicitation(136, asked, asker, asked)
    found = capture(tmp_path, link.RAW, *frames)
    assert len(found.table) == 1
    assert found.addresses[int(found.table["server"][0]) >> 16] == "fe80::2"
    assert found.packets["from_client"].tolist() == [True, False]


def test_a_neighbour_solicitation_that_is_cut_belongs_to_its_group(tmp_path):
    asker, group = b"\xfe\x80" + bytes(13) + b"\1", b"\xff\2" + bytes(13) + b"\2"
    found = capture(tmp_path, link.RAW, solicitation(135, asker, group, b"\xfe\x80"))
    assert found.addresses[int(found.table["server"][0]) >> 16] == "ff02::2"


def test_a_frame_of_an_unknown_protocol_belongs_to_no_connection(tmp_path):
    found = capture(tmp_path, link.ETHERNET, ethernet(0x88CC, bytes(30)), ethernet(0x0800, INNER))
    assert sorted(found.packets["connection"].tolist()) == [-1, 0]
    assert found.packets["frame"].tolist() == [1, 2]


def test_an_option_that_lies_about_its_length_ends_the_options_only(tmp_path):
    tcp = struct.pack(">HHIIHHHH", 40000, 443, 5, 9, 7 << 12 | 2, 321, 0, 0) + b"\x02\x04\x05\xb4\x08\0\0\0"
    frame = bytes(dpkt.ip.IP(src=b"\1\2\3\4", dst=b"\5\6\7\10", p=6, data=tcp))
    found = capture(tmp_path, link.RAW, frame)
    assert found.record(0)["client_mss"] == 1460
    assert found.packets["tsval"][0] == -1


@pytest.mark.parametrize(
    ("option", "name"),
    [
        (b"\x22\x02", FAST_OPEN),
        (b"\xfe\x04\xf9\x89", FAST_OPEN),
        (b"\xfe\x04\x12\x34", 0),
        (b"\x1e\x04\0\0", MPTCP),
        (b"\x13\x12" + bytes(16), MD5_SIGNATURE),
        (b"\x1d\x04\0\0", AUTHENTICATION),
    ],
)
def test_rare_options_are_named(tmp_path, option, name):
    options = option + b"\1" * (-len(option) % 4)
    words = 5 + len(options) // 4
    tcp = struct.pack(">HHIIHHHH", 40000, 443, 5, 9, words << 12 | 2, 321, 0, 0) + options
    frame = bytes(dpkt.ip.IP(src=b"\1\2\3\4", dst=b"\5\6\7\10", p=6, data=tcp))
    assert capture(tmp_path, link.RAW, frame).record(0)["client_extras"] == name


def test_checksums_tell_good_from_wrong_and_unknown(tmp_path):
    wrong = bytearray(INNER)
    wrong[-1] ^= 1
    found = capture(tmp_path, link.RAW, INNER, bytes(wrong))
    assert found.recording.wrong_checksums["frame"].tolist() == [2]
