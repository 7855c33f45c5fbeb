"""One end of a TCP connection: the numbers a Linux stack would write into its next segment.

Measured on Linux 6.1 and 6.18: the IP ID counts up per connection from a random start, but is 0 on a SYN,ACK
and on every RST that the kernel sends without a socket; an application's abort is sent by the socket and
continues IP ID, window and timestamps.
"""

import struct
from dataclasses import dataclass, field, replace

from experiments.scripted.lines import ACK, FIN, RST, SYN

TIMESTAMP_HZ = 1000  # Linux counts TSval in milliseconds
OPTION_PADDING = b"\x01\x01"  # two NOPs align the options that follow the handshake
FILLER = b"the quick brown fox jumps over the lazy dog. "


@dataclass(frozen=True)
class Segment:
    """One TCP segment; sequence numbers absolute and unwrapped."""

    flags: int
    seq: int
    ack: int
    window: int
    payload: bytes = b""
    ip_id: int = 0
    tsval: int | None = None
    tsecr: int = 0
    offers: dict[str, int] = field(default_factory=dict)  # options of a SYN: mss, wscale, sack, ts
    blocks: tuple[tuple[int, int], ...] = ()  # SACK

    @property
    def end(self) -> int:
        """The sequence number after this segment; SYN and FIN count one each."""
        return self.seq + len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)

    def option_bytes(self) -> bytes:
        """The options in Linux's order, padded to four bytes."""
        stamp = (
            b"" if self.tsval is None else struct.pack("!BBII", 8, 10, self.tsval % 2**32, self.tsecr % 2**32)
        )
        if self.flags & SYN:
            return self._handshake_options(stamp)
        sacked = b"".join(struct.pack("!II", start % 2**32, end % 2**32) for start, end in self.blocks)
        sack = OPTION_PADDING + bytes([5, 2 + len(sacked)]) + sacked if sacked else b""
        return (OPTION_PADDING + stamp if stamp else b"") + sack

    def _handshake_options(self, stamp: bytes) -> bytes:
        mss = struct.pack("!BBH", 2, 4, self.offers["mss"]) if "mss" in self.offers else b""
        sack = b"\x04\x02" if "sack" in self.offers else b""
        if len(sack + stamp) % 4:
            sack = OPTION_PADDING + sack if sack else b""
            stamp = OPTION_PADDING + stamp if stamp and not sack else stamp
        scale = struct.pack("!BBBB", 1, 3, 3, self.offers["wscale"]) if "wscale" in self.offers else b""
        return mss + sack + stamp + scale


