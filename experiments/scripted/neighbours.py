"""Lines by which neighbours look for each other: ARP (RFC 826), and for IPv6 its successor (RFC 4861).

``who-has`` asks for the target's hardware address, ``is-at`` answers. ``as HOST`` asks in another name: a
host with the address 0.0.0.0 makes it a probe (RFC 5227). A host that asks for itself announces itself.
"""

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.scripted import wire
from experiments.scripted.declaration import Host
from experiments.scripted.lines import Line
from experiments.scripted.mistakes import SceneError
from experiments.scripted.stage import envelope

if TYPE_CHECKING:
    from experiments.scripted.stage import Stage

KINDS = ("who-has", "is-at")
REQUEST, REPLY = 1, 2
SOLICITATION, ADVERTISEMENT = 135, 136
UNROUTED = 255  # RFC 4861 section 7.1: what has crossed a router is not believed
BROADCAST = b"\xff" * 6
_SOLICITED = 0x60000000  # flags of an advertisement: solicited, override


def packet(stage: "Stage", line: Line, card: bytes) -> bytes:
    """The ARP packet, or the ICMPv6 message in its IPv6 packet; ``card``: hardware address of the sender."""
    sender, target = stage.host(line.source.host, line.row), stage.host(line.target.host, line.row)
    claimed = stage.host(line.claims, line.row) if line.claims else sender
    if claimed.address.version != target.address.version:
        raise SceneError(
            f"'{claimed.name}' and '{target.name}' do not speak the same version of IP", line.row
        )
    make = _arp if target.address.version == 4 else _discovery
    return make(line, claimed, target, card)


def _arp(line: Line, sender: Host, target: Host, card: bytes) -> bytes:
    asks = line.kind == "who-has"
    head = struct.pack("!HHBBH", 1, wire.ETHERTYPE[4], 6, 4, REQUEST if asks else REPLY)
    theirs = bytes(6) if asks else receiver(line, target, BROADCAST)
    return head + card + sender.address.packed + theirs + target.address.packed


def _discovery(line: Line, sender: Host, target: Host, card: bytes) -> bytes:
    asks = line.kind == "who-has"
    group = wire.solicited_group(target.address)
    header = replace(
        envelope(line, sender, sender, target, wire.ICMPV6, 0),
        target=group if asks else target.address,
        ttl=UNROUTED,
    )
    about = target if asks else sender
    option = bytes([1 if asks else 2, 1]) + card
    rest = struct.pack("!I", 0 if asks else _SOLICITED)
    kind = SOLICITATION if asks else ADVERTISEMENT
    return header.packet(wire.icmp_message(header, kind, 0, rest, about.address.packed + option))


def receiver(line: Line, target: Host, card: bytes) -> bytes:
    """Hardware address to which the frame goes: all of the link for a question, else ``card``."""
    if line.kind != "who-has":
        return card
    return BROADCAST if target.address.version == 4 else b"\x33\x33\xff" + target.address.packed[-3:]
