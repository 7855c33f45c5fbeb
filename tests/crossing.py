"""Packets that cross two capture points, each with a clock of its own: captures of one event, with the truth.

``here`` stands at the client, ``there`` at the server, some routers between.
"""

import struct
from dataclasses import dataclass, field, replace

from packets.columns import ACK, FIN, PSH, SYN
from tests.packets.formats import build

MS = 1_000_000  # ns
SECOND = 1000 * MS
START = 1_790_000_000 * SECOND
NANOSECONDS = 0xA1B23C4D
CLIENT, SERVER = 0x0A000115, 0xCB007150
SYN_OPTIONS = {"mss": 1460, "wscale": 7, "sack": True}


@dataclass(frozen=True)
class Packet:
    """One packet on the wire, with what a device may change; sequence numbers as in the header."""

    up: bool  # from the client
    flags: int = ACK
    seq: int = 0
    ack: int = 0
    length: int = 0
    stamps: tuple[int, int] | None = None
    ip_id: int = 0
    ttl: int = 64
    window: int = 501
    client: tuple[int, int] = (CLIENT, 41_812)
    server: tuple[int, int] = (SERVER, 443)
    options: bytes = b""
    protocol: int = 6

    def bytes(self) -> bytes:
        ends = (self.client, self.server) if self.up else (self.server, self.client)
        (source, sport), (target, dport) = ends
        if self.protocol == 17:
            body = struct.pack(">HHHH", sport, dport, 8 + self.length, 0)
        else:
            options = self.options
            if self.stamps:
                options += struct.pack(">BBBBII", 1, 1, 8, 10, *(n & 0xFFFFFFFF for n in self.stamps))
            offset = (20 + len(options)) // 4 << 12
            ack = self.ack if self.flags & ACK else 0
            numbers = (self.seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, offset | self.flags, self.window, 0, 0)
            body = struct.pack(">HHIIHHHH", sport, dport, *numbers) + options
        body += bytes(self.length)
        head = (0x45, 0, 20 + len(body), self.ip_id, 0x4000, self.ttl, self.protocol, 0, source, target)
        cards = (b"\2\0\0\0\0\1", b"\2\0\0\0\0\2") if self.up else (b"\2\0\0\0\0\2", b"\2\0\0\0\0\1")
        return cards[1] + cards[0] + b"\x08\0" + struct.pack(">BBHHHBBHII", *head) + body


def syn_options(mss=1460, wscale=7, *, sack=True) -> bytes:
    options = struct.pack(">BBH", 2, 4, mss) + (b"\4\2" if sack else b"\1\1")
    return options + (struct.pack(">BBBB", 3, 3, wscale, 1) if wscale is not None else b"\1\1\1\1") + b"\1\1"


@dataclass
class Crossing:
    """What both points saw. ``offset_ns`` and ``drift``: the clock of there against that of here."""

    offset_ns: int = 0
    drift: float = 0.0
    routers: int = 2
    way_ns: int = 5 * MS
    here: list[tuple[int, bytes]] = field(default_factory=list)
    there: list[tuple[int, bytes]] = field(default_factory=list)

    def cross(self, at, packet, *, way=None, lost=False, made=False, missed=False, change=None):
        """A packet passes the first point ``at`` ns after the start, and the second one ``way`` later.

        ``lost``: it does not; ``made``: only the second point sees it; ``missed``: the second point's
        capture drops it; ``change``: fields that a device rewrites between.
        """
        way = self.way_ns if way is None else way
        first = packet
        second = replace(packet, **(change or {}))
        if not (change and "ttl" in change):
            second = replace(second, ttl=packet.ttl - self.routers)
        points = (self.here, self.there) if packet.up else (self.there, self.here)
        if not made:
            points[0].append((START + at, first.bytes()))
        if not lost and not missed:
            points[1].append((START + at + way, second.bytes()))

    def clock(self, time):
        return time + self.offset_ns + round((time - START) * self.drift)

    def write(self, folder):
        """Both captures as files, and the frame numbers of packets by their bytes and times."""
        paths = folder / "here.pcap", folder / "there.pcap"
        for frames in (self.here, self.there):
            frames.sort(key=lambda frame: frame[0])
        there = [(self.clock(time), frame) for time, frame in self.there]
        for path, frames in zip(paths, (self.here, there), strict=True):
            path.write_bytes(build.pcap(frames, magic=NANOSECONDS, tick=1))
        return paths


@dataclass
class Talk:
    """A connection that is spoken over a crossing, packet by packet; IP IDs and timestamps go on."""

    crossing: Crossing
    stamps: bool = True
    ids: bool = True
    isn: tuple[int, int] = (1_000_000, 4_294_967_000)
    ends: dict = field(default_factory=dict)
    sent: list[int] = field(default_factory=lambda: [0, 0])  # bytes, SYN and FIN included
    numbers: list[int] = field(default_factory=lambda: [700, 52_000])

    def say(self, at, up, flags=ACK, length=0, *, again=None, options=b"", ack=None, **cross):
        """A segment; ``again``: its relative number, if it was sent before. Returns its number."""
        side = 0 if up else 1
        seq = self.sent[side] if again is None else again
        if again is None:
            self.sent[side] += length + (flags & SYN > 0) + (flags & FIN > 0)
        self.numbers[side] += 1
        tick = (START + at) // MS
        packet = Packet(
            up, flags, self.isn[side] + seq,
            self.isn[1 - side] + (self.sent[1 - side] if ack is None else ack), length,
            (tick + side * 77_777, tick - 3) if self.stamps else None,
            self.numbers[side] & 0xFFFF if self.ids else 0, options=options, **self.ends,
        )  # fmt: skip
        self.crossing.cross(at, packet, **cross)
        return seq

    def shake(self, at, **cross):
        """SYN, SYN-ACK, ACK, each after the one before has arrived."""
        way = self.crossing.way_ns
        self.say(at, True, SYN, options=syn_options(), **cross)
        self.say(at + way, False, SYN | ACK, options=syn_options(), **cross)
        self.say(at + 2 * way, True, **cross)

    def exchange(self, at, length=300, **cross):
        """A question, and its answer."""
        way = self.crossing.way_ns
        self.say(at, True, PSH | ACK, length, **cross)
        self.say(at + way + MS, False, PSH | ACK, 2 * length, **cross)
        self.say(at + 2 * way + 2 * MS, True, **cross)

    def close(self, at):
        way = self.crossing.way_ns
        self.say(at, True, FIN | ACK)
        self.say(at + way + MS, False, FIN | ACK)
        self.say(at + 2 * way + 2 * MS, True)
