"""Headers as bytes, with checksums: Ethernet II, IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293), ICMP."""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
DONT_FRAGMENT = 0x4000
ETHERTYPE = {4: 0x0800, 6: 0x86DD, 0: 0x0806}  # by the first four bits; ARP begins with 0x0001
HEADER_BYTES = {4: 20, 6: 40}


def folded_sum(data: bytes) -> int:
    """One's complement sum of 16-bit words (RFC 1071), not complemented."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    return ~folded_sum(data) & 0xFFFF


@dataclass(frozen=True)
class Envelope:
    """What the IP header of one packet says; ``ttl`` as it is seen where the packet is recorded."""

    source: Address
    target: Address
    ttl: int
    protocol: int
    ip_id: int = 0
    dont_fragment: bool = True
    traffic_class: int = 0

    def pseudo_header(self, length: int) -> bytes:
        """What TCP, UDP and ICMPv6 checksums cover before the payload (RFC 9293 3.1, RFC 8200 8.1)."""
        addresses = self.source.packed + self.target.packed
        if self.source.version == 4:
            return addresses + struct.pack("!BBH", 0, self.protocol, length)
        return addresses + struct.pack("!II", length, self.protocol)

    def packet(self, payload: bytes) -> bytes:
        """The IP packet that carries ``payload``."""
        return (
            self._header_v4(len(payload)) if self.source.version == 4 else self._header_v6(len(payload))
        ) + payload

    def _header_v4(self, length: int) -> bytes:
        fragment = DONT_FRAGMENT if self.dont_fragment else 0
        fixed = struct.pack(
            "!BBHHHBB", 0x45, self.traffic_class, 20 + length, self.ip_id, fragment, self.ttl, self.protocol
        )
        addresses = self.source.packed + self.target.packed
        return fixed + struct.pack("!H", checksum(fixed + b"\0\0" + addresses)) + addresses

    def _header_v6(self, length: int) -> bytes:
        first = 6 << 28 | self.traffic_class << 20
        return (
            struct.pack("!IHBB", first, length, self.protocol, self.ttl)
            + self.source.packed
            + self.target.packed
        )


def solicited_group(address: Address) -> IPv6Address:
    """The multicast group in which the owner of an IPv6 address is looked for (RFC 4291 section 2.7.1)."""
    return IPv6Address(b"\xff\2" + bytes(9) + b"\1\xff" + address.packed[-3:])


def with_ttl(packet: bytes, ttl: int) -> bytes:
    """The same IP packet with another TTL or hop limit, as a router further on sees it."""
    if packet[0] >> 4 == 6:
        return packet[:7] + bytes([ttl]) + packet[8:]
    head = packet[:8] + bytes([ttl]) + packet[9:10] + b"\0\0" + packet[12:20]
    return head[:10] + struct.pack("!H", checksum(head)) + packet[10 + 2 :]


def ttl_of(packet: bytes) -> int:
    """TTL or hop limit of an IP packet."""
    return packet[7] if packet[0] >> 4 == 6 else packet[8]


def tcp_segment(
    envelope: Envelope,
    ports: tuple[int, int],
    seq: int,
    ack: int,
    flags: int,
    window: int,
    options: bytes,
    payload: bytes,
    unfinished_sum: bool = False,
) -> bytes:
    """A TCP segment; ``seq`` and ``ack`` absolute.

    ``unfinished_sum`` leaves the sum of the pseudo-header in the checksum field, as Linux hands a packet to a
    network card that will finish it: what a capture on the sending host shows with checksum offload.
    """
    offset_and_flags = (5 + len(options) // 4) << 12 | flags
    head = struct.pack("!HHIIHH", *ports, seq % 2**32, ack % 2**32, offset_and_flags, window)
    body = head + b"\0\0\0\0" + options + payload
    pseudo = envelope.pseudo_header(len(body))
    value = folded_sum(pseudo) if unfinished_sum else checksum(pseudo + body)
    return head + struct.pack("!HH", value, 0) + options + payload


def udp_datagram(envelope: Envelope, ports: tuple[int, int], payload: bytes) -> bytes:
    """A UDP datagram (RFC 768); a sum of zero is written as all ones."""
    head = struct.pack("!HHH", *ports, 8 + len(payload))
    value = checksum(envelope.pseudo_header(8 + len(payload)) + head + b"\0\0" + payload)
    return head + struct.pack("!H", value or 0xFFFF) + payload


def icmp_message(envelope: Envelope, kind: int, code: int, rest: bytes, payload: bytes) -> bytes:
    """An ICMP (RFC 792) or ICMPv6 (RFC 4443) message; ``rest`` is the 4 bytes after the checksum."""
    body = bytes([kind, code, 0, 0]) + rest + payload
    covered = envelope.pseudo_header(len(body)) + body if envelope.protocol == ICMPV6 else body
    return body[:2] + struct.pack("!H", checksum(covered)) + body[4:]


def ethernet_frame(source: bytes, target: bytes, packet: bytes) -> bytes:
    """An Ethernet II frame, without the padding and the frame check sequence (captures rarely have them)."""
    return target + source + struct.pack("!H", ETHERTYPE[packet[0] >> 4]) + packet
