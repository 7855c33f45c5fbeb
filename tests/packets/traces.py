"""TCP traces made by chance: whole captures from one random number, for tests that compare two readers.

``polite``: what two ends and a lossy path could really do. Otherwise also what only an attacker sends, with
bytes of the headers changed.
"""

import random
import struct
from dataclasses import dataclass, field

import dpkt

from packets.columns import ACK, FIN, PSH, RST, SYN
from tests.packets.formats import build

MS = 1_000_000  # ns
SIZES = (1, 2, 10, 100, 536, 1400, 1448)
SCALE = 7
POLITE = {
    "data": 12,
    "lost": 2,
    "again": 3,
    "ack": 9,
    "same": 3,
    "zero": 1,
    "open": 1,
    "keepalive": 1,
    "probe": 1,
}
RUDE = {"beyond": 2, "backwards": 1, "far": 1, "syn": 1, "anew": 1, "fin": 1, "rst": 1, "strange": 1}
Segment = tuple[int, int, int, int, int, int, bytes]  # side, flags, seq, ack, payload, window, options


@dataclass
class Talk:
    """The two ends of a connection while they speak; numbers are relative, index 0 is the client."""

    chance: random.Random
    next: list[int] = field(default_factory=lambda: [1, 1])
    acked: list[int] = field(default_factory=lambda: [1, 1])  # by the other end
    window: list[int] = field(default_factory=lambda: [500, 500])
    fresh: list[bool] = field(default_factory=lambda: [False, False])  # its last data is in the capture
    waits: list[bool] = field(default_factory=lambda: [False, False])  # its probe's byte was not taken
    said: list[Segment] = field(default_factory=list)

    def say(self, side, flags, seq, length=0, ack=None, options=b""):
        ack = self.acked[1 - side] if ack is None else ack
        self.said.append((side, flags, seq, ack, length, self.window[side], options))

    def shake(self):
        both = b"\x02\x04\x05\xb4\x04\x02\x01\x03\x03" + bytes([SCALE]) + b"\0\0"
        self.said.append((0, SYN, 0, 0, 0, 60_000, both))
        self.said.append((1, SYN | ACK, 0, 1, 0, 60_000, both))
        self.say(0, ACK, 1)
        self.fresh = [True, True]

    def turn(self, kind):
        """One event of a kind, by a side that chance picks."""
        getattr(self, f"_{kind}")(0 if self.chance.random() < 0.6 else 1)

    def _data(self, side):
        size = self.chance.choice(SIZES)
        self.say(side, ACK | PSH, self.next[side], size)
        self.next[side] += size
        self.fresh[side], self.waits[side] = True, False

    def _lost(self, side):
        self.next[side] += self.chance.choice(SIZES)
        self.fresh[side] = False

    def _again(self, side):
        """Bytes from before, cut anywhere."""
        first, behind = max(self.acked[side] - 20, 1), self.next[side]
        if behind > first:
            seq = self.chance.randrange(first, behind)
            self.say(
                side, ACK, seq, min(self.chance.choice(SIZES), behind - seq + self.chance.choice((0, 0, 5)))
            )

    def _ack(self, side):
        other = 1 - side
        self.acked[other] = self.chance.choice(
            (self.next[other], self.chance.randint(self.acked[other], self.next[other]))
        )
        self.say(side, ACK, self.next[side])

    def _same(self, side):
        """A duplicate acknowledgement, with a SACK block of what came, or a D-SACK."""
        ack = self.acked[1 - side]
        left = max(ack + self.chance.choice((-10, -1, 0, 100, 1448)), 0)
        edges = [edge % 2**32 for edge in (left, left + self.chance.choice((1, 10, 1448)))]
        block = struct.pack(">BBBBII", 1, 1, 5, 10, *edges)
        self.say(side, ACK, self.next[side], options=block if self.chance.random() < 0.6 else b"")

    def _zero(self, side):
        self.window[side] = 0
        self.say(side, ACK, self.next[side])

    def _open(self, side):
        self.window[side] = self.chance.choice((1, 500, 501, 60_000))
        self.say(side, ACK, self.next[side])

    def _keepalive(self, side):
        if not self.fresh[side]:  # it comes when nothing is outstanding
            return
        self.say(side, ACK, self.next[side] - 1, self.chance.choice((0, 0, 1)))
        if self.chance.random() < 0.6:
            self.acked[side] = self.next[side]
            self.say(1 - side, ACK, self.next[1 - side])

    def _probe(self, side):
        if self.fresh[side]:
            self.say(side, ACK, self.next[side], 1)
            self.waits[side] = True

    def _beyond(self, side):
        self.say(side, ACK, self.next[side], ack=self.next[1 - side] + self.chance.choice((1, 100, 2**30)))

    def _backwards(self, side):
        self.say(
            side, ACK, self.next[side] - self.chance.choice((1000, 2**20, 2**31)), self.chance.choice(SIZES)
        )

    def _far(self, side):
        self.next[side] += self.chance.choice((2**16, 2**30, 2**31 - 1))

    def _syn(self, side):
        self.say(
            side, self.chance.choice((SYN, SYN | ACK, SYN | FIN)), self.chance.choice((0, self.next[side]))
        )

    def _anew(self, side):
        """The same ports, another number (in the middle of it, if chance wants)."""
        self.say(side, SYN, self.next[side] + self.chance.randrange(1, 2**32))

    def _fin(self, side):
        self.say(side, FIN | ACK, self.next[side], self.chance.choice((0, 0, 10)))
        self.next[side] += 1

    def _rst(self, side):
        self.say(side, RST | self.chance.choice((0, ACK)), self.next[side], self.chance.choice((0, 0, 30)))

    def _strange(self, side):
        seq, ack = self.chance.randrange(2**32), self.chance.randrange(2**32)
        options = self.chance.randbytes(4 * self.chance.randrange(11))
        self.say(side, self.chance.randrange(512), seq, ack=ack, options=options)

    def end(self):
        """Both close; each is acknowledged."""
        for side in (0, 1):
            if self.waits[side]:
                self._data(side)
            self.acked[1 - side] = self.next[1 - side]
            self.say(side, FIN | ACK, self.next[side])
            self.next[side] += 1
        self.acked = list(self.next)
        self.say(0, ACK, self.next[0])


