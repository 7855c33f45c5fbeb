"""Network layer: IPv4 and IPv6 headers, through tunnels to the innermost packet; ARP.

Sources: RFC 791, RFC 8200, RFC 826, RFC 2784 and 2890 (GRE), RFC 2003 (IP in IP), RFC 4213 (6in4), RFC 7348
(VXLAN), RFC 8926 (Geneve), draft-foschiano-erspan.
"""

from packets.kernel import fields as f
from packets.kernel import link, odd
from packets.kernel.bytes import Bytes, u8, u16, u32, u48
from packets.kernel.link import ET_ARP, ET_IPV4, ET_IPV6, UNKNOWN
from packets.kernel.rows import Row

IPIP, UDP, IN6, FRAGMENT, GRE = 4, 17, 41, 44, 47
ARP = 256  # a pseudo protocol number above IANA's
MOST_TUNNELS = 4  # as Zeek
VXLAN_PORT, GENEVE_PORT = 4789, 6081
_TEB = 0x6558  # transparent Ethernet bridging: an Ethernet frame inside
_ERSPAN, _ERSPAN_3 = 0x88BE, 0x22EB  # types I and II; type III
_AUTHENTICATION = 51

# Addresses of a packet, in words: source in 0 to 2, target in 3 to 5 (48, 48 and 32 bits; IPv4: word 2 only).
WORDS = 6


def decode(data: Bytes, at: int, end: int, wire_end: int, kind: int, row: Row, words: Row) -> int:
    """Decode the innermost IP header from ``at`` on (EtherType ``kind``): where its payload starts, -1: no
    IP.

    ``wire_end`` is where the frame ended on the wire. Sets the IP fields of the row, STOP (end of what is
    both captured and inside the packet) and LENGTH (bytes behind the header, by the header).
    """
    start = -1
    for depth in range(MOST_TUNNELS + 1):
        at, kind = link.tags(data, at, end, kind, row)
        if kind == ET_IPV4:
            at = _ipv4(data, at, end, wire_end, row, words)
        elif kind == ET_IPV6:
            at = _ipv6(data, at, end, wire_end, row, words)
        else:
            _not_ip(data, at, end, kind, depth, row, words)
            return start
        if at < 0:
            row[f.ODD] = odd.BAD_IP
            return start
        start = at
        if row[f.FRAGMENT]:
            return start
        at, kind = _inner(data, at, end, row)
        if kind == UNKNOWN:
            return start
    row[f.ODD] = odd.DEEP
    return start


def _not_ip(data: Bytes, at: int, end: int, kind: int, depth: int, row: Row, words: Row) -> None:
    if depth:  # what the tunnel carries is not IP: its outer packet is what there is
        return
    row[f.LENGTH], row[f.STOP] = max(end - at, 0), end
    if kind == ET_ARP and at + 28 <= end and u16(data, at + 2, end) == ET_IPV4:
        _arp(data, at, end, row, words)
    elif not row[f.ODD]:
        row[f.ODD] = odd.CUT_LINK if at > end else odd.ETHERTYPE | max(kind, 0) << 8


def _arp(data: Bytes, at: int, end: int, row: Row, words: Row) -> None:
    row[f.PROTOCOL], row[f.VERSION] = ARP, 4
    row[f.ICMP_CODE] = u16(data, at + 6, end)  # operation: 1 request, 2 reply
    words[0], words[1], words[2] = 0, 0, u32(data, at + 14, end)
    words[3], words[4], words[5] = 0, 0, u32(data, at + 24, end)


def _ipv4(data: Bytes, at: int, end: int, wire_end: int, row: Row, words: Row) -> int:
    first = u8(data, at, end)
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20 or at + 20 > end:
        return -1
    total = u16(data, at + 2, end)
    # Total length 0: segmentation offload wrote it later than the capture saw it (Wireshark: "TSO"); the
    # frame tells. And a packet cannot be longer than its frame: where it says so, the frame is right.
    stop = min(at + total, wire_end) if total >= header else wire_end
    fragment = u16(data, at + 6, end)
    _place(row, at + header, stop, end, u8(data, at + 9, end))
    row[f.VERSION], row[f.TTL], row[f.IP_ID] = 4, u8(data, at + 8, end), u16(data, at + 4, end)
    row[f.OFFSET] = (fragment & 0x1FFF) * 8
    row[f.FRAGMENT] = 1 if fragment & 0x3FFF else 0
    words[0], words[1], words[2] = 0, 0, u32(data, at + 12, end)
    words[3], words[4], words[5] = 0, 0, u32(data, at + 16, end)
    return at + header


def _place(row: Row, at: int, stop: int, end: int, protocol: int) -> None:
    """Where the payload of an IP packet lies: from ``at`` to ``stop``, captured as far as ``end``."""
    row[f.PROTOCOL] = protocol
    row[f.STOP], row[f.LENGTH] = min(stop, end), max(stop - at, 0)


