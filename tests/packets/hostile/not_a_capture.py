"""Files that are something else, or were captures once."""

import random
from functools import partial

from tests.packets.formats.build import header, interface, packet, pcapng, section
from tests.packets.hostile.form import BadInput, Read, Refused
from tests.packets.hostile.frames import TALK, capture, sent, timed

bad = partial(BadInput, "not a capture")
ELF = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\x3e\0" + bytes(200)
HEXDUMP = b"0000  45 00 00 28 00 01 00 00 40 06 00 00 0a 00 00 01   E..(....@.......\n" * 20
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script/></svg>'


def wild() -> list[bytes]:
    """Payload of all byte values, so that a change of the file's bytes shows."""
    return [sent(1000 + n, 1, data=b"\n" + random.Random(n).randbytes(400)) for n in range(12)]


def ascii_mode(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def as_text(content: bytes) -> bytes:
    return content.decode("utf-8", "replace").encode()


def in_pcapng() -> bytes:
    return section() + interface() + b"".join(packet(t // 1000, f) for t, f in timed(TALK))


INPUTS = [
    bad("empty", lambda: b"", Refused("empty")),
    bad("one byte", lambda: b"\xd4", Refused("not_a_capture")),
    bad("random", lambda: random.Random(7).randbytes(100_000), Refused("not_a_capture")),
    bad("HTML", lambda: b"<!DOCTYPE html><script>alert(1)</script>", Refused("not_a_capture")),
    bad("SVG", lambda: SVG, Refused("not_a_capture")),
    bad("ELF", lambda: ELF, Refused("not_a_capture")),
    bad("magic only", lambda: header()[:4], Refused("cut_in_header"), "pcap"),
    bad("magic only", lambda: section()[:4], Refused("cut_in_header"), "pcapng"),
    bad("header short", lambda: header()[:23], Refused("cut_in_header"), "pcap"),
    bad("header short", lambda: section()[:27], Refused("cut_in_header"), "pcapng"),
    bad("snoop", lambda: b"snoop\0\0\0\0\0\0\2\0\0\0\4" + bytes(99), Refused("foreign_format")),
    bad("hexdump text", lambda: HEXDUMP, Refused("foreign_format")),
    bad("spoiled by ASCII FTP", lambda: ascii_mode(capture(wild())), Refused("spoiled_ascii"), "pcap"),
    bad("spoiled by ASCII FTP", lambda: ascii_mode(pcapng(timed(wild()))), Refused("spoiled_ascii"), "pcapng"
    ),
    bad("spoiled by UTF-8 decoding", lambda: as_text(capture(wild())), Refused("spoiled_utf8")),
    bad("spoiled by UTF-8 decoding", lambda: as_text(pcapng(timed(wild()))), Refused("spoiled_utf8"), "pcapng"
    ),
    bad("two files glued", lambda: capture(TALK) * 2, Read(20, ("ended_glued",))),
    bad("two files glued", lambda: in_pcapng() * 2, Read(20), "pcapng: a second section is legal"),
    bad("two files glued", lambda: capture(TALK) * 1_003, Read(10_010, ("ended_glued", "too_many_glued")),
        "a thousand and three",
    ),
    bad("pcap followed by pcapng", lambda: capture(TALK) + in_pcapng(), Read(20, ("ended_glued",))),
    bad("zero tail", lambda: capture(TALK) + bytes(100_000), Read(10, ("ended_zeros",), 1), "pcap"),
    bad("zero tail", lambda: in_pcapng() + bytes(100_000), Read(10, ("ended_zeros",), 1), "pcapng"),
    bad("all zeros", lambda: bytes(1_000_000), Refused("not_a_capture")),
]  # fmt: skip
