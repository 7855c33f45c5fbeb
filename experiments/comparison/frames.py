"""Where two capture files begin to differ: the packet, and what it is in each of them."""

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.comparison.difference import Difference, difference
from experiments.comparison.seen import Seen, seen
from experiments.comparison.words import NOTHING, here_and_there, told_apart
from packets.capture import CaptureError, read
from packets.errors import Text

FILE_HEADER, RECORD_HEADER = 24, 16  # bytes of a classic pcap file
LITTLE_ENDIAN = (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")  # micro- and nanoseconds


@dataclass(frozen=True)
class Record:
    """One record of a pcap file: which, and where its header begins."""

    number: int
    begins: int


def first_differing_byte(one: bytes, other: bytes) -> int:
    """The position of the first byte that is not the same, or that only one of them has."""
    size = min(len(one), len(other))
    here, there = (np.frombuffer(data, np.uint8, size) for data in (one, other))
    differing = np.flatnonzero(here != there)
    return int(differing[0]) if len(differing) else size


def captures_differ(file: str, one: bytes, other: bytes, start_ns: tuple[int, int] | None) -> Difference:
    """The first packet that differs; ``start_ns``: the virtual second 0 of each, None: not known."""
    at = first_differing_byte(one, other)
    record = _record_at(max(one, other, key=len), at)
    if record is None:
        return difference(file, _bytes(one, other, at), _byte_of_file(at))
    place = {"en": f"packet {record.number}", "ja": f"パケット {record.number}"}
    here, there = (_packet(data, record) for data in (one, other))
    starts = start_ns or _first_times(here, there)
    said = told_apart(
        lambda digits: _said(here, starts[0], digits), lambda digits: _said(there, starts[1], digits)
    )
    if said[0] != said[1]:
        return difference(file, here_and_there(*said), place)
    return difference(file, _same_but_for_a_byte(said[0], one, other, at, record), place)


def _record_at(data: bytes, at: int) -> Record | None:
    """The record that holds a byte; None: it is in the header of the file."""
    order = "<" if data[:4] in LITTLE_ENDIAN else ">"
    number, begins = 1, FILE_HEADER
    while begins + RECORD_HEADER <= len(data) and at >= begins:
        (kept,) = struct.unpack_from(f"{order}I", data, begins + 8)
        if at < begins + RECORD_HEADER + kept:
            return Record(number, begins)
        number, begins = number + 1, begins + RECORD_HEADER + kept
    return None


def _packet(data: bytes, record: Record) -> Seen | None:
    """The packet, None where the file ends before it or cannot be read."""
    if len(data) < record.begins + RECORD_HEADER:
        return None
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(data)
        file.flush()
        try:
            capture = read(Path(file.name))
        except CaptureError:
            return None
    return seen(capture, capture.frame(record.number)) if record.number <= capture.packet_count else None


def _first_times(*packets: Seen | None) -> tuple[int, int]:
    times = [packet.time_ns for packet in packets if packet]
    return (min(times),) * 2 if times else (0, 0)


def _said(packet: Seen | None, start_ns: int, digits: int) -> Text:
    return packet.text(start_ns, digits) if packet else NOTHING


def _same_but_for_a_byte(said: Text, one: bytes, other: bytes, at: int, record: Record) -> Text:
    """Two packets that read the same: which byte makes them differ."""
    inside, values = at - record.begins - RECORD_HEADER, _bytes(one, other, at)
    if inside < 0:  # the time or the lengths that the recorder wrote
        place = {"en": "the recorder's header", "ja": "記録のヘッダー"}
    else:
        place = {"en": f"byte {inside + 1}", "ja": f"{inside + 1} バイト目"}
    return {
        "en": f"{said['en']}, but {place['en']} is {values['en']}",
        "ja": f"{said['ja']}。{place['ja']}が異なります（{values['ja']}）",
    }


def _byte_of_file(at: int) -> Text:
    return {"en": f"byte {at + 1} of the file", "ja": f"{at + 1} バイト目"}


def _bytes(one: bytes, other: bytes, at: int) -> Text:
    here, there = (f"0x{data[at]:02x}" if at < len(data) else NOTHING for data in (one, other))
    return here_and_there(here, there)
