"""Captures made of a few lines, for the tests of the reader."""

import struct
from collections.abc import Iterable
from pathlib import Path

import pytest

from packets.errors import CaptureError
from packets.formats.batch import COLUMNS, Batch
from packets.formats.limits import Limits
from packets.source import Source, open_source

Frame = tuple[int, bytes]  # nanoseconds, bytes
START = 1_700_000_000_000_000_000
FRAMES: list[Frame] = [(START + i * 1_001_000, bytes([i % 251]) * (60 + i % 7)) for i in range(12)]


def header(order="<", magic=0xA1B2C3D4, *, network=1, snaplen=262_144, version=(2, 4)) -> bytes:
    return struct.pack(order + "IHHIIII", magic, *version, 0, 0, snaplen, network)


def record(time: int, frame: bytes, order="<", *, tick=1000, extra=b"", claims=None, original=None) -> bytes:
    captured = len(frame) if claims is None else claims
    wire = len(frame) if original is None else original
    seconds, rest = divmod(time, 10**9)
    return struct.pack(order + "IIII", seconds, rest // tick, captured, wire) + extra + frame


def pcap(
    frames: Iterable[Frame] = FRAMES, order="<", magic=0xA1B2C3D4, *, tick=1000, extra=b"", **head
) -> bytes:
    body = b"".join(record(time, frame, order, tick=tick, extra=extra) for time, frame in frames)
    return header(order, magic, **head) + body


def block(kind: int, body: bytes, order="<", *, total=None, trailer=None) -> bytes:
    body += bytes(-len(body) % 4)
    length = len(body) + 12 if total is None else total
    behind = length if trailer is None else trailer
    return struct.pack(order + "II", kind, length) + body + struct.pack(order + "I", behind)


def section(order="<", *, version=(1, 0), length=-1, options=b"") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, *version, length) + options, order)


def option(code: int, value: bytes, order="<") -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def interface(order="<", *, link=1, snaplen=0, options=b"") -> bytes:
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + options, order)


def packet(ticks: int, frame: bytes, order="<", *, number=0, claims=None, options=b"") -> bytes:
    captured = len(frame) if claims is None else claims
    fixed = struct.pack(order + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, captured, len(frame))
    return block(6, fixed + frame + bytes(-len(frame) % 4) + options, order)


def simple(frame: bytes, order="<", *, original=None) -> bytes:
    return block(3, struct.pack(order + "I", len(frame) if original is None else original) + frame, order)


def pcapng(frames: Iterable[Frame] = FRAMES, order="<") -> bytes:
    return section(order) + interface(order) + b"".join(packet(t // 1000, f, order) for t, f in frames)


class Reads:
    """What a file turned out to hold."""

    def __init__(self, source: Source, batches: list[Batch]) -> None:
        self.batches, self.notes = batches, source.notes
        self.format, self.truncated, self.dropped = source.format, source.truncated, source.dropped
        self.frames = [
            (int(t), bytes(b.data[o : o + c]))
            for b in batches
            for t, o, c in zip(b.time_ns, b.offset.tolist(), b.captured.tolist(), strict=True)
        ]

    def column(self, name: str) -> list[int]:
        assert name in COLUMNS
        return [int(value) for batch in self.batches for value in getattr(batch, name)]

    @property
    def codes(self) -> list[str]:
        return [note.code for note in self.notes]


def reads(folder: Path, content: bytes, **limits) -> Reads:
    path = folder / "capture"
    path.write_bytes(content)
    with open_source(path, Limits(**limits)) as source:
        return Reads(source, list(source.batches()))


def refused(folder: Path, content: bytes, **limits) -> CaptureError:
    """The refusal of a file; it must speak both languages in one sentence."""
    with pytest.raises(CaptureError) as caught:
        reads(folder, content, **limits)
    problem = caught.value
    assert str(problem) == problem.text["en"]
    assert problem.text["ja"]
    assert "\n" not in str(problem)
    return problem
