"""Damaged captures out of whole ones, for ``fuzz.py`` and the short run in the tests.

A mutant is a function of a seed, a number and the samples: the same three give the same bytes, always. Some
mutators damage bytes blindly, as Wireshark's fuzzing does (each byte changed with 2 % probability). The
others keep the framing of the records whole and damage what is inside, because a reader that stops at the
first bad record never shows its decoder to the rest.
"""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import zstandard

ERRORS = 0.02  # of the bytes, as Wireshark's fuzz-test.sh
# Larger samples cost more time than they find: what breaks, breaks in the first packets.
MOST_SAMPLE = 1024 * 1024  # bytes
_MOST_FRAMES = 2_000  # of a mutant that keeps its framing
_ETHERNET = 1
_SECOND = 1_000_000_000
_SIZES = {1: "B", 2: ">H", 4: ">I"}


@dataclass(frozen=True)
class Frame:
    """A record. ``claims``, ``wire`` and ``total`` are the lengths that it tells (None: the true ones)."""

    time_ns: int
    data: bytes
    claims: int | None = None  # captured bytes
    wire: int | None = None  # original bytes
    total: int | None = None  # of the pcapng block


@dataclass(frozen=True)
class Sample:
    """A capture to damage; ``frames`` are empty where it is in no form that is understood here."""

    name: str
    content: bytes
    link: int
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Mutant:
    """``bare``: its bytes before they were compressed; the same as ``content`` for most."""

    number: int
    mutator: str
    sample: str
    content: bytes
    bare: bytes


def samples(paths: Sequence[Path]) -> list[Sample]:
    """The captures of these files and folders (whatever lies in them), without those that are too large."""
    found = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [sample(f"{f.parent.name}/{f.name}", f.read_bytes()) for f in found if _wanted(f)]


def _wanted(file: Path) -> bool:
    named = ".pcap" in file.name or file.suffix in (".cap", ".dmp")
    return named and file.is_file() and 0 < file.stat().st_size <= MOST_SAMPLE


def sample(name: str, content: bytes) -> Sample:
    """A capture by its bytes."""
    link, frames = _from_pcapng(content) if content[:4] == b"\x0a\x0d\x0d\x0a" else _from_pcap(content)
    return Sample(name, content, link, tuple(frames[:_MOST_FRAMES]))


