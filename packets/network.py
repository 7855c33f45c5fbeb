"""Network layer: IPv4 and IPv6 headers of many frames at once, through tunnels to the inner flow.

Sources: RFC 791, RFC 8200, RFC 2784 and 2890 (GRE), RFC 2003 (IP in IP), RFC 4213 (6in4), RFC 7348 (VXLAN),
RFC 8926 (Geneve).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets import links
from packets.columns import NOT_IP, UDP
from packets.links import ET_IPV4, ET_IPV6, Layer
from packets.view import Positions, View

IPIP, GRE, IN6, FRAGMENT = 4, 47, 41, 44
_EXTENSIONS = (0, 43, 44, 51, 60, 135, 139, 140)  # IPv6 extension headers with a next header (IANA)
_AUTHENTICATION = 51
MOST_TUNNELS = 4  # as Zeek
VXLAN_PORT, GENEVE_PORT = 4789, 6081
_TEB = 0x6558  # transparent Ethernet bridging: an Ethernet frame inside


@dataclass
class Network:
    """IP facts of each frame; meaningless where ``protocol`` is NOT_IP."""

    at: Positions  # start of the transport header
    end: Positions  # end of what is both captured and inside the IP packet
    stop: Positions  # end of the IP packet by its own length; may lie behind the captured bytes
    protocol: NDArray[np.int64]
    version: NDArray[np.int64]  # 4, 6, or 0
    source: NDArray[np.uint8]  # (n, 16): IPv6 address, or IPv4 in the last four bytes
    target: NDArray[np.uint8]
    ttl: NDArray[np.int64]
    ip_id: NDArray[np.int64]  # -1: none
    fragment: NDArray[np.int64]  # offset in bytes; 0 for whole packets and first fragments
    more: NDArray[np.bool_]  # more fragments follow


def decode(view: View, layer: Layer, end: Positions, wire_end: Positions) -> Network:
    """Decode the innermost IP header of every frame (at most MOST_TUNNELS deep)."""
    network = _empty(layer, end)
    todo = np.arange(len(layer.at))
    for _ in range(MOST_TUNNELS + 1):
        _ipv4(view, layer, network, todo[layer.ethertype[todo] == ET_IPV4], end, wire_end)
        _ipv6(view, layer, network, todo[layer.ethertype[todo] == ET_IPV6], end, wire_end)
        todo = _enter_tunnels(view, layer, network, todo, end)
        if not len(todo):
            break
    return network


def _empty(layer: Layer, end: Positions) -> Network:
    n = len(layer.at)
    zeros = np.zeros(n, np.int64)
    addresses = np.zeros((n, 16), np.uint8)
    return Network(
        layer.at.copy(),
        end.copy(),
        end.copy(),
        np.full(n, NOT_IP),
        zeros.copy(),
        addresses,
        addresses.copy(),
        zeros.copy(),
        np.full(n, -1),
        zeros.copy(),
        np.zeros(n, bool),
    )


def _ipv4(
    view: View, layer: Layer, net: Network, some: NDArray[np.int64], end: Positions, wire_end: Positions
) -> None:
    at = layer.at[some]
    first = view.u8(at)
    header = (first & 15) * 4
    good = (first >> 4 == 4) & (header >= 20) & (at + 20 <= end[some])
    some, at, header = some[good], at[good], header[good]
    total = view.u16(at + 2)
    # Total length 0: segmentation offload wrote it later than the capture saw it (Wireshark: "TSO"). The
    # frame tells.
    # A packet cannot be longer than its frame: where it says so, the frame is right.
    stop = np.where(total >= header, np.minimum(at + total, wire_end[some]), wire_end[some])
    fragment = view.u16(at + 6)
    net.at[some] = at + header
    net.stop[some] = stop
    net.end[some] = np.minimum(stop, end[some])
    net.protocol[some] = view.u8(at + 9)
    net.version[some] = 4
    net.ttl[some] = view.u8(at + 8)
    net.ip_id[some] = view.u16(at + 4)
    net.fragment[some] = (fragment & 0x1FFF) * 8
    net.more[some] = (fragment & 0x2000) != 0
    net.source[some] = 0
    net.target[some] = 0
    net.source[some, 12:] = view.block(at + 12, 4)
    net.target[some, 12:] = view.block(at + 16, 4)


def _ipv6(
    view: View, layer: Layer, net: Network, some: NDArray[np.int64], end: Positions, wire_end: Positions
) -> None:
    at = layer.at[some]
    good = (view.u8(at) >> 4 == 6) & (at + 40 <= end[some])
    some, at = some[good], at[good]
    length = view.u16(at + 4)
    stop = np.where(length > 0, np.minimum(at + 40 + length, wire_end[some]), wire_end[some])
    net.at[some] = at + 40
    net.stop[some] = stop
    net.end[some] = np.minimum(stop, end[some])
    net.protocol[some] = view.u8(at + 6)
    net.version[some] = 6
    net.ttl[some] = view.u8(at + 7)
    net.ip_id[some] = -1
    net.fragment[some] = 0
    net.more[some] = False
    net.source[some] = view.block(at + 8, 16)
    net.target[some] = view.block(at + 24, 16)
    _extension_headers(view, net, some)


def _extension_headers(view: View, net: Network, todo: NDArray[np.int64]) -> None:
    for _ in range(links.MOST_LAYERS):
        todo = todo[np.isin(net.protocol[todo], _EXTENSIONS) & (net.at[todo] + 8 <= net.end[todo])]
        todo = todo[net.fragment[todo] == 0]
        if not len(todo):
            return
        at, kind = net.at[todo], net.protocol[todo]
        words = view.u8(at + 1)
        size = np.select(
            [kind == FRAGMENT, kind == _AUTHENTICATION], [np.int64(8), (words + 2) * 4], (words + 1) * 8
        )
        where = view.u16(at + 2)
        net.fragment[todo] = np.where(kind == FRAGMENT, where & 0xFFF8, 0)
        net.more[todo] |= (kind == FRAGMENT) & ((where & 1) == 1)
        net.ip_id[todo] = np.where(kind == FRAGMENT, view.u16(at + 6), net.ip_id[todo])
        net.protocol[todo] = view.u8(at)
        net.at[todo] = at + size


def _enter_tunnels(
    view: View, layer: Layer, net: Network, todo: NDArray[np.int64], end: Positions
) -> NDArray[np.int64]:
    """Move the layer of each tunnelled frame to its inner packet; return those frames."""
    whole = todo[(net.fragment[todo] == 0) & ~net.more[todo]]
    protocol = net.protocol[whole]
    entered = [
        _inner(layer, net, whole[protocol == IPIP], ET_IPV4),
        _inner(layer, net, whole[protocol == IN6], ET_IPV6),
        _gre(view, layer, net, whole[protocol == GRE]),
        _udp_tunnels(view, layer, net, whole[protocol == UDP]),
    ]
    inside = np.concatenate(entered)
    if len(inside):
        part = Layer(layer.at[inside], layer.ethertype[inside], layer.mac[inside], layer.vlan[inside])
        links.strip_tags(view, part, end[inside])
        layer.at[inside], layer.ethertype[inside] = part.at, part.ethertype
    return inside[np.isin(layer.ethertype[inside], (ET_IPV4, ET_IPV6))]


def _inner(layer: Layer, net: Network, some: NDArray[np.int64], ethertype: int) -> NDArray[np.int64]:
    layer.at[some] = net.at[some]
    layer.ethertype[some] = ethertype
    return some


def _gre(view: View, layer: Layer, net: Network, some: NDArray[np.int64]) -> NDArray[np.int64]:
    at = net.at[some]
    flags = view.u16(at)
    some, at, flags = some[flags & 7 == 0], at[flags & 7 == 0], flags[flags & 7 == 0]  # version 0; 1 is PPTP
    options = ((flags >> 15) & 1) + ((flags >> 13) & 1) + ((flags >> 12) & 1)
    layer.ethertype[some] = view.u16(at + 2)
    layer.at[some] = at + 4 + 4 * options
    _bridged(view, layer, some[layer.ethertype[some] == _TEB])
    return some


def _bridged(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    layer.ethertype[some] = view.u16(layer.at[some] + 12)
    layer.at[some] += 14


def _udp_tunnels(view: View, layer: Layer, net: Network, some: NDArray[np.int64]) -> NDArray[np.int64]:
    at = net.at[some]
    port = view.u16(at + 2)
    vxlan = some[(port == VXLAN_PORT) & (view.u8(at + 8) & 0x08 != 0)]
    layer.at[vxlan] = net.at[vxlan] + 16
    _bridged(view, layer, vxlan)
    geneve = some[(port == GENEVE_PORT) & (view.u8(at + 8) >> 6 == 0)]
    start = net.at[geneve] + 8
    layer.ethertype[geneve] = view.u16(start + 2)
    layer.at[geneve] = start + 8 + (view.u8(start) & 63) * 4
    _bridged(view, layer, geneve[layer.ethertype[geneve] == _TEB])
    return np.concatenate([vxlan, geneve])
