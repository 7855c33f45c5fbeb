"""What a packet means, whichever ports, sequence numbers and times a run happened to choose."""

from collections.abc import Mapping
from typing import NamedTuple

from experiments.comparison.seen import Seen, endpoint, seen
from packets.capture import Capture
from packets.columns import ICMPV6, NOT_IP

EPHEMERAL = 32_768  # ports from here on are chosen by Linux (ip_local_port_range)
LONGEST = 2_000  # packets of a capture that are compared
LOOKED_AT = 5 * LONGEST  # frames among which they are searched
# Multicast listeners and neighbour discovery (RFC 2710, 3810, 4861): what ARP is for IPv4.
NEIGHBOURS = {*range(130, 138), 143}


class Meaning(NamedTuple):
    """Two packets that mean the same are equal in this."""

    sender: str  # names of hosts, or addresses of nobody
    receiver: str
    ports: tuple[int, int]  # the server's where it is fixed; 0: any
    protocol: int
    name: str
    seq: int
    length: int

    def __str__(self) -> str:
        ends = " → ".join(map(endpoint, (self.sender, self.receiver), self.ports))
        seq = f" seq {self.seq}" if self.seq >= 0 else ""
        return f"{self.name} {ends}{seq}" + (f" len {self.length}" if self.length else "")


def settled(port: int) -> int:
    """The port where somebody chose it; 0 for one that the system gave."""
    return port if port < EPHEMERAL else 0


def meaning(packet: Seen, names: Mapping[str, str]) -> Meaning:
    """The meaning of a packet; ``names``: the host of each address."""
    service = settled(packet.service)
    ports = [service if port == packet.service else 0 for port in packet.ports]
    sender, receiver = (names.get(address, address) for address in (packet.sender, packet.receiver))
    what = (packet.protocol, packet.name, packet.seq, packet.length)
    return Meaning(sender, receiver, (ports[0], ports[1]), *what)


def conversation(capture: Capture) -> list[Seen]:
    """The first packets of a capture, without those by which neighbours look for each other."""
    packets: list[Seen] = []
    for number in range(1, min(capture.packet_count, LOOKED_AT) + 1):
        row = capture.frame(number)
        neighbour = row["protocol"] == ICMPV6 and int(row["icmp_type"]) in NEIGHBOURS
        if row["protocol"] != NOT_IP and not neighbour:
            packets.append(seen(capture, row))
        if len(packets) == LONGEST:
            break
    return packets
