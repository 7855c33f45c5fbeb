"""Transport layer: TCP, UDP and ICMP headers of many packets at once.

Sources: RFC 9293 (TCP), RFC 7323 (window scale, timestamps), RFC 2018 (SACK), RFC 768, RFC 792, RFC 4443.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.columns import ICMP, ICMPV6, TCP, UDP
from packets.network import Network
from packets.view import Positions, View

Ints = NDArray[np.int64]
_NOP, _MSS, _WSCALE, _SACK_OK, _SACK, _TIMESTAMPS = 1, 2, 3, 4, 5, 8
_MOST_OPTIONS = 40  # the option space is 40 bytes
# ICMP messages that quote the packet they complain about (RFC 792, RFC 4443, RFC 1191).
ICMP_ERRORS = (3, 4, 5, 11, 12)
ICMPV6_ERRORS = (1, 2, 3, 4)


@dataclass
class Transport:
    """Transport facts, one element a packet; -1 where a field is absent or cut off."""

    sport: Ints
    dport: Ints
    flags: Ints
    seq: Ints  # absolute, 32 bits
    ack: Ints
    window: Ints
    length: Ints  # payload bytes, by the headers
    tsval: Ints
    tsecr: Ints
    mss: Ints
    wscale: Ints
    sack_ok: Ints  # 1: SACK permitted
    sack_left: Ints  # first SACK block, absolute
    sack_right: Ints
    icmp_type: Ints
    icmp_code: Ints
    icmp_rest: Ints  # bytes 4 to 7 of the ICMP header: next-hop MTU, identifier and sequence
    quotes: NDArray[np.bool_]  # an ICMP error with a quoted packet behind its header
    readable: NDArray[np.bool_]  # the ports (or the ICMP type) were in the captured bytes


_NUMBERS = tuple(name for name in Transport.__dataclass_fields__ if name not in ("quotes", "readable"))


def decode(view: View, net: Network) -> Transport:
    """Decode the transport header of every packet whose first fragment (or whole) it is."""
    n = len(net.at)
    numbers = {name: np.full(n, -1) for name in _NUMBERS}
    t = Transport(**numbers, quotes=np.zeros(n, bool), readable=np.zeros(n, bool))
    t.flags[:] = 0
    t.length[:] = np.maximum(net.stop - net.at, 0)
    first = (net.fragment == 0) & (net.at + 4 <= net.end)
    _tcp(view, net, t, np.flatnonzero(first & (net.protocol == TCP)))
    _udp(view, net, t, np.flatnonzero(first & (net.protocol == UDP)))
    icmp = ((net.protocol == ICMP) & (net.version == 4)) | ((net.protocol == ICMPV6) & (net.version == 6))
    _icmp(view, net, t, np.flatnonzero(first & icmp))
    return t


def _ports(view: View, net: Network, t: Transport, some: Ints) -> None:
    t.sport[some] = view.u16(net.at[some])
    t.dport[some] = view.u16(net.at[some] + 2)
    t.readable[some] = True


def _tcp(view: View, net: Network, t: Transport, some: Ints) -> None:
    some = some[
        net.at[some] + 16 <= net.end[some]
    ]  # ports, seq, ack, flags and window; the rest may be cut off
    _ports(view, net, t, some)
    at = net.at[some]
    offset_flags = view.u16(at + 12)
    header = (offset_flags >> 12) * 4
    t.seq[some] = view.u32(at + 4)
    t.ack[some] = view.u32(at + 8)
    t.flags[some] = offset_flags & 0x1FF
    t.window[some] = view.u16(at + 14)
    t.length[some] = np.maximum(net.stop[some] - at - np.maximum(header, 20), 0)
    _options(view, t, some, at + 20, np.minimum(at + header, net.end[some]))


def _options(view: View, t: Transport, some: Ints, at: Positions, stop: Positions) -> None:
    for _ in range(_MOST_OPTIONS):
        kind = view.u8(at)
        going = (at < stop) & (kind != 0)
        some, at, stop, kind = some[going], at[going], stop[going], kind[going]
        if not len(some):
            return
        size = np.where(kind == _NOP, 1, view.u8(at + 1))
        fits = (size >= 1) & (at + size <= stop) & ((kind == _NOP) | (size >= 2))
        some, at, stop, kind, size = some[fits], at[fits], stop[fits], kind[fits], size[fits]
        _one_option(view, t, some, at, kind, size)
        at = at + size


def _one_option(view: View, t: Transport, some: Ints, at: Positions, kind: Ints, size: Ints) -> None:
    def put(column: Ints, which: int, length: int, field: Ints) -> None:
        chosen = (kind == which) & (size >= length)
        column[some[chosen]] = field[chosen]

    put(t.tsval, _TIMESTAMPS, 10, view.u32(at + 2))
    put(t.tsecr, _TIMESTAMPS, 10, view.u32(at + 6))
    if np.any((kind != _TIMESTAMPS) & (kind != _NOP)):
        put(t.mss, _MSS, 4, view.u16(at + 2))
        put(
            t.wscale, _WSCALE, 3, np.minimum(view.u8(at + 2), 14)
        )  # RFC 7323 section 2.3: more than 14 means 14
        put(t.sack_ok, _SACK_OK, 2, np.ones(len(at), np.int64))
        put(t.sack_left, _SACK, 10, view.u32(at + 2))
        put(t.sack_right, _SACK, 10, view.u32(at + 6))


def _udp(view: View, net: Network, t: Transport, some: Ints) -> None:
    _ports(view, net, t, some)
    t.length[some] = np.maximum(net.stop[some] - net.at[some] - 8, 0)


def _icmp(view: View, net: Network, t: Transport, some: Ints) -> None:
    at = net.at[some]
    kind = view.u8(at)
    t.icmp_type[some] = kind
    t.icmp_code[some] = view.u8(at + 1)
    t.icmp_rest[some] = np.where(at + 8 <= net.end[some], view.u32(at + 4), -1)
    t.length[some] = np.maximum(net.stop[some] - at - 8, 0)
    error = np.where(net.version[some] == 4, np.isin(kind, ICMP_ERRORS), np.isin(kind, ICMPV6_ERRORS))
    t.quotes[some] = error & (at + 8 + 20 <= net.end[some])
    t.readable[some] = True