def talk(chance, polite):
    """The segments of one connection."""
    one = Talk(chance)
    if chance.random() < 0.8:
        one.shake()
    weights = POLITE if polite else POLITE | RUDE
    for kind in chance.choices(list(weights), list(weights.values()), k=chance.randrange(3, 60)):
        one.turn(kind)
    if chance.random() < 0.5:
        one.end()
    return one.said


@dataclass
class Ends:
    """Between whom, over what, with which first numbers."""

    chance: random.Random
    version: int
    ports: tuple[int, int]
    vlan: int
    isn: list[int]
    number: list[int] = field(default_factory=lambda: [1, 30_000])  # IP ID

    def packets(self, segment):
        """The segment as IP packets: one, or fragments."""
        side, flags, seq, ack, length, window, options = segment
        data = dpkt.tcp.TCP(
            sport=self.ports[side], dport=self.ports[1 - side], seq=(seq + self.isn[side]) % 2**32,
            ack=(ack + self.isn[1 - side]) % 2**32 if flags & ACK else 0, flags=flags, win=window,
            opts=self._absolute(options, self.isn[1 - side]), data=b"x" * length,
        )  # fmt: skip
        data.off = 5 + len(data.opts) // 4
        self.number[side] += 1
        if self.version == 6:
            here, there = (bytes.fromhex("20010db8") + bytes(11) + bytes([n + 1]) for n in (side, 1 - side))
            return [
                bytes(dpkt.ip6.IP6(src=here, dst=there, nxt=6, hlim=64 - side, data=data, plen=len(data)))
            ]
        here, there, number = (
            bytes([10, 0, 0, 1 + side]),
            bytes([10, 0, 0, 2 - side]),
            self.number[side] & 0xFFFF,
        )
        whole = dpkt.ip.IP(src=here, dst=there, p=6, ttl=64 - side, id=number, data=data)
        whole.len = len(whole)
        return [bytes(whole)]

    def _absolute(self, options, base):
        """SACK blocks are written relative: move them."""
        if len(options) != 12 or options[:4] != b"\x01\x01\x05\x0a":
            return options
        edges = [(edge + base) % 2**32 for edge in struct.unpack(">II", options[4:])]
        return options[:4] + struct.pack(">II", *edges)

    def frame(self, packet):
        kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
        tag = struct.pack(">HH", 0x8100, self.vlan) if self.vlan else b""
        return bytes(6) + bytes([2, 0, 0, 0, 0, 9]) + tag + struct.pack(">H", kind) + packet


