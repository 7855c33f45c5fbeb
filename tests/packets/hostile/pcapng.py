"""pcapng files whose blocks, options and clocks lie."""

import struct
from functools import partial

from tests.packets.formats.build import START, block, interface, option, packet, pcapng, section, simple
from tests.packets.hostile.form import CANARY, BadInput, Read, Refused
from tests.packets.hostile.frames import TALK, timed

bad = partial(BadInput, "pcapng")
DAMAGED = Read(10, ("ended_damaged",), 1)
KEYS = f"CLIENT_RANDOM {CANARY} {CANARY}\n".encode()


def packets(number=0, order="<", **more) -> bytes:
    return b"".join(packet(t // 1000, frame, order, number=number, **more) for t, frame in timed(TALK))


def whole(*between: bytes, options=b"") -> bytes:
    """A section with one interface, something, and the connection."""
    return section() + interface(options=options) + b"".join(between) + packets()


def then_block(**lengths) -> bytes:
    """The connection, then a block that lies about its length, then the connection again."""
    return whole() + block(6, b"x" * 40, **lengths) + whole()


def commented(comment: bytes, times=1) -> bytes:
    """The comment in every place that can have one: section, interface, packet."""
    comments = option(1, comment) * times
    return section(options=comments) + interface(options=comments) + packets(options=comments)


def resolved(resolution: int) -> bytes:
    return whole(options=option(9, bytes([resolution])))


def beyond_range() -> bytes:
    lost = b"".join(packet(START // 1000, TALK[0], number=n) for n in (1, 65_535, 65_536, 2**32 - 1))
    return whole(lost)


def many_interfaces(count: int) -> bytes:
    return section() + interface() * count + packets(number=count - 1)


def mixed_links() -> bytes:
    """The same packets on Ethernet, as raw IP, and on something that nobody here reads."""
    raw = b"".join(packet(t // 1000 + 1, frame[14:], number=1) for t, frame in timed(TALK))
    return section() + interface() + interface(link=101) + interface(link=147) + packets() + raw + packets(2)


def obsolete() -> bytes:
    def old(time: int, frame: bytes) -> bytes:
        told = struct.pack("<HHIIII", 0, 9, *divmod(time // 1000, 2**32), len(frame), len(frame))
        return block(2, told + frame)

    return section() + interface() + b"".join(old(t, frame) for t, frame in timed(TALK))


def secrets() -> bytes:
    return whole(block(10, struct.pack("<II", 0x544C534B, len(KEYS)) + KEYS))


UNKNOWN_ORDER = section()[:8] + b"\x1a\x2b\x4d\x3c" + section()[12:]
BIDI = "\x1b[2J\x1b]0;title\x07 \u202eevil\u2066 \r\n[ERROR] done"
INPUTS = [
    bad("block length 0", lambda: then_block(total=0), DAMAGED),
    bad("block length 0", lambda: section() + block(1, b"", total=0), Refused("damaged"), "the second"),
    bad("block length 4", lambda: then_block(total=4), DAMAGED),
    bad("block length odd", lambda: then_block(total=53), DAMAGED),
    bad("block length 4 GiB", lambda: then_block(total=0xFFFFFFFC), DAMAGED),
    bad("block length 4 GiB", lambda: then_block(total=1 << 24), Read(10, ("ended_cut",), 1), "16 MiB"),
    bad("trailer differs", lambda: then_block(trailer=56), DAMAGED),
    bad("unknown byte order", lambda: UNKNOWN_ORDER, Refused("not_a_capture")),
    bad("unknown byte order", lambda: whole() + UNKNOWN_ORDER + whole(), DAMAGED, "later on"),
    bad("version 2", lambda: section(version=(2, 0)) + whole(), Refused("unknown_version")),
    bad("version 2", lambda: whole() + section(version=(2, 0)), DAMAGED, "later on"),
    bad("section length lies", lambda: section(length=3) + whole()[28:], Read(10, (), 1)),
    bad("section length lies", lambda: section(length=2**62) + whole()[28:], Read(10, (), 1), "huge"),
    bad("packet before interface", lambda: section() + packets() + whole()[28:],
             Read(10, ("no_interface",), 1)),
    bad("interface out of range", beyond_range, Read(10, ("no_interface",), 1)),
    bad("a million options", lambda: whole(options=option(1, b"") * 1_000_000),
             Read(10, ("options",), 1), "of an interface"),
    bad("a million options", lambda: section() + interface() + packets(options=option(1, b"") * 100_000),
             Read(10, (), 1), "over ten packets"),
    bad("no end-of-options", lambda: whole(options=b"\1\0\xff\xff"), Read(10, ("options",), 1),
             "the last one is longer than the block"),
    bad("no end-of-options", lambda: whole(options=option(9, b"\6")), Read(10, (), 1), "cleanly"),
    bad("comment in Latin-1", lambda: commented("Prüfung größer".encode("latin-1")), Read(10, (), 1)),
    bad("comment with HTML", lambda: commented(b"<img src=x onerror=alert(1)>"), Read(10, (), 1)),
    bad("comment with Markdown", lambda: commented(b"[x](javascript:alert(1)) ![](//e)"), Read(10, (), 1)),
    bad("comment with ANSI and bidi", lambda: commented(BIDI.encode()), Read(10, (), 1)),
    bad("comment with a formula", lambda: commented(b"=cmd|' /C calc'!A0"), Read(10, (), 1)),
    bad("comments of 64 times 64 KiB", lambda: commented(b"c" * 65_535, 64), Read(10, (), 1)),
    bad("resolution 10^-127", lambda: resolved(127), Read(10, (), 1)),
    bad("resolution 2^-127", lambda: resolved(255), Read(10, (), 1)),
    bad("resolution 1 s", lambda: resolved(0), Read(10, ("time",), 1)),
    bad("offset int64 min", lambda: whole(options=option(14, struct.pack("<q", -(2**63)))),
             Read(10, ("time",), 1)),
    bad("offset int64 min", lambda: whole(options=option(14, struct.pack("<q", 2**63 - 1))),
             Read(10, ("time",), 1), "and max"),
    bad("50,000 interfaces", lambda: many_interfaces(50_000), Read(10, (), 1)),
    bad("50,000 interfaces", lambda: many_interfaces(70_000), Read(10, (), 1), "and 20,000 more"),
    bad("mixed link types", mixed_links, Read(30, ("link_type",))),
    bad("second section in the other byte order", lambda: whole() + pcapng(timed(TALK), ">"), Read(20)),
    bad("simple packets", lambda: section() + interface() + b"".join(map(simple, TALK)),
             Read(10, ("untimed",), 1)),
    bad("simple packets", lambda: section() + b"".join(map(simple, TALK)) + whole()[28:],
             Read(10, ("no_interface",), 1), "before their interface"),
    bad("obsolete packets", obsolete, Read(10, (), 1)),
    bad("TLS keys in the file", secrets, Read(10, ("secrets",), 1)),
]  # fmt: skip
