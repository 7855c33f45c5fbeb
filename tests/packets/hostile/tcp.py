"""TCP headers that lie, and connections that no host would make."""

import random
import struct
from functools import partial

from tests.packets.hostile.form import CANARY, BadInput, Read
from tests.packets.hostile.frames import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    TALK,
    answered,
    capture,
    ethernet,
    handshake,
    ipv4,
    sent,
    talk,
    tcp,
)

bad = partial(BadInput, "TCP")
NOP, MSS, WINDOW_SCALE, SACK, TIMESTAMPS = 1, 2, 3, 5, 8
DATA = CANARY.encode() * 10


def lying_offsets() -> bytes:
    """Every data offset, with and without the bytes that it claims."""
    short = [ethernet(ipv4(tcp(flags=SYN, offset=words))) for words in range(16)]
    return capture(short + [ethernet(ipv4(tcp(data=DATA, offset=words))) for words in range(16)])


def bad_options() -> bytes:
    """Lengths of 0, 1, beyond the header, and of known options that are too short; all kinds there are."""
    lies = [bytes((kind, length)) for kind in range(256) for length in (0, 1, 2, 3, 255)]
    return capture([sent(flags=SYN, options=lie) for lie in lies])


def option_length_zero() -> bytes:
    frames = handshake(options=bytes((MSS, 0, 5, 0xB4, TIMESTAMPS, 0)) + bytes(10))
    return capture(frames + talk(b"x", options=bytes((WINDOW_SCALE, 3, 255, NOP)))[3:])


def flag_sets() -> bytes:
    """All flags, from both sides, on one connection, and on one each."""
    inside = [side(1001, 5001, flags) for flags in range(256) for side in (sent, answered)]
    alone = [sent(1, 1, flags, ports=(20_000 + flags, 80)) for flags in range(256)]
    return capture(handshake() + inside + alone)


def sacks(*edges: int) -> bytes:
    return struct.pack(f">BB{len(edges)}I", SACK, 2 + 4 * len(edges), *(e % 2**32 for e in edges))


def nonsense_sacks() -> bytes:
    """Blocks of nothing, turned round, of everything, of bytes never sent, and half a block."""
    blocks = [sacks(5001, 5001), sacks(9000, 8000), sacks(0, 2**32 - 1), sacks(2**31, 2**31 + 1), sacks(5001)]
    return capture([*handshake(), *(sent(1001, 5001, options=block) for block in blocks), *TALK[3:]])


def wrapping() -> bytes:
    """Sequence numbers pass 2^32 inside the request and inside the answer."""
    return capture(talk(DATA, DATA, mine=2**32 - 50, theirs=2**32 - 2))


def jumping() -> bytes:
    """Sequence and acknowledgement jump by half the space, there and back."""
    jumps = [2**31 - 1, 2**31, 2**31 + 1, 0, 2**32 - 1, 1]
    frames = [side(1001 + jump, 5001 + jump, ACK, DATA) for jump in jumps for side in (sent, answered)]
    return capture(handshake() + frames * 3 + TALK[3:])


def syn_flood(count: int) -> bytes:
    """Each from another address."""
    return capture([sent(n, 0, SYN, client=struct.pack(">I", 0x0A000000 + n)) for n in range(count)])


def duplicate_acks(count: int) -> bytes:
    """While data is outstanding."""
    acks = [sent(1001, 5001)] * count
    return capture([*handshake(), answered(5001, 1001, PSH | ACK, DATA), *acks])


def in_reverse(count: int) -> bytes:
    """The last segment of a transfer first."""
    size = len(DATA)
    data = [answered(5001 + n * size, 1001, ACK, DATA) for n in range(count)]
    return capture([*handshake(), *reversed(data), sent(1001, 5001 + count * size)])


def scattered(count: int) -> bytes:
    """As many gaps as there are segments: every second one is missing, in no order."""
    places = list(range(0, 2 * count, 2))
    random.Random(5).shuffle(places)
    return capture([*handshake(), *(answered(5002 + n * 10, 1001, ACK, b"x" * 10) for n in places)])


def again(times: int) -> bytes:
    """The same four numbers, another connection each time."""
    return capture([f for n in range(times) for f in talk(b"x", b"y", mine=n * 100_003, theirs=n * 70_001)])


def syn_again(times: int) -> bytes:
    """Reset, and opened anew, at once."""
    one = [(n * 100_003 % 2**32, flags) for n in range(times) for flags in (SYN, RST)]
    return capture([sent(seq, 0, flags) for seq, flags in one])


def twice() -> bytes:
    return capture([frame for frame in TALK for _ in range(2)])


def closed_for_ever(count: int) -> bytes:
    """FINs and RSTs after the end."""
    return capture(TALK + [sent(1040 + n, 5100, FIN | ACK if n % 2 else RST) for n in range(count)])


INPUTS = [
    bad("data offset lies", lying_offsets, Read(32)),
    bad("option length 0", option_length_zero, Read(10)),
    bad("option length 0", bad_options, Read(1_280), "and all other lies"),
    bad("all 256 flag sets", flag_sets, Read(3 + 768)),
    bad("SACK nonsense", nonsense_sacks, Read(15, (), 1)),
    bad("sequence wrap", wrapping, Read(10, (), 1)),
    bad("2 GiB jump", jumping, Read(46)),
    bad("60,000 SYNs", lambda: syn_flood(60_000), Read(60_000, (), 60_000)),
    bad("50,000 duplicate ACKs", lambda: duplicate_acks(50_000), Read(50_004, (), 1)),
    bad("5,000 segments in reverse", lambda: in_reverse(5_000), Read(5_004, (), 1)),
    bad("5,000 segments in reverse", lambda: scattered(20_000), Read(20_003, (), 1), "20,000 gaps"),
    bad("one 4-tuple 500 times", lambda: again(500), Read(5_000, (), 500)),
    bad("one 4-tuple 500 times", lambda: syn_again(5_000), Read(10_000), "and 5,000 times"),
    bad("every packet twice", twice, Read(20, (), 1)),
    bad("every packet twice", lambda: closed_for_ever(5_000), Read(5_010), "and closed for ever"),
]
