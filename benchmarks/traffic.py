"""Captures to measure readers with: made here, the same bytes each time, in the shapes that matter.

elephants: few connections, full segments, an acknowledgement after every second one, one segment in a
thousand lost and repeated. short: ten packets a connection, as a web service sees them. snaplen: short, cut
at 96 bytes.
"""

import random
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

FIN, SYN, PSH, ACK = 1, 2, 8, 16
ETHERNET, MICROSECONDS = 1, 1_000_000
SHAPES = ("elephants", "short", "snaplen")
FORMATS = ("pcap", "pcapng")
START = 1_767_225_600 * MICROSECONDS  # 2026-01-01T00:00:00Z
_CONNECTION_EVERY = 100  # µs


class Segment(NamedTuple):
    """One TCP segment: when (µs), which way, and what."""

    time: int
    up: bool  # client to server
    client: int
    port: int
    seq: int
    ack: int
    flags: int
    length: int


def short() -> Iterator[Segment]:
    """Handshake, request, answer and close, again and again; ports go round after 50,000 connections."""
    dice = random.Random(1)  # noqa: S311 (repeatable traffic, not secrets)
    number = 0
    while True:
        client, port = 1 + number // 50_000, 10_000 + number % 50_000
        mine, theirs = dice.getrandbits(32), dice.getrandbits(32)
        at = START + number * _CONNECTION_EVERY
        number += 1
        for step, (up, flags, sent, got, length) in enumerate(_EXCHANGE):
            seq, ack = (mine + sent, theirs + got) if up else (theirs + sent, mine + got)
            yield Segment(at + 9 * step, up, client, port, seq, ack if flags & ACK else 0, flags, length)


# Direction, flags, bytes this side and the other side have used up, payload.
_EXCHANGE = (
    (True, SYN, 0, 0, 0),
    (False, SYN | ACK, 0, 1, 0),
    (True, ACK, 1, 1, 0),
    (True, PSH | ACK, 1, 1, 120),
    (False, ACK, 1, 121, 0),
    (False, PSH | ACK, 1, 121, 900),
    (True, ACK, 121, 901, 0),
    (True, FIN | ACK, 121, 901, 0),
    (False, FIN | ACK, 901, 122, 0),
    (True, ACK, 122, 902, 0),
)


def elephants(streams: int = 4) -> Iterator[Segment]:
    """Bulk transfers side by side, with a loss and its repeat now and then."""
    dice = random.Random(2)  # noqa: S311 (repeatable traffic, not secrets)
    at, sent = START, [1] * streams
    for stream in range(streams):
        for up, flags, mine, theirs in ((True, SYN, 0, 0), (False, SYN | ACK, 0, 1), (True, ACK, 1, 1)):
            yield Segment(at, up, 1, 20_000 + stream, mine, theirs if flags & ACK else 0, flags, 0)
            at += 10
    while True:
        stream = dice.randrange(streams)
        port, begin = 20_000 + stream, sent[stream]
        lost = dice.random() < 0.001
        for part in (1, 0) if lost else (0, 1):
            yield Segment(at, True, 1, port, begin + 1400 * part, 1, ACK, 1400)
            at += 12
        sent[stream] += 2800
        yield Segment(at, False, 1, port, 1, sent[stream], ACK, 0)
        at += 5


def frame(segment: Segment, number: int) -> bytes:
    """Ethernet, IPv4 and TCP with timestamps; the payload is zeros, the checksums are left empty."""
    ends = (segment.port, 443) if segment.up else (443, segment.port)
    hosts = (0x0A000000 + segment.client, 0xC6336450)
    source, target = hosts if segment.up else hosts[::-1]
    ip = (
        0x45,
        0,
        52 + segment.length,
        number & 0xFFFF,
        0x4000,
        64 if segment.up else 57,
        6,
        0,
        source,
        target,
    )
    tcp = (*ends, segment.seq & 0xFFFFFFFF, segment.ack & 0xFFFFFFFF, 0x80, segment.flags, 502, 0, 0)
    stamp = segment.time // 1000 & 0xFFFFFFFF
    return _HEAD.pack(b"\2\0\0\0\0\1\2\0\0\0\0\2\x08\0", *ip, *tcp, 0x0101080A, stamp, stamp) + bytes(
        segment.length
    )


_HEAD = struct.Struct(">14sBBHHHBBHIIHHIIBBHHHIII")


def write(path: Path, shape: str, count: int, form: str) -> None:
    """Write ``count`` packets of a shape as pcap (µs) or pcapng (ns)."""
    segments = islice(elephants() if shape == "elephants" else short(), count)
    snaplen = 96 if shape == "snaplen" else 65_535
    head, record = (_pcap_head, _pcap_record) if form == "pcap" else (_pcapng_head, _pcapng_record)
    with path.open("wb", buffering=1 << 20) as out:
        out.write(head(snaplen))
        for number, segment in enumerate(segments):
            whole = frame(segment, number)
            out.write(record(segment.time, whole[:snaplen], len(whole)))


def _pcap_head(snaplen: int) -> bytes:
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snaplen, ETHERNET)


def _pcap_record(time: int, kept: bytes, length: int) -> bytes:
    return struct.pack("<IIII", time // MICROSECONDS, time % MICROSECONDS, len(kept), length) + kept


def _pcapng_head(snaplen: int) -> bytes:
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)  # if_tsresol: 10^-9
    interface = struct.pack("<IIHHI", 1, 32, ETHERNET, 0, snaplen) + resolution + struct.pack("<I", 32)
    return section + interface


def _pcapng_record(time: int, kept: bytes, length: int) -> bytes:
    padded = kept + bytes(-len(kept) % 4)
    size, stamp = 32 + len(padded), time * 1000
    head = struct.pack("<IIIIIII", 6, size, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(kept), length)
    return head + padded + struct.pack("<I", size)
