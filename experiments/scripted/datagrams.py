"""Lines that are not TCP: UDP, ping and pong, and ICMP errors."""

import struct

from experiments.scripted import wire
from experiments.scripted.conversation import sides
from experiments.scripted.declaration import Host
from experiments.scripted.dns import message
from experiments.scripted.lines import Line
from experiments.scripted.mistakes import SceneError
from experiments.scripted.stage import Stage, envelope

PING_BYTES = 56
CONTROL = 0xC0  # Linux sends ICMP errors with this traffic class (CS6)
QUOTED = {4: 576 - 28, 6: 1280 - 48}  # RFC 1812 4.3.2.3, RFC 4443 2.4: an error fits into the smallest MTU

# name of an ICMP error: type and code for IPv4, the same for IPv6
ERRORS: dict[str, dict[int, tuple[int, int]]] = {
    "net-unreachable": {4: (3, 0), 6: (1, 0)},
    "host-unreachable": {4: (3, 1), 6: (1, 3)},
    "protocol-unreachable": {4: (3, 2)},
    "port-unreachable": {4: (3, 3), 6: (1, 4)},
    "frag-needed": {4: (3, 4), 6: (2, 0)},
    "net-prohibited": {4: (3, 9)},
    "host-prohibited": {4: (3, 10)},
    "admin-prohibited": {4: (3, 13), 6: (1, 1)},
    "ttl-exceeded": {4: (11, 0), 6: (3, 0)},
}


def _pair(stage: Stage, line: Line) -> tuple[Host, Host]:
    return stage.host(line.source.host, line.row), stage.host(line.target.host, line.row)


def udp(stage: Stage, line: Line) -> bytes:
    """The IP packet of a UDP line."""
    sender, target = _pair(stage, line)
    mine, other = sides(stage, line)
    header = envelope(line, sender, sender, target, wire.UDP, stage.count("udp", mine, other))
    return header.packet(wire.udp_datagram(header, (mine[1], other[1]), _payload(stage, line)))


def _payload(stage: Stage, line: Line) -> bytes:
    if line.dns:
        before = (earlier.dns for earlier, _, _ in reversed(stage.played) if earlier.dns)
        return message(line.dns, before, line.row)
    length = line.length if line.length is not None else len(line.text or b"")
    return ((line.text or b"") + b"datagram " * (length // 9 + 1))[:length]


def echo(stage: Stage, line: Line) -> bytes:
    """ping and pong; a pong answers the last ping of the other side."""
    sender, target = _pair(stage, line)
    asking = line.kind == "ping"
    asker, asked = (sender.name, target.name) if asking else (target.name, sender.name)
    subject = f"{asker} pings {asked}"
    sequence = stage.counters[subject] = stage.counters.get(subject, 0) + asking
    if not sequence:
        raise SceneError(f"'{asker}' has not sent a ping that '{asked}' could answer", line.row)
    old = sender.address.version == 4
    kind = (8 if asking else 0) if old else (128 if asking else 129)
    header = envelope(
        line,
        sender,
        sender,
        target,
        wire.ICMP if old else wire.ICMPV6,
        stage.count("ping", sender.name),
        dont_fragment=asking,
    )
    rest = struct.pack("!HH", stage.number(subject, below=2**16), sequence)
    length = PING_BYTES if line.length is None else line.length
    return header.packet(
        wire.icmp_message(header, kind, 0, rest, bytes(value % 256 for value in range(length)))
    )


def icmp_error(stage: Stage, line: Line) -> bytes:
    """The IP packet of an ICMP error, with the packet that it quotes.

    Raises:
        SceneError: for an unknown name, or when it does not say which packet it is about.
    """
    sender, target = _pair(stage, line)
    version = sender.address.version
    numbers = ERRORS.get(line.icmp or "", {}).get(version)
    if numbers is None:
        names = ", ".join(name for name, meanings in ERRORS.items() if version in meanings)
        raise SceneError(f"'{line.icmp}' is not an ICMP error of IPv{version}; there are {names}", line.row)
    if not line.about:
        raise SceneError("an ICMP error quotes a packet: say which with 'about N'", line.row)
    quoted = _as_it_arrived(stage, line.about, sender, line.row)[: QUOTED[version]]
    header = envelope(
        line,
        sender,
        sender,
        target,
        wire.ICMP if version == 4 else wire.ICMPV6,
        stage.count("error", sender.name),
        dont_fragment=False,
        traffic_class=CONTROL,
    )
    rest = struct.pack("!I", line.mtu or 0)
    return header.packet(wire.icmp_message(header, *numbers, rest, quoted))


def _as_it_arrived(stage: Stage, number: int, device: Host, row: int) -> bytes:
    """The packet as the device quotes it: a router has already lowered its TTL, the target has not."""
    about, packet, _ = stage.earlier(number, row)
    steps = device.hops - (about.target.host == device.name)
    return wire.with_ttl(packet, wire.ttl_of(packet) - max(steps, 0))
