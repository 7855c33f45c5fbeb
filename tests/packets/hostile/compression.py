"""Compressed files and archives, made to hurt."""

import gzip
import random
import struct
import zipfile
from functools import cache, partial

import zstandard

from tests.packets.formats.build import START, header, record
from tests.packets.formats.test_compressed import tarred, zipped
from tests.packets.hostile.form import BadInput, Read, Refused
from tests.packets.hostile.frames import TALK, capture, sent

bad = partial(BadInput, "compression")
EVIL = (
    "a\r\nSet-Cookie: x",
    "\u202egnp.pcap",
    "<script>.pcap",
    "{n}{0.__class__}%s${x}",
    "n" * 4_000,
    "\x1b[2J",
)


@cache
def many_zeros() -> bytes:
    """Records of zeros, 16 MB of them."""
    return record(START, bytes(200_000)) * 80


def bomb(compress) -> bytes:
    """A capture of a gigabyte, in members (frames) of 16 MB each."""
    return compress(header()) + compress(many_zeros()) * 64


def nested(times: int) -> bytes:
    content = capture(TALK)
    for _ in range(times):
        content = gzip.compress(content)
    return content


def nested_zips(times: int) -> bytes:
    content = capture(TALK)
    for _ in range(times):
        content = zipped([("inner.zip", content)])
    return content


def tars_in_a_tar() -> bytes:
    """65 MB of headers of tiny files in a quarter of a megabyte."""
    inner = tarred([("x", b"no")] * 60)
    return gzip.compress(tarred([("inner.tar", inner)] * 900))


def folders() -> bytes:
    """A zip of a million folders."""
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 2, 0) + b"n/"
    return gzip.compress(head * 1_000_000)


def cut_off() -> bytes:
    """A gzip of 100 packets that lacks its last 5,000 bytes (stored: they are bytes of packets)."""
    packets = [sent(data=random.Random(n).randbytes(1_000)) for n in range(100)]
    return gzip.compress(capture(packets), 0)[:-5_000]


def wrong_crc() -> bytes:
    """Of a second member, which is empty."""
    content = bytearray(gzip.compress(capture(TALK)) + gzip.compress(b""))
    content[-6] ^= 1
    return bytes(content)


def zip_with_wrong_crc() -> bytes:
    content = capture(TALK)
    return zipped([("a", content)], zipfile.ZIP_STORED).replace(content, content[:-1] + b"?")


def crowd() -> bytes:
    """A zip of more members than anybody packs."""
    return zipped([(str(n), b"no capture") for n in range(5_000)] + [("last.pcap", capture(TALK))])


INPUTS = [
    bad("gzip bomb", lambda: bomb(gzip.compress), Refused("bomb"), "a capture"),
    bad("gzip bomb", lambda: gzip.compress(bytes(16_000_000)) * 64, Refused("not_a_capture"), "zeros"),
    bad("gzip bomb", lambda: zipped([("a.pcap", header() + many_zeros() * 8)]), Refused("bomb"), "in a zip"),
    bad("zstd bomb", lambda: bomb(zstandard.compress), Refused("bomb"), "a capture"),
    bad("zstd bomb", lambda: zstandard.compress(bytes(16_000_000)) * 64, Refused("not_a_capture"), "zeros"),
    bad("nested ten times", lambda: nested(10), Refused("nested"), "gzip"),
    bad("nested ten times", lambda: nested_zips(10), Refused("nested"), "zip"),
    bad("nested ten times", tars_in_a_tar, Refused("no_capture_inside"), "in breadth: tars in a tar"),
    bad("nested ten times", folders, Refused("no_capture_inside"), "in breadth: folders in a zip"),
    bad("zip with ../ names", lambda: zipped([("../../../etc/cron.d/a.pcap", capture(TALK))]),
             Read(10, ("member",), 1)),
    bad("zip with ../ names", lambda: tarred([("../../a.pcap", capture(TALK))]),
             Read(10, ("member",), 1), "tar"),
    bad("cut", lambda: gzip.compress(capture(TALK))[:12], Refused("damaged_compression"), "at once"),
    bad("cut", cut_off, Read(95, ("compressed_cut", "ended_cut"), 1)),
    bad("wrong CRC", wrong_crc, Read(10, ("compressed_damaged",), 1), "gzip"),
    bad("wrong CRC", zip_with_wrong_crc, Read(10, ("member", "wrong_checksum"), 1), "zip"),
    bad("trailing garbage", lambda: gzip.compress(capture(TALK)) + b"garbage" * 9,
             Read(10, ("trailing_garbage",), 1)),
    bad("hostile names", lambda: zipped([(name, capture(TALK)) for name in EVIL]),
             Read(60, ("member",)), "of captures"),
    bad("hostile names", lambda: zipped([(name, b"no") for name in EVIL]),
             Refused("no_capture_inside"), "of nothing"),
    bad("hostile names", lambda: zipped([(name, header(version=(9, 9))) for name in EVIL]),
             Refused("unknown_version"), "of bad captures"),
    bad("hostile names", crowd, Refused("no_capture_inside"), "five thousand of them"),
]  # fmt: skip
