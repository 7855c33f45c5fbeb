"""pcap files whose headers and lengths lie."""

import random
import struct
from functools import partial

from tests.packets.formats.build import START, header, pcap, record
from tests.packets.hostile.form import BadInput, Read, Refused
from tests.packets.hostile.frames import TALK, capture, sent, timed

bad = partial(BadInput, "pcap")
FCS_OF_FOUR_BYTES = 0x24000001
MODIFIED = b"\2\0\0\0\x08\0\4\0"  # interface index, protocol, packet type of Alexey Kuznetzov's patches


def with_fcs() -> bytes:
    return capture([frame + b"\xde\xad\xbe\xef" for frame in TALK], network=FCS_OF_FOUR_BYTES)


def claiming(length: int, behind: list[bytes]) -> bytes:
    """A whole capture, then a record that claims this many bytes, then more records."""
    bad = record(START, sent(), claims=length & 0xFFFFFFFF)
    return capture(TALK) + bad + b"".join(record(START, frame) for frame in behind)


def lying_first(length: int) -> bytes:
    return header() + record(START, sent(), claims=length & 0xFFFFFFFF)


def above_the_original() -> bytes:
    return header() + b"".join(record(t, frame, original=14) for t, frame in timed(TALK))


def empty_records(count: int) -> bytes:
    return capture(TALK) + b"".join(record(START + n * 1000, b"", original=60) for n in range(count))


def garbage_in_the_middle() -> bytes:
    return capture(TALK) + random.Random(3).randbytes(5_000) + capture(TALK)[24:]


def cut(behind: int) -> bytes:
    """Ends so many bytes into the last record."""
    last = len(record(START, TALK[-1]))
    return capture(TALK)[: behind - last]


INPUTS = [
    bad("big-endian", lambda: capture(TALK, order=">"), Read(10, (), 1)),
    bad("nanosecond", lambda: capture(TALK, magic=0xA1B23C4D, tick=1), Read(10, (), 1)),
    bad("nanosecond", lambda: capture(TALK, order=">", magic=0xA1B23C4D, tick=1), Read(10, (), 1), "big"),
    bad("modified header", lambda: capture(TALK, magic=0xA1B2CD34, extra=MODIFIED), Read(10, (), 1)),
    bad("modified header", lambda: capture(TALK, extra=MODIFIED), Read(10, (), 1), "under the usual magic"
    ),
    bad("FCS bits in the link type", with_fcs, Read(10, (), 1)),
    bad("unknown link type", lambda: capture(TALK, network=147), Refused("unknown_link_type")),
    bad("unknown link type", lambda: capture(TALK, network=0x00300001), Refused("unknown_link_type"),
        "reserved bits",
    ),
    bad("snaplen 0", lambda: capture(TALK, snaplen=0), Read(10, (), 1)),
    bad("snaplen huge", lambda: capture(TALK, snaplen=0xFFFFFFFF), Read(10, (), 1)),
    bad("snaplen lying", lambda: capture(TALK, snaplen=14), Read(10, (), 1)),
    bad("caplen 4 GiB", lambda: claiming(0xFFFFFFFF, TALK), Read(10, ("ended_damaged",), 1)),
    bad("caplen 4 GiB", lambda: lying_first(0xFFFFFFFF), Refused("damaged"), "in the first record"),
    bad("caplen negative", lambda: claiming(-16, TALK), Read(10, ("ended_damaged",), 1), "by one header"),
    bad("caplen negative", lambda: claiming(-(2**31), TALK), Read(10, ("ended_damaged",), 1), "int32 min"),
    bad("caplen above the original length", above_the_original, Read(10, (), 1)),
    bad("zero-length records", lambda: empty_records(70_000), Read(70_010, ("cut_link",), 1)),
    bad("zero-length records", lambda: header() + struct.pack("<4I", 1, 0, 0, 60) * 9,
        Read(9, ("cut_link",), 0),
        "nothing else",
    ),
    bad("cut inside a header", lambda: cut(7), Read(9, ("ended_cut",), 1)),
    bad("cut inside a packet", lambda: cut(17), Read(9, ("ended_cut",), 1)),
    bad("cut inside a packet", lambda: pcap(timed(TALK[:1]))[:-1], Read(0, ("ended_cut",), 0), "the only"),
    bad("garbage in the middle", garbage_in_the_middle, Read(10, ("ended_damaged",), 1)),
]  # fmt: skip