def mutant(seed: int, number: int, whole: Sequence[Sample]) -> Mutant:
    """The mutant of this number."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 (repeatable damage, not secrets)
    chosen = dice.choice(whole)
    name, damage = dice.choice(_AWARE if chosen.frames and dice.random() < 0.6 else _BLIND)
    bare = damage(dice, chosen, dice.choice(whole))
    wrapping = dice.choice(_WRAPPINGS) if dice.random() < 0.1 else None
    content = wrapping(dice, bare) if wrapping else bare
    return Mutant(number, name + ("+wrapped" if wrapping else ""), chosen.name, content, bare)


# --- reading and writing, leniently ---


def _from_pcap(content: bytes) -> tuple[int, list[Frame]]:
    order = ">" if content[:2] == b"\xa1\xb2" else "<"
    if len(content) < 24 or content[:4] not in (
        struct.pack(order + "I", m) for m in (0xA1B2C3D4, 0xA1B23C4D)
    ):
        return _ETHERNET, []
    tick = 1 if b"\x3c" in content[:4] else 1000
    at, frames = 24, list[Frame]()
    while at + 16 <= len(content):
        seconds, fraction, captured, original = struct.unpack_from(order + "4I", content, at)
        if at + 16 + captured > len(content):
            break
        data = content[at + 16 : at + 16 + captured]
        frames.append(Frame(seconds * _SECOND + fraction * tick, data, wire=original))
        at += 16 + captured
    return struct.unpack_from(order + "I", content, 20)[0] & 0xFFFF, frames


def _from_pcapng(content: bytes) -> tuple[int, list[Frame]]:
    order, link, frames, at = "<" if content[8:9] == b"\x4d" else ">", _ETHERNET, list[Frame](), 0
    while at + 12 <= len(content):
        kind, total = struct.unpack_from(order + "II", content, at)
        if total < 12 or at + total > len(content):
            break
        if kind == 1 and total >= 20 and not frames:
            (link,) = struct.unpack_from(order + "H", content, at + 8)
        if kind == 6 and total >= 32:
            high, low, captured, original = struct.unpack_from(order + "4I", content, at + 12)
            data = content[at + 28 : at + min(28 + captured, total - 4)]
            frames.append(Frame((high << 32 | low) * 1000, data, wire=original))
        at += total
    return link, frames


def as_pcap(link: int, frames: Sequence[Frame], order: str = "<", tick: int = 1000) -> bytes:
    """Write frames as pcap, with whatever lengths they claim."""
    magic = 0xA1B2C3D4 if tick == 1000 else 0xA1B23C4D
    parts = [struct.pack(order + "IHHIIII", magic, 2, 4, 0, 0, 262_144, link)]
    for frame in frames:
        seconds, rest = divmod(frame.time_ns, _SECOND)
        head = struct.pack(order + "4I", _32(seconds), rest // tick, *_lengths(frame))
        parts += [head, frame.data]
    return b"".join(parts)


def as_pcapng(link: int, frames: Sequence[Frame], order: str = "<") -> bytes:
    """Write frames as pcapng, with whatever lengths they claim."""
    parts = [struct.pack(order + "IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)]
    parts.append(struct.pack(order + "IIHHII", 1, 20, link & 0xFFFF, 0, 0, 20))
    for frame in frames:
        padded = frame.data + bytes(-len(frame.data) % 4)
        total = len(padded) + 32 if frame.total is None else frame.total
        ticks = frame.time_ns // 1000 & (1 << 64) - 1
        head = (6, _32(total), 0, ticks >> 32, ticks & 0xFFFFFFFF, *_lengths(frame))
        parts += [struct.pack(order + "7I", *head), padded, struct.pack(order + "I", _32(total))]
    return b"".join(parts)


def _lengths(frame: Frame) -> tuple[int, int]:
    size = len(frame.data)
    wire = max(size, frame.wire or 0) if frame.claims is None and frame.wire is None else frame.wire
    return _32(size if frame.claims is None else frame.claims), _32(size if wire is None else wire)


def _32(number: int) -> int:
    return number & 0xFFFFFFFF


def _written(dice: random.Random, link: int, frames: Sequence[Frame]) -> bytes:
    """In one form or the other, in one byte order or the other."""
    order = dice.choice("<<<>")
    return as_pcapng(link, frames, order) if dice.random() < 0.3 else as_pcap(link, frames, order)


# --- blind damage ---

_WORDS = (0, 1, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF, 0x0A0D0D0A, 0xA1B2C3D4)


def _noise(dice: random.Random, one: Sample, other: Sample) -> bytes:
    content = bytearray(one.content)
    for at in range(len(content)):
        if dice.random() < ERRORS:
            content[at] = dice.randrange(256)
    return bytes(content)


def _few(dice: random.Random, one: Sample, other: Sample) -> bytes:
    content = bytearray(one.content)
    for _ in range(dice.choice((1, 2, 5, 20))):
        content[dice.randrange(len(content))] = dice.randrange(256)
    return bytes(content)


def _words(dice: random.Random, one: Sample, other: Sample) -> bytes:
    content = bytearray(one.content)
    for _ in range(dice.choice((1, 2, 5))):
        at = dice.randrange(len(content)) & ~3
        content[at : at + 4] = struct.pack(dice.choice("<>") + "I", dice.choice(_WORDS))
    return bytes(content)


def _cut(dice: random.Random, one: Sample, other: Sample) -> bytes:
    return one.content[: dice.randrange(len(one.content))]


def _shifted(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Bytes put in or taken out: all that follows stands elsewhere."""
    at, count = dice.randrange(len(one.content)), dice.choice((1, 2, 4, 16, 300))
    extra = dice.choice((b"", dice.randbytes(count), bytes(count)))
    return one.content[:at] + extra + one.content[at + (0 if extra else count) :]


