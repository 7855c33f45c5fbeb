"""A packet of a capture as a sentence needs it: who sent it to whom, and what it is."""

from dataclasses import dataclass

import numpy as np

from drawing import labels
from experiments.comparison.words import seconds
from packets.capture import Capture
from packets.columns import ICMP, ICMPV6, NOT_IP, TCP, UDP
from packets.errors import Text

PORTS = 0xFFFF  # an endpoint is host << 16 | port


@dataclass(frozen=True)
class Seen:
    """One packet of a capture."""

    frame: int
    time_ns: int
    sender: str  # addresses; empty: none
    receiver: str
    ports: tuple[int, int]  # the sender's and the receiver's; 0: none
    service: int  # the server's port; 0: none
    protocol: int
    name: str  # "SYN", "FIN-ACK", "UDP", "ICMP 3/1", "ARP"
    seq: int  # relative; -1: none
    length: int

    def text(self, start_ns: int, digits: int = 3) -> Text:
        """ "SYN 10.0.1.1:40000 → 10.0.2.2:12345 seq 0 at 7.153 s"."""
        ends = " → ".join(map(endpoint, (self.sender, self.receiver), self.ports))
        seq = f" seq {self.seq}" if self.seq >= 0 else ""
        length = f" len {self.length}" if self.length else ""
        packet, at = f"{self.name} {ends}{seq}{length}", seconds(self.time_ns - start_ns, digits)
        return {"en": f"{packet} at {at}", "ja": f"{packet}（{at}）"}


def endpoint(address: str, port: int) -> str:
    """ "10.0.1.1:80", "[fd00::1]:80", or the address alone."""
    if not port:
        return address or "?"
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def seen(capture: Capture, row: np.void) -> Seen:
    """The packet of a row of the table of packets."""
    protocol = int(row["protocol"])
    service, ports = _ports(capture, row) if protocol in (TCP, UDP) else (0, (0, 0))
    return Seen(
        frame=int(row["frame"]),
        time_ns=int(row["time_ns"]),
        sender=_address(capture, int(row["source"])),
        receiver=_address(capture, int(row["target"])),
        ports=ports,
        service=service,
        protocol=protocol,
        name=_name(row),
        seq=int(row["seq"]) if protocol == TCP else -1,
        length=int(row["length"]),
    )


def _address(capture: Capture, host: int) -> str:
    return capture.addresses[host] if host >= 0 else ""


def _ports(capture: Capture, row: np.void) -> tuple[int, tuple[int, int]]:
    if row["connection"] < 0:
        return 0, (0, 0)
    record = capture.record(int(row["connection"]))
    client, server = (record.table[end][0].item() & PORTS for end in ("client", "server"))
    return server, (client, server) if row["from_client"] else (server, client)


def _name(row: np.void) -> str:
    protocol = int(row["protocol"])
    if protocol == TCP:
        return labels.flags(int(row["flags"]))
    if protocol in (ICMP, ICMPV6):
        return f"ICMP {row['icmp_type']}/{row['icmp_code']}"
    if protocol == NOT_IP:
        return "ARP" if row["connection"] >= 0 else "?"
    return "UDP" if protocol == UDP else f"IP {protocol}"
