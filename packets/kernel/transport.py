"""Transport layer: TCP, UDP and ICMP headers, and what the payload looks like by its first bytes.

Sources: RFC 9293 (TCP), RFC 7323 (window scale, timestamps), RFC 2018 and 2883 (SACK), RFC 7413 (fast open),
RFC 8684 (MPTCP), RFC 768, RFC 792, RFC 4443.
"""

from packets import columns as c
from packets.columns import ICMP, ICMPV6, TCP, UDP
from packets.kernel import fields as f
from packets.kernel import odd
from packets.kernel.bytes import Bytes, u8, u16, u32
from packets.kernel.rows import Row

_NOP, _MSS, _WSCALE, _SACK_OK, _SACK, _TIMESTAMPS = 1, 2, 3, 4, 5, 8
_MOST_OPTIONS = 40  # the option space is 40 bytes
_KEPT_OPTIONS = 8  # kinds kept as a fingerprint, a byte each: 56 bits and one more


def decode(data: Bytes, at: int, row: Row) -> None:
    """Decode the transport header at ``at`` of the IP packet in the row (whole, or its first fragment)."""
    protocol, end = row[f.PROTOCOL], row[f.STOP]
    if protocol == TCP:
        _tcp(data, at, end, row)
    elif protocol == UDP:
        _udp(data, at, end, row)
    elif (protocol == ICMP and row[f.VERSION] == 4) or (protocol == ICMPV6 and row[f.VERSION] == 6):
        _icmp(data, at, end, row)


def _tcp(data: Bytes, at: int, end: int, row: Row) -> None:
    if at + 16 > end:  # ports, numbers, flags and window; the rest may be cut off
        row[f.ODD] = odd.CUT_TRANSPORT
        return
    row[f.SPORT], row[f.DPORT] = u16(data, at, end), u16(data, at + 2, end)
    row[f.ABS_SEQ], row[f.ABS_ACK] = u32(data, at + 4, end), u32(data, at + 8, end)
    bits = u16(data, at + 12, end)
    header = max((bits >> 12) * 4, 20)
    row[f.FLAGS], row[f.WINDOW_RAW] = bits & 0x1FF, u16(data, at + 14, end)
    row[f.LENGTH], row[f.HEADER] = max(row[f.LENGTH] - header, 0), header
    row[f.PAYLOAD] = at + header
    if header > 20:
        _options(data, at + 20, min(at + header, end), row)
    if row[f.LENGTH]:
        row[f.KIND] = _stream(data, at + header, end, row)


def _options(data: Bytes, at: int, end: int, row: Row) -> None:
    for number in range(_MOST_OPTIONS):
        kind = u8(data, at, end)
        if at >= end or kind == 0:
            return
        size = 1 if kind == _NOP else u8(data, at + 1, end)
        if at + size > end or size < (1 if kind == _NOP else 2):
            return
        if number < _KEPT_OPTIONS - 1:
            row[f.OPTIONS] |= kind << 8 * number
        if kind == _TIMESTAMPS and size >= 10:
            row[f.TSVAL], row[f.TSECR] = u32(data, at + 2, end), u32(data, at + 6, end)
        elif kind != _NOP:
            _option(data, at, end, kind, size, row)
        at += size


def _option(data: Bytes, at: int, end: int, kind: int, size: int, row: Row) -> None:
    if kind == _MSS and size >= 4:
        row[f.MSS] = u16(data, at + 2, end)
    elif kind == _WSCALE and size >= 3:
        row[f.WSCALE] = min(u8(data, at + 2, end), 14)  # RFC 7323 section 2.3: more than 14 means 14
    elif kind == _SACK_OK:
        row[f.SACK_OK] = 1
    elif kind == _SACK and size >= 10:
        row[f.SACKS] = (size - 2) // 8
        row[f.SACK_LEFT], row[f.SACK_RIGHT] = u32(data, at + 2, end), u32(data, at + 6, end)
        if size >= 18:
            row[f.SACK2_LEFT], row[f.SACK2_RIGHT] = u32(data, at + 10, end), u32(data, at + 14, end)
    else:
        row[f.EXTRAS] |= _extra(kind, u16(data, at + 2, min(at + size, end)))


def _extra(kind: int, magic: int) -> int:
    """A rarer option by name; 0: not known. ``magic``: who uses an experimental number (RFC 6994)."""
    if kind == 34 or (kind in (253, 254) and magic == 0xF989):
        return c.FAST_OPEN
    if kind == 30:
        return c.MPTCP
    if kind == 19:
        return c.MD5_SIGNATURE
    return c.AUTHENTICATION if kind == 29 else 0


def _udp(data: Bytes, at: int, end: int, row: Row) -> None:
    if at + 4 > end:
        row[f.ODD] = odd.CUT_TRANSPORT
        return
    row[f.SPORT], row[f.DPORT] = u16(data, at, end), u16(data, at + 2, end)
    row[f.LENGTH] = max(row[f.LENGTH] - 8, 0)
    row[f.PAYLOAD] = at + 8
    if row[f.LENGTH] and _names(row[f.SPORT], row[f.DPORT]):
        row[f.KIND] = f.DNS


def _names(sport: int, dport: int) -> bool:
    """A port of DNS, mDNS or LLMNR."""
    here = sport == 53 or sport == 5353 or sport == 5355
    return here or dport == 53 or dport == 5353 or dport == 5355


def _stream(data: Bytes, at: int, end: int, row: Row) -> int:
    """What a segment's payload begins with: a TLS record, a line of HTTP/1, or a message of DNS."""
    if row[f.SPORT] == 53 or row[f.DPORT] == 53:
        return f.DNS
    word = u32(data, at, end)
    if 20 <= word >> 24 <= 24 and word >> 16 & 0xFF == 3 and word >> 8 & 0xFF <= 4:
        return f.TLS
    return f.HTTP if _http(word) else f.NOTHING


def _http(word: int) -> bool:
    """The first four bytes of a response ("HTTP") or of a request: GET, POST, PUT, HEAD, DELETE, OPTIONS,
    …
    """
    common = word == 0x48545450 or word == 0x47455420 or word == 0x504F5354 or word == 0x48454144
    rare = word == 0x50555420 or word == 0x44454C45 or word == 0x4F505449 or word == 0x50415443
    return common or rare or word == 0x434F4E4E or word == 0x54524143 or word == 0x50524920


def _icmp(data: Bytes, at: int, end: int, row: Row) -> None:
    if at + 4 > end:
        row[f.ODD] = odd.CUT_TRANSPORT
        return
    row[f.ICMP_TYPE], row[f.ICMP_CODE] = u8(data, at, end), u8(data, at + 1, end)
    row[f.ICMP_REST] = u32(data, at + 4, end) if at + 8 <= end else -1
    row[f.LENGTH] = max(row[f.LENGTH] - 8, 0)
    row[f.PAYLOAD] = at + 8


def quotes(row: Row) -> bool:
    """Whether it is an ICMP error, which quotes the packet it complains about (RFC 792, RFC 4443, RFC
    1191).
    """
    kind = row[f.ICMP_TYPE]
    if row[f.VERSION] == 4:
        return kind == 3 or kind == 4 or kind == 5 or kind == 11 or kind == 12
    return 1 <= kind <= 4
