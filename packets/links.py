"""Link layers: from the start of a frame to the start of its network header, for many frames at once.

Sources: the LINKTYPE registry of tcpdump.org, IEEE 802.1Q, RFC 1042 (SNAP), RFC 2516 (PPPoE), RFC 3032
(MPLS).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.view import Positions, View

NULL, ETHERNET, PPP, PPP_HDLC, PPP_ETHER, RAW, LOOP, SLL, IPV4, IPV6, SLL2 = (
    0,
    1,
    9,
    50,
    51,
    101,
    108,
    113,
    228,
    229,
    276,
)
NAMES = {
    NULL: "NULL",
    ETHERNET: "ETHERNET",
    PPP: "PPP",
    PPP_HDLC: "PPP_HDLC",
    PPP_ETHER: "PPP_ETHER",
    RAW: "RAW",
    LOOP: "LOOP",
    SLL: "LINUX_SLL",
    IPV4: "IPV4",
    IPV6: "IPV6",
    SLL2: "LINUX_SLL2",
    12: "RAW",
    14: "RAW",
}
KNOWN_LINK_TYPES = frozenset(NAMES)

ET_IPV4, ET_ARP, ET_IPV6, ET_NONE = 0x0800, 0x0806, 0x86DD, -1
_VLAN = (0x8100, 0x88A8, 0x9100, 0x9200)
_MPLS = (0x8847, 0x8848)
_PPPOE_SESSION = 0x8864
_PPP_PROTOCOLS = {0x0021: ET_IPV4, 0x0057: ET_IPV6, 0x0281: 0x8847}
_FIRST_ETHERTYPE = 0x0600  # smaller values are 802.3 lengths
MOST_LAYERS = 16  # as Suricata: deeper stacking is an attack, not a network


@dataclass
class Layer:
    """Where each frame's next header starts, and what it is."""

    at: Positions  # byte position in the batch
    ethertype: NDArray[np.int64]  # EtherType, -1: not known
    mac: NDArray[np.int64]  # the sender's MAC as a 48-bit number, -1: none
    vlan: NDArray[np.int64]  # innermost VLAN id, -1: untagged


def name(link_type: int) -> str:
    """The registry's name of a link type, without its prefix."""
    return NAMES.get(link_type, f"LINKTYPE_{link_type}")


def strip(view: View, start: Positions, end: Positions, link_type: NDArray[np.int64]) -> Layer:
    """Step over the link header of every frame, and over tags, labels and sessions behind it."""
    layer = Layer(
        start.copy(), np.full(len(start), ET_NONE), np.full(len(start), -1), np.full(len(start), -1)
    )
    for kind in np.unique(link_type):
        step = _STEPS.get(int(kind))
        if step:
            chosen = np.flatnonzero(link_type == kind)
            step(view, layer, chosen)
    strip_tags(view, layer, end)
    return layer


def strip_tags(view: View, layer: Layer, end: Positions) -> None:
    """VLAN tags, 802.3/SNAP, PPPoE and MPLS, until a network header or something unknown is reached."""
    todo = np.arange(len(layer.at))
    for _ in range(MOST_LAYERS):
        kind = layer.ethertype[todo]
        stacked = (
            np.isin(kind, _VLAN + _MPLS)
            | (kind == _PPPOE_SESSION)
            | ((kind >= 0) & (kind < _FIRST_ETHERTYPE))
        )
        todo = todo[stacked & (layer.at[todo] < end[todo])]
        if not len(todo):
            return
        _one_tag(view, layer, todo)
    layer.ethertype[todo] = ET_NONE


def _one_tag(view: View, layer: Layer, todo: NDArray[np.int64]) -> None:
    kind = layer.ethertype[todo]
    _vlan(view, layer, todo[np.isin(kind, _VLAN)])
    _mpls(view, layer, todo[np.isin(kind, _MPLS)])
    _pppoe(view, layer, todo[kind == _PPPOE_SESSION])
    _llc(view, layer, todo[kind < _FIRST_ETHERTYPE])


def _vlan(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    layer.vlan[some] = view.u16(at) & 0x0FFF
    layer.ethertype[some] = view.u16(at + 2)
    layer.at[some] = at + 4


def _mpls(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    bottom = (view.u8(at + 2) & 1) == 1
    version = view.u8(at + 4) >> 4  # MPLS does not say what it carries; the first nibble does (RFC 4928)
    inner = np.select([version == 4, version == 6], [ET_IPV4, ET_IPV6], ET_NONE)
    layer.ethertype[some] = np.where(bottom, inner, layer.ethertype[some])
    layer.at[some] = at + 4


def _pppoe(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    layer.ethertype[some] = _from_ppp(view.u16(at + 6))
    layer.at[some] = at + 8


def _llc(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    snap = (view.u16(at) == 0xAAAA) & (view.u8(at + 2) == 0x03)
    inner = view.u16(at + 6)
    layer.ethertype[some] = np.where(snap & (inner >= _FIRST_ETHERTYPE), inner, ET_NONE)
    layer.at[some] = at + 8


def _from_ppp(protocol: NDArray[np.int64]) -> NDArray[np.int64]:
    known = list(_PPP_PROTOCOLS)
    return np.select([protocol == p for p in known], [_PPP_PROTOCOLS[p] for p in known], ET_NONE)


def _ethernet(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    layer.mac[some] = view.u48(at + 6)
    layer.ethertype[some] = view.u16(at + 12)
    layer.at[some] = at + 14


def _sll(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    has_mac = view.u16(at + 4) == 6
    layer.mac[some] = np.where(has_mac, view.u48(at + 6), -1)
    layer.ethertype[some] = view.u16(at + 14)
    layer.at[some] = at + 16


def _sll2(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    has_mac = view.u8(at + 11) == 6
    layer.mac[some] = np.where(has_mac, view.u48(at + 12), -1)
    layer.ethertype[some] = view.u16(at)
    layer.at[some] = at + 20


def _by_version(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    version = view.u8(layer.at[some]) >> 4
    layer.ethertype[some] = np.select([version == 4, version == 6], [ET_IPV4, ET_IPV6], ET_NONE)


def _null(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    # The family is in the byte order of the machine that captured, and IPv6 has five numbers: the version
    # nibble tells.
    layer.at[some] += 4
    _by_version(view, layer, some)


def _ppp(view: View, layer: Layer, some: NDArray[np.int64]) -> None:
    at = layer.at[some]
    framed = view.u16(at) == 0xFF03  # address and control, often left out (RFC 1662)
    at = np.where(framed, at + 2, at)
    layer.ethertype[some] = _from_ppp(view.u16(at))
    layer.at[some] = at + 2


_STEPS = {
    NULL: _null,
    LOOP: _null,
    ETHERNET: _ethernet,
    PPP: _ppp,
    PPP_HDLC: _ppp,
    PPP_ETHER: _pppoe,
    SLL: _sll,
    SLL2: _sll2,
    RAW: _by_version,
    12: _by_version,
    14: _by_version,
    IPV4: _by_version,
    IPV6: _by_version,
}
