"""Link and IP headers that lie, and layers upon layers."""

import struct
from functools import partial

from tests.packets.hostile.form import CANARY, BadInput, Read
from tests.packets.hostile.frames import (
    CLIENT,
    GRE,
    IN6,
    IPIP,
    IPV6,
    MPLS,
    SYN,
    TALK,
    UDP,
    VLAN,
    capture,
    ethernet,
    ipv4,
    ipv6,
    sent,
    tcp,
    udp,
)

bad = partial(BadInput, "IP")
MORE, FRAGMENT = 0x2000, 44
LONGEST = 262_144  # bytes of a record that is believed


def short_frames() -> bytes:
    """Every length from nothing to a whole SYN."""
    whole = sent(flags=SYN)
    return capture([whole[:length] for length in range(len(whole))])


def lying_ihl() -> bytes:
    """Every header length, the packets too short for most of them."""
    return capture([ethernet(ipv4(tcp(flags=SYN), ihl=ihl)) for ihl in range(16)])


def without_total_length() -> bytes:
    """As segmentation offload writes it."""
    return capture([frame[:16] + b"\0\0" + frame[18:] for frame in TALK])


def lying_total_length() -> bytes:
    return capture([ethernet(ipv4(tcp(flags=SYN), total=n)) for n in (1, 19, 20, 21, 39, 41, 1_500, 65_535)])


def padded() -> bytes:
    """Payload in the padding of the frame is no data of the connection."""
    return capture([frame + CANARY.encode() * 3 for frame in TALK])


def fragments(*parts: tuple[int, int], number=7, more_at_the_end=False) -> list[bytes]:
    """A segment in fragments: offset (bytes) and length of each."""
    whole = tcp(data=b"d" * 4_000)
    last = len(parts) - 1
    return [
        ethernet(ipv4(
            whole[at : at + size] or b"f" * size, number=number,
            fragment=(MORE if n < last or more_at_the_end else 0) | at // 8,
        ))
        for n, (at, size) in enumerate(parts)
    ]  # fmt: skip


def overlapping() -> bytes:
    """Teardrop: the second fragment lies inside the first, the third starts before both."""
    return capture(fragments((0, 1_000), (504, 104), (8, 2_000), (0, 1_000), (1_600, 800)))


def never_completed(count: int) -> bytes:
    """First fragments of packets whose rest never comes, more than a reader should remember."""
    head = tcp(flags=SYN)
    return capture([ethernet(ipv4(head, number=n & 0xFFFF, fragment=MORE)) for n in range(count)])


def never_begun(count: int) -> bytes:
    """Last fragments of packets whose first one was never seen."""
    return capture([ethernet(ipv4(b"f" * 64, number=n & 0xFFFF, fragment=8)) for n in range(count)])


def beyond_the_longest_packet() -> bytes:
    """The ping of death: an offset and a length that together pass 65,535 bytes."""
    return capture(fragments((0, 1_480), (65_528, 1_480)) + fragments((65_528, 8), (65_520, 400), number=8))


def extension_headers(count: int) -> bytes:
    """Destination options, each followed by another one; at the very end TCP."""
    chain = b"\x3c\0\1\4\0\0\0\0" * (count - 1) + b"\6\0\1\4\0\0\0\0"
    return capture([ethernet(ipv6(chain + tcp(flags=SYN), 60), IPV6)] * 20)


def ipv6_fragment_headers(count: int) -> bytes:
    chain = struct.pack(">BBHI", FRAGMENT, 0, 0, 1) * count
    return capture([ethernet(ipv6(chain + tcp(flags=SYN), FRAGMENT), IPV6)] * 20)


def stacked(head: bytes, count: int, innermost: bytes) -> bytes:
    """``count`` times the same header (the outer ones lie about their lengths), or what a record holds."""
    return head * min(count, (LONGEST - 100) // len(head)) + innermost


def ip_in_ip(count: int) -> bytes:
    outer = ipv4(b"", IPIP, total=65_535)
    return capture([ethernet(stacked(outer, count, ipv4(tcp(flags=SYN))))] * 20)


def ipv6_in_ipv6(count: int) -> bytes:
    outer = ipv6(b"", IN6, length=65_535)
    return capture([ethernet(stacked(outer, count, ipv6(tcp(flags=SYN))), IPV6)] * 20)


def gre(count: int) -> bytes:
    outer = ipv4(b"\0\0\x08\0", GRE, total=65_535)
    return capture([ethernet(stacked(outer, count, ipv4(tcp(flags=SYN))))] * 20)


def vxlan(count: int) -> bytes:
    """Each layer an Ethernet frame in VXLAN in UDP in IP."""
    layer = ethernet(ipv4(udp(b"\x08\0\0\0\0\0\5\0", (50_000, 4789)), UDP, total=65_535))
    return capture([stacked(layer, count, sent(flags=SYN))] * 20)


def tagged(count: int) -> bytes:
    return capture([TALK[0][:12] + (VLAN + b"\0\5") * count + TALK[0][12:]] * 20)


def labelled(count: int) -> bytes:
    return capture([ethernet(b"\0\1\0\x40" * count + b"\0\1\1\x40" + TALK[0][14:], MPLS)] * 20)


def wrong_checksums() -> bytes:
    """IP and TCP."""
    return capture([f[:24] + b"\xba\xad" + f[26:50] + b"\xba\xad" + f[52:] for f in TALK])


def land() -> bytes:
    """Source and target are the same."""
    packet = tcp(flags=SYN, ports=(80, 80), ends=(CLIENT, CLIENT))
    return capture([ethernet(ipv4(packet, ends=(CLIENT, CLIENT)))] * 5)


INPUTS = [
    bad("short frames", short_frames, Read(len(sent(flags=SYN)), ("bad_ip", "cut_link", "cut_transport"))),
    bad("IHL lies", lying_ihl, Read(16, ("bad_ip", "cut_transport"))),
    bad("total length 0", without_total_length, Read(10, (), 1)),
    bad("total length 0", lying_total_length, Read(8, ("cut_transport",)), "and other lies"),
    bad("padding", padded, Read(10, (), 1)),
    bad("fragments overlapping", overlapping, Read(5)),
    bad("fragments never completed", lambda: never_completed(60_000), Read(60_000)),
    bad("fragments never completed", lambda: never_begun(60_000), Read(60_000), "nor begun"),
    bad("fragments beyond 65,535", beyond_the_longest_packet, Read(4)),
    bad("8,000 IPv6 headers", lambda: extension_headers(8_000), Read(20), "extension headers"),
    bad("8,000 IPv6 headers", lambda: ipv6_fragment_headers(8_000), Read(20), "fragment headers"),
    bad("8,000 IPv6 headers", lambda: ipv6_in_ipv6(8_000), Read(20, ("deep",)), "one in the other"),
    bad("IP-in-IP", lambda: ip_in_ip(3_000), Read(20, ("deep",))),
    bad("GRE", lambda: gre(3_000), Read(20, ("deep",))),
    bad("VXLAN", lambda: vxlan(3_000), Read(20, ("deep",))),
    bad("QinQ thousands deep", lambda: tagged(16_000), Read(20, ("deep",))),
    bad("MPLS thousands deep", lambda: labelled(16_000), Read(20, ("deep",))),
    bad("all checksums wrong", wrong_checksums, Read(10, (), 1)),
    bad("all checksums wrong", land, Read(5, (), 1), "and a host that talks to itself"),
]
