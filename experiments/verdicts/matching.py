"""The packets of a capture that a filter means."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from experiments.artefacts import RunFolder
from experiments.declaration.filters import Filter
from packets.capture import Capture
from packets.columns import ACK, FIN, ICMP, ICMPV6, KEEPALIVE_SHAPED, NOT_IP, PSH, RST, SYN, TCP, UDP
from packets.kernel.network import ARP

Rows = NDArray[np.void]
Truths = NDArray[np.bool_]


def _flags(wanted: int, unwanted: int = 0) -> Callable[[Rows], Truths]:
    def holds(rows: Rows) -> Truths:
        return (rows["protocol"] == TCP) & ((rows["flags"] & (wanted | unwanted)) == wanted)

    return holds


def _protocol(*numbers: int) -> Callable[[Rows], Truths]:
    return lambda rows: np.isin(rows["protocol"], numbers)


WORDS: dict[str, Callable[[Rows], Truths]] = {
    "tcp": _protocol(TCP),
    "udp": _protocol(UDP),
    "icmp": _protocol(ICMP, ICMPV6),
    "syn": _flags(SYN, ACK),
    "syn-ack": _flags(SYN | ACK),
    "ack": lambda rows: _flags(ACK, SYN | FIN | RST)(rows) & (rows["length"] == 0),
    "fin": _flags(FIN),
    "rst": _flags(RST),
    "psh": _flags(PSH),
    "data": lambda rows: np.isin(rows["protocol"], (TCP, UDP)) & (rows["length"] > 0),
    "empty": lambda rows: (rows["protocol"] == TCP) & (rows["length"] == 0),
    "probe": lambda rows: (rows["protocol"] == TCP) & ((rows["marks"] & KEEPALIVE_SHAPED) != 0),
}


def matching(run: RunFolder, vantage: str, wanted: Filter) -> Rows:
    """The packets recorded at a vantage that match, in the order of their frames.

    Raises:
        Broken: when nothing was recorded there, or it cannot be read.
    """
    capture = run.capture(vantage)
    rows = capture.packets
    holds = np.ones(len(rows), np.bool_)
    for word in wanted.words:
        holds &= _arp(rows, capture) if word == "arp" else WORDS[word](rows)
    if wanted.port is not None:
        holds &= _port(rows, capture, wanted.port)
    for column, host in (("source", wanted.sender), ("target", wanted.receiver)):
        if host is not None:
            holds &= _host(rows[column], capture, run.manifest.hosts, host)
    found = rows[holds]
    return found[np.argsort(found["frame"], kind="stable")]


def _of_connection(rows: Rows, column: NDArray[np.int64], none: int) -> NDArray[np.int64]:
    """A column of the connections, for each packet; packets of no connection have ``none``."""
    return np.append(column, none)[rows["connection"]]  # the number -1, of none, is the last


def _arp(rows: Rows, capture: Capture) -> Truths:
    return (rows["protocol"] == NOT_IP) & (_of_connection(rows, capture.table["protocol"], -1) == ARP)


def _port(rows: Rows, capture: Capture, port: int) -> Truths:
    """Only of packets that have ports: an ICMP error counts to the connection that it quotes."""
    ends = [_of_connection(rows, capture.table[end] & 0xFFFF, -1) for end in ("client", "server")]
    has_ports = np.isin(rows["protocol"], (TCP, UDP))
    return has_ports & ((ends[0] == port) | (ends[1] == port))


def _host(
    column: NDArray[np.int32], capture: Capture, hosts: Mapping[str, tuple[str, ...]], name: str
) -> Truths:
    own = hosts.get(name, ())
    numbers = [number for number, address in enumerate(capture.addresses) if address in own]
    return np.isin(column, numbers)
