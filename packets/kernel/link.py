"""Link layers: from the start of a frame to its network header, through tags, labels and sessions.

Sources: the LINKTYPE registry of tcpdump.org, IEEE 802.1Q, RFC 1042 (SNAP), RFC 2516 (PPPoE), RFC 3032
(MPLS), RFC 1662 (PPP), draft-foschiano-erspan. Each step returns where the next header starts, and its
EtherType (UNKNOWN: not known).
"""

from packets.kernel import fields as f
from packets.kernel import odd, wifi
from packets.kernel.bytes import Bytes, u8, u16, u48
from packets.kernel.rows import Row

(NULL, ETHERNET, PPP, PPP_HDLC, PPP_ETHER, RAW, C_HDLC, LOOP, SLL) = (0, 1, 9, 50, 51, 101, 104, 108, 113)
(IPV4, IPV6, SLL2) = (228, 229, 276)
RAW_BSD, RAW_OPENBSD = 12, 14  # how some systems write DLT_RAW into files
ET_IPV4, ET_ARP, ET_IPV6, UNKNOWN = 0x0800, 0x0806, 0x86DD, -1
MOST_LAYERS = 16  # as Suricata: deeper stacking is an attack, not a network
_FIRST_ETHERTYPE = 0x0600  # smaller values are 802.3 lengths
_PPPOE_SESSION = 0x8864


def header(data: Bytes, at: int, end: int, kind: int, row: Row) -> tuple[int, int]:
    """Step over the link header of a frame."""
    if kind == ETHERNET:
        return ethernet(data, at, end, row)
    if kind in (SLL, SLL2):
        return _cooked(data, at, end, kind, row)
    if kind in (RAW, IPV4, IPV6, RAW_BSD, RAW_OPENBSD):
        return at, by_version(data, at, end)
    if kind in (NULL, LOOP):
        # The family is in the byte order of the machine that captured, and IPv6 has five numbers: the version
        # nibble tells.
        return at + 4, by_version(data, at + 4, end)
    if kind in (PPP, PPP_HDLC):
        return _ppp(data, at, end)
    if kind == C_HDLC:
        return at + 4, u16(data, at + 2, end)
    if kind == PPP_ETHER:
        return _pppoe(data, at, end)
    if wifi.knows(kind):
        return wifi.header(data, at, end, kind, row)
    row[f.ODD] = odd.LINK_TYPE | kind << 8
    return at, UNKNOWN


def ethernet(data: Bytes, at: int, end: int, row: Row) -> tuple[int, int]:
    """An Ethernet header: of a frame, or of one inside a tunnel."""
    row[f.MAC] = u48(data, at + 6, end)
    return at + 14, u16(data, at + 12, end)


def by_version(data: Bytes, at: int, end: int) -> int:
    """What an IP header without an EtherType is, by its first nibble."""
    version = u8(data, at, end) >> 4
    return ET_IPV4 if version == 4 else ET_IPV6 if version == 6 else UNKNOWN


def _cooked(data: Bytes, at: int, end: int, kind: int, row: Row) -> tuple[int, int]:
    """Linux "any" device: SLL has a header of 16 bytes, SLL2 of 20."""
    if kind == SLL2:
        row[f.MAC] = u48(data, at + 12, end) if u8(data, at + 11, end) == 6 else -1
        return at + 20, u16(data, at, end)
    row[f.MAC] = u48(data, at + 6, end) if u16(data, at + 4, end) == 6 else -1
    return at + 16, u16(data, at + 14, end)


def _ppp(data: Bytes, at: int, end: int) -> tuple[int, int]:
    if u16(data, at, end) == 0xFF03:  # address and control, often left out (RFC 1662)
        at += 2
    return at + 2, _from_ppp(u16(data, at, end))


def _pppoe(data: Bytes, at: int, end: int) -> tuple[int, int]:
    return at + 8, _from_ppp(u16(data, at + 6, end))


def _from_ppp(protocol: int) -> int:
    if protocol == 0x0021:
        return ET_IPV4
    if protocol == 0x0057:
        return ET_IPV6
    return 0x8847 if protocol == 0x0281 else UNKNOWN


def tags(data: Bytes, at: int, end: int, kind: int, row: Row) -> tuple[int, int]:
    """Step over VLAN tags, 802.3/SNAP, PPPoE and MPLS, until something else is reached."""
    for _ in range(MOST_LAYERS):
        if at >= end or not _stacked(kind):
            return at, kind
        if kind == 0x8847 or kind == 0x8848:
            at, kind = _mpls(data, at, end, kind)
        elif kind == _PPPOE_SESSION:
            at, kind = _pppoe(data, at, end)
        elif kind < _FIRST_ETHERTYPE:
            at, kind = llc(data, at, end)
        else:
            row[f.VLAN] = u16(data, at, end) & 0x0FFF
            at, kind = at + 4, u16(data, at + 2, end)
    if _stacked(kind):
        row[f.ODD] = odd.DEEP
        kind = UNKNOWN
    return at, kind


def _stacked(kind: int) -> bool:
    vlan = kind == 0x8100 or kind == 0x88A8 or kind == 0x9100 or kind == 0x9200
    return vlan or kind == 0x8847 or kind == 0x8848 or kind == _PPPOE_SESSION or 0 <= kind < _FIRST_ETHERTYPE


def _mpls(data: Bytes, at: int, end: int, kind: int) -> tuple[int, int]:
    """MPLS does not say what it carries; the first nibble behind the last label does (RFC 4928)."""
    bottom = u8(data, at + 2, end) & 1
    return at + 4, by_version(data, at + 4, end) if bottom else kind


def llc(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """802.2 with SNAP; other 802.2 protocols (spanning tree and such) are not followed."""
    snap = u16(data, at, end) == 0xAAAA and u8(data, at + 2, end) == 0x03
    inner = u16(data, at + 6, end)
    return at + 8, inner if snap and inner >= _FIRST_ETHERTYPE else UNKNOWN