def fragments(packet):
    """An IPv4 packet as two fragments, where it has a payload to cut."""
    if packet[0] >> 4 != 4 or len(packet) < 80:
        return [packet]
    pieces = []
    for place, more, piece in ((0, 0x2000, packet[20:60]), (5, 0, packet[60:])):
        head = (
            packet[:2]
            + struct.pack(">H", 20 + len(piece))
            + packet[4:6]
            + struct.pack(">H", more | place)
            + packet[8:20]
        )
        pieces.append(head + piece)
    return pieces


def complaint(chance, packet):
    """An ICMP error that quotes the packet."""
    if packet[0] >> 4 != 4:
        return packet
    body = (
        struct.pack(">BBHHH", chance.choice((3, 11)), chance.choice((0, 1, 3, 4)), 0, 0, 1300) + packet[:28]
    )
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), chance.randrange(9), 0, 63, 1, 0)
    return head + bytes([10, 0, 0, 9]) + packet[12:16] + body


def frames(chance, polite=False):
    """(nanoseconds, bytes) of all frames of a capture."""
    flows, time = [], build.START
    for _ in range(chance.randrange(1, 4)):
        isn = [
            chance.choice((1000, 2**32 - chance.randrange(1, 9000), chance.randrange(2**32))) for _ in (0, 1)
        ]
        version, vlan = chance.choice((4, 4, 6)), chance.choice((0, 0, 42))
        flows.append((Ends(chance, version, (40_000 + len(flows), 443), vlan, isn), talk(chance, polite)))
        if not polite and chance.random() < 0.3:  # the ports again
            flows.append((flows[-1][0], talk(chance, polite)))
    found = []
    while any(said for _, said in flows):
        ends, said = chance.choice([flow for flow in flows if flow[1]])
        time += (
            chance.choice((1000, 50_000, MS, 20 * MS, 300 * MS)) if polite or chance.random() < 0.97 else -MS
        )
        found += [(time, frame) for frame in _on_the_wire(chance, ends, said.pop(0), polite)]
    return (
        found if polite else [(time, _damaged(chance, frame)) for time, frame in _disordered(chance, found)]
    )


def _on_the_wire(chance, ends, segment, polite):
    packets = ends.packets(segment)
    luck = chance.random()
    if luck < 0.03 and not polite:
        packets += [complaint(chance, packets[0])]
    elif luck < 0.06 and not polite:
        packets = fragments(packets[0])
    elif luck < 0.1 and not polite:
        packets *= 2
    return [ends.frame(packet) for packet in packets]


def _disordered(chance, found):
    for at in range(len(found) - 1):
        if chance.random() < 0.05:
            (one, first), (other, second) = found[at : at + 2]
            found[at : at + 2] = [(one, second), (other, first)]
    return found


def _damaged(chance, frame):
    luck = chance.random()
    if luck < 0.05:
        return frame[: chance.randrange(len(frame) + 1)]
    if luck < 0.15:
        at = chance.randrange(min(len(frame), 80))
        return frame[:at] + chance.randbytes(1) + frame[at + 1 :]
    return frame


def capture(chance, polite=False):
    """The bytes of a capture file."""
    found = frames(chance, polite)
    return build.pcap(found) if chance.random() < 0.8 else build.pcapng(found)
