"""The same event elsewhere: a capture with other addresses, another date, and everything beyond the capture
point some hops farther away. Nothing that a verdict may rest on changes, so no verdict may change.

Checksums are mended by difference (RFC 1624): what was right stays right, and what was wrong stays wrong.
"""

import struct
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path

import dpkt

from packets.capture import read

NS = 1_000_000_000
INITIAL = (64, 128, 255)
VLANS = (0x8100, 0x88A8)
# Where the Ethertype of a link layer stands, and where its payload begins (tcpdump.org/linktypes.html).
LINKS = {1: (12, 14), 113: (14, 16), 276: (0, 20)}
RAW = 101
ARP = 0x0806
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMPV6: 2}
ERRORS = {ICMP: (3, 4, 5, 11, 12), ICMPV6: (1, 2, 3, 4)}
FEW = 8  # hops; with fewer left a TTL would run out, or pass for another initial one


@dataclass(frozen=True)
class Disguise:
    """How the event is moved: ``later_s`` seconds, all gaps ``stretch`` times as long, ``farther`` hops, and
    under a ``vlan`` tag where it is Ethernet.
    """

    seed: str = "elsewhere"
    later_s: int = 1_000_000
    stretch: float = 1.0
    farther: int = 3
    vlan: int | None = None


def disguise(source: Path, target: Path, how: Disguise) -> int:
    """Write the capture anew as pcap with nanoseconds; returns by how many hops its far hosts moved.

    0 when some host's packets carry both untouched and used TTLs: then nothing can be moved consistently.
    """
    with source.open("rb") as file:
        reader = dpkt.pcap.UniversalReader(file)
        link, frames = reader.datalink(), [bytearray(data) for _, data in reader]
    rows = read(source).packets
    rows = rows[rows["frame"].argsort()]
    assert len(rows) == len(frames)
    packets = [Packet(data, link) for data in frames]
    moved = how.farther if movable(packets) else 0
    start = int(rows["time_ns"][0])
    with target.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262_144, link))
        for packet, row in zip(packets, rows, strict=True):
            packet.readdress(how.seed)
            packet.move(moved)
            then = start + how.later_s * NS + int((int(row["time_ns"]) - start) * how.stretch)
            tag = b"" if how.vlan is None or link != 1 else struct.pack(">HH", VLANS[0], how.vlan)
            data = packet.data[:12] + tag + packet.data[12:]
            sizes = len(data), int(row["original"]) + len(tag)
            out.write(struct.pack("<IIII", then // NS, then % NS, *sizes) + data)
    return moved


class Packet:
    """One frame, changed in place."""

    def __init__(self, data: bytearray, link: int) -> None:
        self.data = data
        self.at, self.kind = network(data, link)

    @property
    def ttl_at(self) -> int:
        return self.at + (8 if self.kind == 4 else 7)

    @property
    def source(self) -> bytes:
        first, width = (12, 4) if self.kind == 4 else (8, 16)
        return bytes(self.data[self.at + first : self.at + first + width])

    @property
    def travels(self) -> bool:
        """An IP packet that may cross routers: to one host."""
        first, width = (16, 4) if self.kind == 4 else (24, 16)
        return (
            self.kind in (4, 6) and not ip_address(bytes(self.data[self.at + first :][:width])).is_multicast
        )

    def readdress(self, seed: str) -> None:
        if self.kind == ARP:
            for first in (14, 24):
                address = self.data[self.at + first : self.at + first + 4]
                self.data[self.at + first : self.at + first + 4] = elsewhere(bytes(address), seed)
        elif self.kind in (4, 6):
            readdress_ip(self.data, self.at, seed)

    def move(self, hops: int) -> None:
        if not hops or not self.travels or self.data[self.ttl_at] in INITIAL:
            return
        before = bytes(self.data[self.ttl_at : self.ttl_at + 2])
        self.data[self.ttl_at] -= hops
        if self.kind == 4:
            mend(self.data, self.at + 10, before, bytes(self.data[self.ttl_at : self.ttl_at + 2]))


def network(data: bytearray, link: int) -> tuple[int, int]:
    """Where the network layer begins, and what it is: 4, 6, ARP, or 0."""
    if link == RAW:
        return 0, data[0] >> 4
    type_at, at = LINKS[link]
    kind = struct.unpack_from(">H", data, type_at)[0]
    while kind in VLANS:
        kind, at = struct.unpack_from(">H", data, at + 2)[0], at + 4
    return at, {0x0800: 4, 0x86DD: 6, ARP: ARP}.get(kind, 0)


def readdress_ip(data: bytearray, at: int, seed: str, quoted: bool = False) -> None:
    """The addresses of an IP header and the checksums over them; of an ICMP error also what it quotes."""
    version = data[at] >> 4
    first, width = (12, 4) if version == 4 else (8, 16)
    ends = slice(at + first, at + first + 2 * width)
    before = bytes(data[ends])
    data[ends] = elsewhere(before[:width], seed) + elsewhere(before[width:], seed)
    after = bytes(data[ends])
    if version == 4:
        mend(data, at + 10, before, after)
    protocol, transport = _above(data, at, version)
    sum_at = transport + CHECKSUM_AT.get(protocol, 0)
    if protocol in CHECKSUM_AT and not (protocol == UDP and not any(data[sum_at : sum_at + 2])):
        mend(data, sum_at, before, after)
    inner = transport + 8
    if not quoted and len(data) >= inner + 20 and data[transport] in ERRORS.get(protocol, ()):
        whole = bytes(data[inner:])
        readdress_ip(data, inner, seed, quoted=True)
        mend(data, transport + 2, whole, bytes(data[inner:]))


def _above(data: bytearray, at: int, version: int) -> tuple[int, int]:
    """Protocol above IP and where it begins; -1 for a later fragment, which has no such header."""
    if version == 6:
        return data[at + 6], at + 40
    later = struct.unpack_from(">H", data, at + 6)[0] & 0x1FFF
    return (-1 if later else data[at + 9]), at + 4 * (data[at] & 15)


def mend(data: bytearray, at: int, before: bytes, after: bytes) -> None:
    """Change the checksum at ``at`` as much as the words that it covers changed (RFC 1624, equation 3)."""
    if at + 2 > len(data):
        return
    total = ~struct.unpack_from(">H", data, at)[0] & 0xFFFF
    for text, inverted in ((before, 0xFFFF), (after, 0)):
        for (word,) in struct.iter_unpack(">H", text + b"\0" * (len(text) % 2)):
            total += word ^ inverted
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    struct.pack_into(">H", data, at, ~total & 0xFFFF)


def elsewhere(address: bytes, seed: str) -> bytes:
    """Another address; special ones stay as they are."""
    known = ip_address(address)
    if known.is_multicast or known.is_unspecified or known.is_loopback or known.is_link_local:
        return address
    if address == b"\xff" * 4:
        return address
    digest = blake2b(address, key=seed.encode(), digest_size=8).digest()
    if len(address) == 4:
        return bytes([198, 18 | digest[0] & 1, digest[1], 1 + digest[2] % 254])
    return bytes.fromhex("20010db8") + digest + address[12:]


def movable(packets: list[Packet]) -> bool:
    """No host's packets carry both untouched and used TTLs, and none is used up by going farther."""
    seen: dict[bytes, set[bool]] = defaultdict(set)
    for packet in packets:
        if packet.travels:
            ttl = packet.data[packet.ttl_at]
            seen[packet.source].add(ttl in INITIAL)
            if ttl <= FEW or any(start < ttl <= start + FEW for start in INITIAL):
                return False
    return all(len(kinds) == 1 for kinds in seen.values())
