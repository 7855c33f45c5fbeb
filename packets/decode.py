"""One batch of raw frames to one array of decoded packets: the columns of all layers side by side."""

import numpy as np
from numpy.typing import NDArray

from packets import links, network, transport
from packets.checksums import tcp_checksums
from packets.columns import NOT_IP, TCP, UDP
from packets.hosts import Hosts
from packets.links import ET_ARP, ET_IPV4, ET_IPV6, Layer
from packets.network import Network
from packets.source import Batch
from packets.transport import Transport
from packets.view import View

Ints = NDArray[np.int64]
ARP = 256  # a pseudo protocol number above IANA's, for flows of ARP

# What is known of a packet before connections are built. Absolute sequence numbers; -1: absent.
DECODED_DTYPE = np.dtype(
    [
        ("frame", "u4"),
        ("time_ns", "i8"),
        ("captured", "u4"),
        ("original", "u4"),
        ("interface", "u2"),
        ("mac", "i8"),
        ("vlan", "i2"),
        ("source", "i4"),
        ("target", "i4"),
        ("protocol", "i2"),
        ("ttl", "u1"),
        ("ip_id", "i4"),
        ("fragment", "?"),
        ("sport", "i4"),
        ("dport", "i4"),
        ("flags", "u2"),
        ("seq", "i8"),
        ("ack", "i8"),
        ("window_raw", "i4"),
        ("length", "u4"),
        ("tsval", "i8"),
        ("tsecr", "i8"),
        ("mss", "i4"),
        ("wscale", "i2"),
        ("sack_ok", "i2"),
        ("sack_left", "i8"),
        ("sack_right", "i8"),
        ("icmp_type", "i2"),
        ("icmp_code", "i2"),
        ("icmp_rest", "i8"),
        # The flow: the packet's own ends, or those of the packet that an ICMP error quotes.
        ("flow_protocol", "i2"),
        ("flow_source", "i8"),
        ("flow_target", "i8"),
        ("quoted_seq", "i8"),
        ("checksum", "i1"),  # TCP checksum: 1 good, 0 wrong, -1 not known (cut off, not looked at)
    ]
)


def decode(batch: Batch, hosts: Hosts, *, checksums: bool) -> NDArray[np.void]:
    """Decode a batch into DECODED_DTYPE rows, in file order; addresses are entered into ``hosts``."""
    view = View(batch.data)
    start = batch.offset.astype(np.int64)
    captured = batch.captured.astype(np.int64) - np.minimum(batch.fcs, batch.captured)
    end, wire_end = (
        start + captured,
        start + np.maximum(batch.original.astype(np.int64) - batch.fcs, captured),
    )
    layer = links.strip(view, start, end, batch.link_type.astype(np.int64))
    arp_at = layer.at.copy()
    is_arp = (layer.ethertype == ET_ARP) & (layer.at + 28 <= end)
    net = network.decode(view, layer, end, wire_end)
    trans = transport.decode(view, net)
    rows = np.zeros(len(start), DECODED_DTYPE)
    _fill(rows, batch, layer, net, trans)
    rows["source"] = hosts.enter(net.version, net.source)
    rows["target"] = hosts.enter(net.version, net.target)
    _arp(view, rows, np.flatnonzero(is_arp), arp_at, hosts)
    _own_flow(rows, trans)
    _quoted_flow(view, rows, net, trans, end, hosts)
    if checksums:
        rows["checksum"] = tcp_checksums(batch.data, net)
    return rows


def _fill(rows: NDArray[np.void], batch: Batch, layer: Layer, net: Network, t: Transport) -> None:
    rows["frame"] = batch.first_frame + np.arange(len(rows))
    for column in ("time_ns", "captured", "original", "interface"):
        rows[column] = getattr(batch, column)
    rows["mac"], rows["vlan"] = layer.mac, layer.vlan
    rows["protocol"], rows["ttl"], rows["ip_id"] = net.protocol, net.ttl, net.ip_id
    rows["fragment"] = (net.fragment > 0) | net.more
    columns = ("sport", "dport", "flags", "seq", "ack", "length", "tsval", "tsecr", "mss", "wscale")
    for column in (*columns, "sack_ok", "sack_left", "sack_right", "icmp_type", "icmp_code", "icmp_rest"):
        rows[column] = getattr(t, column)
    rows["window_raw"] = t.window
    rows["protocol"][net.version == 0] = NOT_IP
    rows["checksum"] = -1
    rows["quoted_seq"] = -1


def _arp(view: View, rows: NDArray[np.void], some: Ints, at: Ints, hosts: Hosts) -> None:
    ipv4 = some[view.u16(at[some] + 2) == ET_IPV4]
    rows["protocol"][ipv4] = ARP
    rows["source"][ipv4] = hosts.enter_ipv4(view.block(at[ipv4] + 14, 4))
    rows["target"][ipv4] = hosts.enter_ipv4(view.block(at[ipv4] + 24, 4))
    rows["flags"][ipv4] = 0
    rows["icmp_code"][ipv4] = view.u16(at[ipv4] + 6)  # ARP operation: 1 request, 2 reply


def endpoint(host: Ints, port: Ints) -> Ints:
    """One number for a host and a port; port -1 (none) is 0."""
    return (host.astype(np.int64) << 16) | np.maximum(port, 0)


def _own_flow(rows: NDArray[np.void], t: Transport) -> None:
    with_ports = t.readable & np.isin(rows["protocol"], (TCP, UDP))
    rows["flow_protocol"] = rows["protocol"]
    rows["flow_source"] = endpoint(rows["source"], np.where(with_ports, rows["sport"], 0))
    rows["flow_target"] = endpoint(rows["target"], np.where(with_ports, rows["dport"], 0))
    # A TCP or UDP packet without readable ports belongs to no connection, unless it is a later fragment of
    # one.
    lost = np.isin(rows["protocol"], (TCP, UDP)) & ~t.readable
    nothing = (rows["source"] < 0) | (rows["target"] < 0)
    rows["flow_protocol"][lost | nothing] = -1


def _quoted_flow(
    view: View, rows: NDArray[np.void], net: Network, t: Transport, end: Ints, hosts: Hosts
) -> None:
    """Give ICMP errors the flow of the packet that they quote."""
    some = np.flatnonzero(t.quotes)
    if not len(some):
        return
    at = net.at[some] + 8
    version = view.u8(at) >> 4
    inner = Layer(at, np.where(version == 4, ET_IPV4, ET_IPV6), np.full(len(at), -1), np.full(len(at), -1))
    # Routers quote only the first bytes (RFC 792: 8 behind the header), so its length field says more than
    # is here.
    quoted = network.decode(view, inner, end[some], end[some])
    good = np.isin(quoted.protocol, (TCP, UDP)) & (quoted.fragment == 0) & (quoted.at + 8 <= quoted.end)
    some, at, protocol = some[good], quoted.at[good], quoted.protocol[good]
    source = hosts.enter(quoted.version[good], quoted.source[good])
    target = hosts.enter(quoted.version[good], quoted.target[good])
    rows["flow_protocol"][some] = protocol
    rows["flow_source"][some] = endpoint(source, view.u16(at))
    rows["flow_target"][some] = endpoint(target, view.u16(at + 2))
    rows["quoted_seq"][some] = np.where(protocol == TCP, view.u32(at + 4), -1)