def _spliced(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """The beginning of one file and the end of another, or both whole."""
    if dice.random() < 0.3:
        return one.content + other.content
    return (
        one.content[: dice.randrange(len(one.content))] + other.content[dice.randrange(len(other.content)) :]
    )


# --- damage that keeps the framing ---


def _lying(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Length fields set to 0, -1, huge, or beside the truth."""
    frames = list(one.frames)
    for _ in range(dice.choice((1, 1, 3))):
        at = dice.randrange(len(frames))
        size = len(frames[at].data)
        length = dice.choice((0, 1, 3, -1, size - 1, size + 1, 262_144, 262_145, 1 << 30, 1 << 31, -4))
        lie: dict[str, Any] = {dice.choice(("claims", "wire", "total")): length}
        frames[at] = replace(frames[at], **lie)
    return _written(dice, one.link, frames)


_TIMES = (0, -1, 1, 2**31 * _SECOND, 2**32 * _SECOND - 1, 2**63 - 1, 70 * 365 * 86_400 * _SECOND)


def _timed(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Times at the ends of what can be told, backwards, all equal, or a day apart."""
    frames = list(one.frames)
    for at in range(dice.randrange(len(frames)), len(frames), dice.choice((1, 1, 7))):
        step = dice.choice((-86_400 * _SECOND, 86_400 * _SECOND, -1000, 0))
        time = dice.choice(_TIMES) if dice.random() < 0.3 else frames[at].time_ns + step
        frames[at] = replace(frames[at], time_ns=time)
    return _written(dice, one.link, frames)


def _reordered(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Records duplicated, removed, swapped, reversed, repeated, or mixed with those of another capture."""
    frames = list(one.frames)
    for _ in range(dice.choice((1, 3, 10))):
        at, to = dice.randrange(len(frames)), dice.randrange(len(frames))
        match dice.randrange(6):
            case 0:
                frames.insert(to, frames[at])
            case 1 if len(frames) > 1:
                del frames[at]
            case 2:
                frames[at], frames[to] = frames[to], frames[at]
            case 3:
                frames.reverse()
            case 4:
                frames[at:at] = [frames[at]] * dice.choice((5, 200))
            case _:
                frames[to:to] = other.frames[at : at + 20]
    return _written(dice, one.link, frames[:_MOST_FRAMES])


def _trimmed(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Frames cut inside their headers, as a snaplen does, honestly or not."""
    most, honest = dice.randrange(100), dice.random() < 0.7
    frames = [
        replace(f, data=f.data[:most], wire=len(f.data) if honest else None) if dice.random() < 0.5 else f
        for f in one.frames
    ]
    return _written(dice, one.link, frames)


def _retyped(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """The same frames under another link type."""
    return _written(dice, dice.choice((0, 1, 9, 12, 14, 50, 51, 101, 108, 113, 228, 229, 276)), one.frames)


def _damaged(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Header fields of some frames set to what their readers fear."""
    frames = list(one.frames)
    for _ in range(dice.choice((1, 3, 10, len(frames)))):
        at = dice.randrange(len(frames))
        frames[at] = replace(frames[at], data=_wounded(dice, frames[at].data, one.link))
    return _written(dice, one.link, frames)


def _alike(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """The same damage in every frame: the state of whole connections is what suffers."""
    seed, frames = dice.random(), list[Frame]()
    for frame in one.frames:
        same = random.Random(seed)  # noqa: S311 (repeatable damage, not secrets)
        frames.append(replace(frame, data=_wounded(same, frame.data, one.link)))
    return _written(dice, one.link, frames)


def _nested(dice: random.Random, one: Sample, other: Sample) -> bytes:
    """Tags, labels and tunnels put in between, a few or very many."""
    layer, count = dice.choice(_TUNNELS), dice.choice((1, 2, 5, 17, 300))
    frames = list(one.frames)
    for at in range(len(frames)):
        if one.link == _ETHERNET and dice.random() < 0.5:
            frames[at] = replace(frames[at], data=layer(frames[at].data, count)[:65_535], wire=None)
    return _written(dice, one.link, frames)


def _tagged(frame: bytes, count: int) -> bytes:
    return frame[:12] + b"\x81\0\0\x05" * count + frame[12:]


def _labelled(frame: bytes, count: int) -> bytes:
    return frame[:12] + b"\x88\x47" + b"\0\1\0\x40" * (count - 1) + b"\0\1\1\x40" + frame[14:]


def _ip(protocol: int, inner: int) -> bytes:
    total = min(20 + inner, 65_535)
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, total, 1, 0, 64, protocol, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")


def _in_ip(frame: bytes, count: int) -> bytes:
    packet = frame[14:]
    for _ in range(count):
        packet = _ip(4, len(packet)) + packet
    return frame[:12] + b"\x08\0" + packet


def _in_gre(frame: bytes, count: int) -> bytes:
    packet = frame[14:]
    for _ in range(count):
        packet = _ip(47, len(packet) + 4) + b"\0\0\x08\0" + packet
    return frame[:12] + b"\x08\0" + packet


def _in_vxlan(frame: bytes, count: int) -> bytes:
    for _ in range(count):
        udp = struct.pack(">HHHH", 50_000, 4789, min(16 + len(frame), 65_535), 0) + b"\x08\0\0\0\0\0\5\0"
        frame = frame[:12] + b"\x08\0" + _ip(17, len(udp) + len(frame)) + udp + frame
    return frame


def _in_extensions(frame: bytes, count: int) -> bytes:
    """Behind IPv6 extension headers; what follows them is taken for TCP."""
    body = b"\x3c\0\0\0\0\0\0\0" * (count - 1) + b"\x06\0\0\0\0\0\0\0" + frame[34:]
    head = (
        struct.pack(">IHBB", 0x60000000, min(len(body), 65_535), 0, 64)
        + bytes(15)
        + b"\1"
        + bytes(15)
        + b"\2"
    )
    return frame[:12] + b"\x86\xdd" + head + body


_TUNNELS = (_tagged, _labelled, _in_ip, _in_gre, _in_vxlan, _in_extensions)


# --- where the headers of a frame are, and what is put into them ---

_LINK_HEADERS = {0: 4, 1: 14, 12: 0, 14: 0, 101: 0, 108: 4, 113: 16, 228: 0, 229: 0, 276: 20}
Field = tuple[int, int, Sequence[int]]  # offset in the header, bytes, values
_PORTS = (0, 22, 53, 80, 443, 4789, 6081, 65_535)
_NUMBERS = (0, 1, 2**31 - 1, 2**31, 2**32 - 1)
_PROTOCOLS = (0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135, 255)
_ADDRESSES = (0, 0xFFFFFFFF, 0x7F000001, 0xE0000001, 0x0A000001)
_ETHERTYPES = (0, 4, 0x5DC, 0x800, 0x806, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x8864, 0x9100, 0xFFFF)
_FIELDS: dict[str, Sequence[Field]] = {
    "link": ((12, 2, _ETHERTYPES), (14, 2, _ETHERTYPES), (0, 2, _ETHERTYPES)),
    "ipv4": (
        (0, 1, (*range(0x40, 0x50), 0, 0x55, 0x60, 0xFF)), (2, 2, (0, 1, 19, 20, 21, 39, 40, 59, 65_535)),
        (4, 2, (0, 1, 65_535)), (6, 2, (1, 0x1FFF, 0x2000, 0x2001, 0x3FFF, 0x4000, 0x8000)),
        (8, 1, (0, 1, 255)), (9, 1, _PROTOCOLS), (12, 4, _ADDRESSES), (16, 4, _ADDRESSES),
    ),
    "ipv6": (
        (0, 1, (0, 0x40, 0x50, 0x6F, 0xFF)), (4, 2, (0, 1, 19, 20, 65_535)), (6, 1, _PROTOCOLS),
        (7, 1, (0, 1, 255)), (8, 4, _ADDRESSES), (24, 4, _ADDRESSES),
    ),
    "tcp": (
        (0, 2, _PORTS), (2, 2, _PORTS), (4, 4, _NUMBERS), (8, 4, _NUMBERS), (12, 1, range(256)),
        (13, 1, range(256)), (14, 2, (0, 1, 65_535)), (20, 1, range(10)), (21, 1, (0, 1, 2, 3, 10, 40, 255)),
    ),
    "udp": ((0, 2, _PORTS), (2, 2, _PORTS), (4, 2, (0, 7, 8, 65_535))),
    "icmp": ((0, 1, (0, 3, 4, 5, 8, 11, 12, 1, 2, 128, 134, 255)), (1, 1, range(16)), (4, 4, _NUMBERS)),
    "payload": (
        (0, 1, (20, 21, 22, 23, 255)), (3, 2, (0, 1, 16_384, 65_535)), (4, 2, (0, 65_535)), (5, 1, range(16)),
        (6, 2, (0, 65_535)), (8, 2, (0, 65_535)), (10, 2, (0, 65_535)), (12, 2, (0xC00C, 0xC000, 0x3FFF)),
    ),
}  # fmt: skip


def _wounded(dice: random.Random, data: bytes, link: int) -> bytes:
    wounded, layers = bytearray(data), list(_layers(data, link))
    for _ in range(dice.choice((1, 1, 2, 4))):
        name, start, end = dice.choice(layers)
        if dice.random() < 0.3 and end > start:
            wounded[dice.randrange(start, end)] = dice.randrange(256)
            continue
        offset, size, values = dice.choice(_FIELDS[name])
        if start + offset + size <= len(wounded):
            struct.pack_into(_SIZES[size], wounded, start + offset, dice.choice(values))
    return bytes(wounded)


def _layers(data: bytes, link: int) -> Iterator[tuple[str, int, int]]:
    """Name, start and end of each header, as a well-meaning reader finds them."""
    at = _LINK_HEADERS.get(link, 0)
    yield "link", 0, min(at, len(data))
    while data[at - 2 : at] in (b"\x81\0", b"\x88\xa8") and link == _ETHERNET:
        at += 4
    yield from _network(data, at, 2)


def _network(data: bytes, at: int, most: int) -> Iterator[tuple[str, int, int]]:
    version = data[at] >> 4 if at < len(data) and most else 0
    if version == 4 and at + 20 <= len(data):
        behind = at + (data[at] & 15) * 4
        yield "ipv4", at, min(behind, len(data))
        yield from _transport(data, behind, data[at + 9], most)
    elif version == 6 and at + 40 <= len(data):
        yield "ipv6", at, at + 40
        yield from _transport(data, at + 40, data[at + 6], most)


def _transport(data: bytes, at: int, protocol: int, most: int) -> Iterator[tuple[str, int, int]]:
    if protocol == 6 and at + 20 <= len(data):
        behind = min(at + max(data[at + 12] >> 4, 5) * 4, len(data))
        yield "tcp", at, behind
        yield "payload", behind, min(behind + 64, len(data))
    elif protocol == 17 and at + 8 <= len(data):
        yield "udp", at, at + 8
        yield "payload", at + 8, min(at + 72, len(data))
    elif protocol in (1, 58) and at + 8 <= len(data):
        yield "icmp", at, at + 8
        yield from _network(data, at + 8, most - 1)  # the packet that an error quotes


# --- around it all ---


def _gzipped(_: random.Random, content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def _zstandard(_: random.Random, content: bytes) -> bytes:
    return zstandard.compress(content)


def _zipped(dice: random.Random, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name in dice.choice((("a.pcap",), ("../../a.pcap", "b\r\n<b>.pcap"))):
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _wrapped_badly(dice: random.Random, content: bytes) -> bytes:
    packed = bytearray(dice.choice((_gzipped, _zstandard, _zipped))(dice, content))
    for _ in range(dice.choice((1, 3))):
        packed[dice.randrange(len(packed))] = dice.randrange(256)
    return bytes(packed)


Damage = Callable[[random.Random, Sample, Sample], bytes]
_BLIND: tuple[tuple[str, Damage], ...] = (
    ("noise", _noise), ("few", _few), ("words", _words), ("cut", _cut), ("shifted", _shifted),
    ("spliced", _spliced),
)  # fmt: skip
_AWARE: tuple[tuple[str, Damage], ...] = (
    ("lying", _lying), ("timed", _timed), ("reordered", _reordered), ("trimmed", _trimmed),
    ("retyped", _retyped), ("damaged", _damaged), ("damaged", _damaged), ("damaged", _damaged),
    ("alike", _alike), ("alike", _alike), ("nested", _nested),
)  # fmt: skip
_WRAPPINGS = (_gzipped, _zstandard, _zipped, _wrapped_badly)