def _ipv6(data: Bytes, at: int, end: int, wire_end: int, row: Row, words: Row) -> int:
    if u8(data, at, end) >> 4 != 6 or at + 40 > end:
        return -1
    length = u16(data, at + 4, end)
    stop = min(at + 40 + length, wire_end) if length else wire_end
    row[f.VERSION], row[f.TTL], row[f.IP_ID] = 6, u8(data, at + 7, end), -1
    row[f.OFFSET], row[f.FRAGMENT] = 0, 0
    for half in range(2):
        there = at + 8 + 16 * half
        words[3 * half] = u48(data, there, end)
        words[3 * half + 1] = u48(data, there + 6, end)
        words[3 * half + 2] = u32(data, there + 12, end)
    protocol = u8(data, at + 6, end)
    at += 40
    captured = min(stop, end)
    for _ in range(link.MOST_LAYERS):
        if not _extends(protocol) or at + 8 > captured or row[f.OFFSET]:
            break
        at, protocol = _extension(data, at, captured, protocol, row)
    _place(row, at, stop, end, protocol)
    return at


def _extends(protocol: int) -> bool:
    """IPv6 extension headers with a next header (IANA)."""
    first = protocol == 0 or protocol == 43 or protocol in (FRAGMENT, _AUTHENTICATION)
    return first or protocol == 60 or protocol == 135 or protocol == 139 or protocol == 140


def _extension(data: Bytes, at: int, end: int, protocol: int, row: Row) -> tuple[int, int]:
    following, words = u8(data, at, end), u8(data, at + 1, end)
    if protocol == FRAGMENT:
        where = u16(data, at + 2, end)
        row[f.OFFSET], row[f.IP_ID] = where & 0xFFF8, u16(data, at + 6, end)
        row[f.FRAGMENT] = 1 if where & 0xFFF9 else 0
        return at + 8, following
    if protocol == _AUTHENTICATION:
        return at + (words + 2) * 4, following
    return at + (words + 1) * 8, following


def _inner(data: Bytes, at: int, end: int, row: Row) -> tuple[int, int]:
    """Where the packet inside a tunnel starts, and its EtherType; UNKNOWN: it is no tunnel."""
    protocol = row[f.PROTOCOL]
    if protocol == IPIP:
        return at, ET_IPV4
    if protocol == IN6:
        return at, ET_IPV6
    if protocol == GRE:
        return _gre(data, at, end, row)
    if protocol == UDP:
        return _udp_tunnel(data, at, end, row)
    return at, UNKNOWN


def _gre(data: Bytes, at: int, end: int, row: Row) -> tuple[int, int]:
    flags, kind = u16(data, at, end), u16(data, at + 2, end)
    if flags & 7:  # version 0 only; 1 is PPTP
        return at, UNKNOWN
    numbered = flags >> 12 & 1
    at += 4 + 4 * ((flags >> 15 & 1) + (flags >> 13 & 1) + numbered)
    if kind == _ERSPAN:  # type II has a header of its own, type I (without a sequence number) has none
        return _ethernet_inside(data, at + 8 * numbered, end, row)
    if kind == _ERSPAN_3:
        optional = u8(data, at + 11, end) & 1  # a platform-specific subheader follows
        return _ethernet_inside(data, at + 12 + 8 * optional, end, row)
    if kind == _TEB:
        return _ethernet_inside(data, at, end, row)
    return _only_ip(data, at, end, kind, row)


def _ethernet_inside(data: Bytes, at: int, end: int, row: Row) -> tuple[int, int]:
    """An Ethernet frame inside a tunnel; the sender's MAC stays that of the outer frame."""
    kind = u16(data, at + 12, end)
    return _only_ip(data, at + 14, end, kind, row)


def _only_ip(data: Bytes, at: int, end: int, kind: int, row: Row) -> tuple[int, int]:
    vlan = row[f.VLAN]
    inner, kind = link.tags(data, at, end, kind, row)
    if kind in (ET_IPV4, ET_IPV6):
        return inner, kind
    row[f.VLAN] = vlan
    return at, UNKNOWN


def _udp_tunnel(data: Bytes, at: int, end: int, row: Row) -> tuple[int, int]:
    port = u16(data, at + 2, end)
    if port == VXLAN_PORT and u8(data, at + 8, end) & 0x08:
        return _ethernet_inside(data, at + 16, end, row)
    if port == GENEVE_PORT and u8(data, at + 8, end) >> 6 == 0:
        kind = u16(data, at + 10, end)
        at += 16 + (u8(data, at + 8, end) & 63) * 4
        return _ethernet_inside(data, at, end, row) if kind == _TEB else _only_ip(data, at, end, kind, row)
    return at, UNKNOWN