@dataclass
class Endpoint:
    """What one side knows. ``None`` for a number that it has not learnt yet."""

    isn: int
    ip_id: int
    clock: int  # TSval at the scene's start
    offers: dict[str, int]
    syn_window: int
    opened: bool = False
    next_seq: int = 0  # SND.NXT
    unacked: int = 0  # SND.UNA
    expected: int | None = None  # RCV.NXT
    last_ack: int = 0  # the acknowledgement number sent last
    # How TS.Recent (RFC 7323) became what it is: end of the segment, its TSval
    echoes: list[tuple[int, int]] = field(default_factory=lambda: [(0, 0)])
    window: int = 0  # the field, scaled
    asked: dict[str, int] = field(default_factory=dict)  # options of the other side's SYN
    agreed: dict[str, int] = field(default_factory=dict)  # options both sides offered
    stream: bytearray = field(default_factory=bytearray)  # all bytes sent so far
    early: list[tuple[int, int]] = field(default_factory=list)  # ranges received ahead of a hole

    def __post_init__(self) -> None:
        self.next_seq = self.unacked = self.isn

    def segment(
        self, flags: int, payload: bytes, time_ns: int, *, seq: int | None = None, ids: int = 1
    ) -> Segment:
        """The next segment; ``seq`` (absolute) sends from another place, ``ids`` IP IDs are used up."""
        opening = bool(flags & SYN)
        start = self.next_seq if seq is None else seq
        stamped = "ts" in (self.agreed if self.asked else self.offers if opening else {})
        made = Segment(
            flags,
            start,
            (self.expected or 0) if flags & ACK else 0,
            self.syn_window if opening else self.window,
            payload,
            self._take_ids(flags, ids),
            self.clock + time_ns * TIMESTAMP_HZ // 10**9 if stamped else None,
            self.echoes[-1][1] if flags & ACK else 0,
            self._offered() if opening else {},
            tuple(self.early[:3]) if flags & ACK and "sack" in self.agreed else (),
        )
        self._sent(made)
        return made

    def acknowledging(self, made: Segment, ack: int) -> Segment:
        """The same segment as it was sent before the bytes from ``ack`` on had arrived."""
        self.last_ack = ack
        echo = next((tsval for end, tsval in reversed(self.echoes) if end <= ack), made.tsecr)
        return replace(made, ack=ack, tsecr=echo)

    def data(self, start: int, length: int, text: bytes | None) -> bytes:
        """``length`` bytes of the stream from ``start`` (absolute); new ones are ``text``, then filler."""
        offset = start - self.isn - 1
        if offset < 0:  # the one byte of an old keepalive before any data; Windows sends a zero
            return bytes(length)
        wanted = offset + length - len(self.stream)
        if wanted > 0:
            fresh = (text or b"")[: max(wanted, 0)]
            filler = (FILLER * (wanted // len(FILLER) + 1))[: wanted - len(fresh)]
            self.stream += fresh + filler
        return bytes(self.stream[offset : offset + length])

    def receive(self, arrived: Segment) -> None:
        """Take note of a segment of the other side."""
        if arrived.flags & RST:
            return
        if arrived.flags & SYN and self.expected is None:
            self._agree(arrived)
        current = self.expected is not None and arrived.seq <= self.last_ack <= arrived.end
        if arrived.tsval is not None and (arrived.flags & SYN or current):
            self.echoes.append((arrived.end, arrived.tsval))
        if arrived.flags & ACK:
            self.unacked = max(self.unacked, arrived.ack)
        self._take(arrived)

    def _agree(self, arrived: Segment) -> None:
        self.expected = self.last_ack = arrived.end
        self.asked = arrived.offers
        self.settle()

    def settle(self) -> None:
        """Work out what both SYNs allow: the common options, and the window field in this side's scale."""
        if not self.asked:
            return
        self.agreed = {name: value for name, value in self.offers.items() if name in self.asked}
        if "mss" in self.agreed:
            self.agreed["mss"] = min(self.offers["mss"], self.asked["mss"])
        self.window = -(-self.syn_window >> self.agreed.get("wscale", 0))

    def _take(self, arrived: Segment) -> None:
        if self.expected is None or arrived.end <= self.expected:
            return
        waiting = sorted([*self.early, (arrived.seq, arrived.end)])
        self.early = []
        for start, end in waiting:
            if start <= self.expected:
                self.expected = max(self.expected, end)
            else:
                self.early.append((start, end))

    def _offered(self) -> dict[str, int]:
        return {name: self.offers[name] for name in (self.agreed if self.asked else self.offers)}

    def _take_ids(self, flags: int, count: int) -> int:
        if flags & SYN and flags & ACK:
            return 0
        taken, self.ip_id = self.ip_id, (self.ip_id + count) % 2**16
        return taken

    def _sent(self, made: Segment) -> None:
        self.opened = self.opened or bool(made.flags & SYN)
        self.next_seq = max(self.next_seq, made.end)
        if made.flags & ACK:
            self.last_ack = made.ack


def stateless_reset(answered: Segment) -> Segment:
    """The RST of a kernel that has no socket for ``answered`` (RFC 9293 section 3.5.2, group 1)."""
    if answered.flags & ACK:
        return Segment(RST, answered.ack, 0, 0)
    return Segment(RST | ACK, 0, answered.end, 0)
