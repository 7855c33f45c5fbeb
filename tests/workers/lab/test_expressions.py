"""Filters as tcpdump's expressions: compiled by tcpdump, and tried on packets of both families."""

import itertools
import shutil
import struct
import subprocess
from ipaddress import ip_address

import pytest

from experiments.declaration import filters
from workers.lab.expressions import expression

OWNED = {"client": ("10.0.1.1", "fd00:0:0:1::1"), "server": ("10.0.1.2", "fd00:0:0:1::2")}
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
needs_tcpdump = pytest.mark.skipif(shutil.which("tcpdump") is None, reason="needs tcpdump")


def ip(six: bool, protocol: int, body: bytes, back: bool, options: bytes = b"") -> bytes:
    """An Ethernet frame with a packet from the client, or back."""
    ends = [ip_address(OWNED[host][six]).packed for host in ("client", "server")]
    source, target = reversed(ends) if back else ends
    if six:
        head = struct.pack(">IHBB", 6 << 28, len(body), protocol, 64)
        return bytes(12) + b"\x86\xdd" + head + source + target + body
    size = 20 + len(options)
    head = struct.pack(">BBHHHBBH", 0x40 | size // 4, 0, size + len(body), 0, 0, 64, protocol, 0)
    return bytes(12) + b"\x08\x00" + head + source + target + options + body


def tcp(
    flags: int, payload: bytes = b"", options: bytes = b"", six=False, back=False, ip_options=b""
) -> bytes:
    ports = (80, 40000) if back else (40000, 80)
    offset = (20 + len(options)) // 4 << 4
    segment = struct.pack(">HHIIBBHHH", *ports, 1, 1, offset, flags, 1000, 0, 0) + options + payload
    return ip(six, 6, segment, back, ip_options)


def udp(payload: bytes, six=False, back=False) -> bytes:
    return ip(six, 17, struct.pack(">HHHH", 40000, 53, 8 + len(payload), 0) + payload, back)


STAMPS = b"\x01\x01\x08\x0a" + bytes(8)
NAMED = {
    "syn": {"flags": SYN, "options": STAMPS},
    "syn-ack": {"flags": SYN | ACK, "back": True},
    "ack": {"flags": ACK, "options": STAMPS},
    "data": {"flags": PSH | ACK, "payload": b"x", "options": STAMPS},
    "fin": {"flags": FIN | ACK},
    "fin with data": {"flags": FIN | PSH | ACK, "payload": b"xyz"},
    "rst": {"flags": RST, "back": True},
}
PACKETS = {
    f"{name} {6 if six else 4}": tcp(six=six, **given)
    for (name, given), six in itertools.product(NAMED.items(), (False, True))
}
PACKETS |= {f"udp {6 if six else 4}": udp(b"x", six) for six in (False, True)}
PACKETS |= {f"empty udp {6 if six else 4}": udp(b"", six, back=True) for six in (False, True)}
PACKETS |= {
    "padded ack 4": tcp(ACK) + bytes(6),  # Ethernet's shortest frame
    "ack with options of IP 4": tcp(ACK, ip_options=bytes([1] * 4)),
    "data with options of IP 4": tcp(ACK, b"x", ip_options=bytes([1] * 4)),
    "icmp 4": ip(False, 1, b"\x08\0" + bytes(6), back=False),
    "icmp 6": ip(True, 58, b"\x80\0" + bytes(6), back=False),
    "arp": bytes(12) + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x800, 6, 4, 1) + bytes(20),
}
TCP = [name for name in PACKETS if not any(other in name for other in ("udp", "icmp", "arp"))]
DATA = [
    "data 4",
    "data 6",
    "fin with data 4",
    "fin with data 6",
    "udp 4",
    "udp 6",
    "data with options of IP 4",
]
BACK = [f"{name} {six}" for name in ("syn-ack", "rst", "empty udp") for six in (4, 6)]
ACKS = ["ack 4", "ack 6", "padded ack 4", "ack with options of IP 4"]
EXPECTED = {
    "any": list(PACKETS),
    "tcp": TCP,
    "udp": [name for name in PACKETS if "udp" in name],
    "icmp": ["icmp 4", "icmp 6"],
    "arp": ["arp"],
    "syn": ["syn 4", "syn 6"],
    "syn-ack": ["syn-ack 4", "syn-ack 6"],
    "ack": ACKS,
    "fin": [name for name in PACKETS if "fin" in name],
    "rst": ["rst 4", "rst 6"],
    "psh": ["data 4", "data 6", "fin with data 4", "fin with data 6"],
    "data": DATA,
    "empty": [name for name in TCP if name not in DATA],
    "fin data": ["fin with data 4", "fin with data 6"],
    "tcp data from client": [name for name in DATA if "udp" not in name],
    "from server": BACK,
    "to server": [name for name in PACKETS if name not in BACK and name != "arp"],
    "from client to server syn port 80": ["syn 4", "syn 6"],
    "from server to client port 53": ["empty udp 4", "empty udp 6"],
    "port 40000 tcp": TCP,
    "port 81": [],
}


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """Each packet at the second of its place."""
    path = tmp_path_factory.mktemp("packets") / "all.pcap"
    records = [
        struct.pack("<IIII", at, 0, len(data), len(data)) + data
        for at, data in enumerate(PACKETS.values(), 1)
    ]
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(records))
    return path


@needs_tcpdump
@pytest.mark.parametrize("text", EXPECTED)
def test_a_filter_matches_these_packets_and_no_other(text, capture):
    compiled = expression(filters.parse(text), OWNED)
    done = subprocess.run(
        ["tcpdump", "-ttnr", capture, compiled], capture_output=True, text=True, check=True, timeout=60
    )
    names = list(PACKETS)
    found = [names[int(line.split(".")[0]) - 1] for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert sorted(found) == sorted(EXPECTED[text])


@needs_tcpdump
@pytest.mark.parametrize("text", EXPECTED)
def test_a_filter_is_a_program_of_moderate_length(text):
    compiled = expression(filters.parse(text), OWNED)
    done = subprocess.run(
        ["tcpdump", "-y", "EN10MB", "-ddd", compiled], capture_output=True, text=True, timeout=60
    )
    count, *rows = done.stdout.split("\n")
    assert done.returncode == 0, done.stderr
    assert int(count) == len([row for row in rows if row]) < 200


def test_a_keepalive_probe_cannot_be_told_from_one_packet_alone():
    with pytest.raises(ValueError, match="probe"):
        expression(filters.parse("probe"), OWNED)


def test_words_stand_in_a_fixed_order():
    one, other = filters.parse("fin tcp from client"), filters.parse("from client tcp fin")
    assert expression(one, OWNED) == expression(other, OWNED)
