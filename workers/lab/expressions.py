"""A filter of packets in the language of pcap-filter(7), for both families of IP: there, offsets into TCP
exist for IPv4 alone, and so IPv6 is said by offsets into its own fixed header (no extension headers in the
lab).
"""

from experiments.declaration.filters import Filter

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10  # RFC 9293, section 3.1
FLAGS = {
    "syn": (SYN | ACK, SYN),
    "syn-ack": (SYN | ACK, SYN | ACK),
    "fin": (FIN, FIN),
    "rst": (RST, RST),
    "psh": (PSH, PSH),
}
TCP4 = "(ip[2:2] - ((ip[0] & 0xf) << 2) - ((tcp[12] & 0xf0) >> 2))"  # bytes of payload
TCP6 = "(ip6[4:2] - ((ip6[52] & 0xf0) >> 2))"
SIMPLE = {"tcp": "tcp", "udp": "udp", "icmp": "(icmp or icmp6)", "arp": "arp"}


def expression(wanted: Filter, owned: dict[str, tuple[str, ...]]) -> str:
    """All of the filter, as one expression; ``owned`` holds the addresses of each host."""
    parts = [word(each) for each in sorted(wanted.words)]
    parts += [side("src", owned[wanted.sender])] if wanted.sender else []
    parts += [side("dst", owned[wanted.receiver])] if wanted.receiver else []
    parts += [f"port {wanted.port}"] if wanted.port else []
    return " and ".join(parts) or "greater 0"


def word(name: str) -> str:
    """One word of experiments/declaration/filters.py."""
    if name in SIMPLE:
        return SIMPLE[name]
    if name in FLAGS:
        return flags(*FLAGS[name])
    if name == "data":
        return f"({payload('!= 0')} or (udp and (ip[2:2] > 28 or ip6[4:2] > 8)))"
    if name == "empty":
        return payload("= 0")
    if name == "ack":
        return f"({flags(SYN | FIN | RST | ACK, ACK)} and {payload('= 0')})"
    raise ValueError(f"no fault can match '{name}'")


def flags(mask: int, value: int) -> str:
    """These bits of TCP's flags are so."""
    return both(f"tcp[13] & {mask:#x} = {value:#x}", f"ip6[53] & {mask:#x} = {value:#x}")


def payload(comparison: str) -> str:
    """TCP's bytes of payload compare so."""
    return both(f"{TCP4} {comparison}", f"{TCP6} {comparison}")


def both(four: str, six: str) -> str:
    """TCP over either family."""
    return f"((ip proto 6 and {four}) or (ip6 proto 6 and {six}))"


def side(which: str, addresses: tuple[str, ...]) -> str:
    """One of a host's addresses."""
    return "(" + " or ".join(f"{which} host {address}" for address in addresses) + ")"
