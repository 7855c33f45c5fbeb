"""pcap: a file header, then records of a time, two lengths and a frame.

Source: draft-ietf-opsawg-pcap; for the modified headers, the swapped lengths and AIX, the notes in
Wireshark's libpcap.c.
"""

import struct
from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from packets.errors import CaptureError
from packets.formats.batch import Batch
from packets.formats.limits import Limits
from packets.formats.reading import Columns, End, Ending, Reading
from packets.formats.walk import Positions, chain, gather
from packets.formats.window import Bytes, Window

HEADER = 24  # bytes of the file header
# A frame whose FCS bit is set tells its length in units of two bytes in the top four bits of the link type
# field.
_FCS_PRESENT, _RESERVED = 0x04000000, 0x03FF0000
# Another size than the usual one is believed when this many records agree with it, within this many seconds.
_FEWEST, _LONGEST = 3, 10_000_000
# Of a file's first records no more are looked at in one go: where a thousand tiny files are glued together,
# each walk to the end of the window would be in vain.
_FIRST_WALK = 4096


@dataclass(frozen=True)
class Layout:
    """How the records of one pcap file are laid out."""

    name: str  # "pcap", "pcap-ns" or "pcap-modified"
    order: str  # "<" or ">"
    tick_ns: int  # nanoseconds of one unit of the fraction
    sizes: tuple[int, ...]  # possible sizes of a record's header, likely ones first
    size: int = 16
    swapped: str = "no"  # are the two lengths exchanged: "no", "yes" (before 2.3), "maybe" (2.3)
    link_type: int = 1
    fcs: int = 0  # bytes


_KINDS = {
    0xA1B2C3D4: ("pcap", 1000, (16, 24, 20)),  # 24: the patched libpcap of Red Hat 6.1; 20: Nokia
    0xA1B23C4D: ("pcap-ns", 1, (16,)),
    0xA1B2CD34: (
        "pcap-modified",
        1000,
        (24, 28),
    ),  # Alexey Kuznetzov's patches: interface, protocol, packet type
}
MAGICS = {struct.pack(order + "I", magic): (order, *kind) for magic, kind in _KINDS.items() for order in "<>"}


def recognises(head: bytes) -> bool:
    """Whether a file that begins like this is pcap."""
    return head[:4] in MAGICS


def begins(head: bytes) -> bool:
    """Whether these bytes in the middle of a file are the header of another pcap file: stricter than the
    magic alone.
    """
    if head[:4] not in MAGICS or len(head) < 16:
        return False
    major, minor, zone, accuracy = struct.unpack_from(MAGICS[head[:4]][0] + "HHII", head, 4)
    return major == 2 and minor in (3, 4) and zone == 0 and accuracy == 0


def layout(data: Bytes, limits: Limits) -> Layout:
    """Read the file header. Raises CaptureError when it is cut short or of an unknown version."""
    if len(data) < HEADER:
        raise CaptureError(
            "cut_in_header",
            f"The file is cut off inside the pcap header: {len(data)} of {HEADER} bytes are there, and no "
            f"packet.",
            f"ファイルがpcapヘッダーの途中で切れています（{HEADER}バイト中{len(data)}バイト）。パケットはありません。",
        )
    order, name, tick, sizes = MAGICS[bytes(data[:4])]
    major, minor, network = struct.unpack_from(order + "HH12xI", data, 4)
    _check_version(major, minor)
    _check_network(network)
    swapped = "maybe" if minor == 3 else "no"
    if major == 543 or minor < 3:
        swapped = "yes"
    fcs = (network >> 28) * 2 if network & _FCS_PRESENT else 0
    plain = Layout(name, order, tick, sizes, sizes[0], swapped, network & 0xFFFF, fcs)
    return replace(plain, size=_record_size(data, plain, limits))


def _check_version(major: int, minor: int) -> None:
    if major not in (2, 543):  # 543: DG/UX wrote 2.3 as one number
        raise CaptureError(
            "unknown_version",
            f"This is a pcap file of version {major}.{minor}; only version 2 is known, so its header is "
            f"damaged.",
            f"pcapファイルのバージョンが{major}.{minor}です。既知のバージョンは2のみで、ヘッダーが壊れています。",
        )


def _check_network(network: int) -> None:
    if network & _RESERVED:
        raise CaptureError(
            "unknown_link_type",
            f"The link type field of the pcap header (0x{network:08x}) has reserved bits set, so it names "
            f"no link type.",
            f"pcapヘッダーのリンク種別（0x{network:08x}）の予約ビットが立っており、リンク種別として読めません。",
        )


def _record_size(data: Bytes, plain: Layout, limits: Limits) -> int:
    """The usual size of a record's header, unless the records make no sense under it and all sense under
    another.
    """
    usual, *others = plain.sizes
    if _sensible(data, plain, limits) < 0:
        for size in others:
            if _sensible(data, replace(plain, size=size), limits) >= _FEWEST:
                return size
    return usual


def _sensible(data: Bytes, guess: Layout, limits: Limits) -> int:
    """How many of the first records are as a writer makes them; -1 when one is not."""
    position, records, begin = HEADER, 0, -1
    while records < 10 and position + guess.size <= len(data):
        if records and begins(bytes(data[position : position + HEADER])):
            break  # another file is glued on
        seconds, fraction, first, second = struct.unpack_from(guess.order + "4I", data, position)
        captured, original = _lengths(first, second, guess.swapped)
        begin = seconds if begin < 0 else begin
        fits = captured <= limits.most_record and captured <= original and abs(seconds - begin) < _LONGEST
        if not fits or fraction * guess.tick_ns >= 1_000_000_000:
            return -1
        position += guess.size + captured
        records += 1
    return records


def _lengths(captured: int, original: int, swapped: str) -> tuple[int, int]:
    if swapped == "yes" or (swapped == "maybe" and captured > original):
        return original, captured
    return captured, original


def read(window: Window, reading: Reading) -> Generator[Batch, None, Ending]:
    """Yield the frames of the pcap file at the start of the window; returns how it ended."""
    form = layout(window.data, reading.limits)
    interface = reading.interfaces
    reading.interfaces += 1
    window.move(HEADER, form.size + reading.limits.most_record)
    first = True
    while True:
        data = window.data
        positions = _walk(data, form, _FIRST_WALK if first else len(data))
        last = window.ended and not (first and len(positions) == _FIRST_WALK)
        positions, fields, ending = _records(data, positions, form, reading.limits, last)
        first = False
        if len(positions):
            yield from reading.batches(data, _columns(positions, fields, form, interface, reading))
        if ending.end is not End.WHOLE or (window.ended and ending.at >= len(data)):
            return ending
        window.move(ending.at, form.size + reading.limits.most_record)


def _records(
    data: Bytes, positions: Positions, form: Layout, limits: Limits, last: bool
) -> tuple[Positions, NDArray[np.int64], Ending]:
    """Of the records at ``positions`` those that are whole, their fields (seconds, fraction, captured,
    original), and what follows. ``last``: no other records do.

    The ending is WHOLE at the first byte that is not yet used when only more data is wanted.
    """
    fields = gather(data, positions, form.size).view(form.order + "u4")[:, :4].astype(np.int64)
    if form.swapped != "no":
        fields[:, 2:] = np.sort(fields[:, 2:]) if form.swapped == "maybe" else fields[:, :1:-1]
    ends = positions + form.size + fields[:, 2]
    stop, ending = _stop(data, form, positions, fields, limits)
    if ending is None:
        stop = int(np.searchsorted(ends, len(data), side="right"))
        at = int(ends[stop - 1]) if stop else 0
        ending = _rest(data, at, form, last)
    return positions[:stop], fields[:stop], ending


def _stop(
    data: Bytes, form: Layout, positions: Positions, fields: NDArray[np.int64], limits: Limits
) -> tuple[int, Ending | None]:
    """The first record that is none: too long, all zero, or the header of another file."""
    claims = fields[:, 2]
    too_long = np.flatnonzero(claims > limits.most_record)
    stop = int(too_long[0]) if len(too_long) else len(positions)
    for index in np.flatnonzero((claims[:stop] == 0) & (fields[:stop, 3] == 0)):
        at = int(positions[index])
        if begins(bytes(data[at : at + HEADER])):
            return int(index), Ending(End.GLUED, at)
        if not any(data[at : at + 2 * form.size]):
            return int(index), Ending(End.ZEROS, at)
    if stop < len(positions):
        return stop, Ending(End.DAMAGED, int(positions[stop]), _claim(int(claims[stop])))
    return stop, None


def _claim(length: int) -> dict[str, str]:
    size = f"{length:,} bytes" if length < 2**30 else f"{length / 2**30:.1f} GiB"
    return {"en": f"claims {size}", "ja": f"長さを{size.replace('bytes', 'バイト')}としている"}


def _rest(data: Bytes, at: int, form: Layout, last: bool) -> Ending:
    """Bytes behind the last whole record: nothing yet, or at the end of the stream a record that is cut."""
    if not last or at >= len(data):
        return Ending(End.WHOLE, at)
    left = len(data) - at
    if left <= form.size and not any(data[at:]):
        return Ending(End.ZEROS, at)
    part = ("header", "ヘッダー") if left < form.size else ("packet", "パケット")
    return Ending(
        End.CUT, at, {"en": f"is cut off inside its {part[0]}", "ja": f"{part[1]}の途中で切れている"}
    )


def _columns(
    positions: Positions, fields: NDArray[np.int64], form: Layout, interface: int, reading: Reading
) -> Columns:
    rows = len(positions)
    time = fields[:, 0] * 1_000_000_000 + fields[:, 1] * form.tick_ns
    over = np.flatnonzero(fields[:, 1] * form.tick_ns >= 1_000_000_000)
    reading.count("fraction", len(over), reading.frames + 1 + int(over[0]) if len(over) else None)
    reading.last_ns = int(time[-1])
    return {
        "offset": positions + form.size,
        "captured": fields[:, 2],
        "original": fields[:, 3],
        "time_ns": time,
        "link_type": np.full(rows, form.link_type, np.uint16),
        "interface": np.full(rows, min(interface, 65_535), np.uint16),
        "fcs": np.full(rows, form.fcs, np.uint8),
    }


def _walk(data: Bytes, form: Layout, most: int) -> Positions:
    """Positions of up to ``most`` record headers that lie within ``data``, from its first byte on."""
    if form.swapped == "maybe":
        return _walk_either(data, form, most)
    length_at = 12 if form.swapped == "yes" else 8
    return chain(data, 0, form.size, length_at, form.order, "pcap", most)


def _walk_either(data: Bytes, form: Layout, most: int) -> Positions:
    """As written by some of version 2.3: the smaller of the two lengths is that of the frame in the file."""
    found, position = list[int](), 0
    unpack = struct.Struct(form.order + "8xII").unpack_from
    while position + form.size <= len(data) and len(found) < most:
        found.append(position)
        position += form.size + min(unpack(data, position))
    return np.array(found, dtype=np.int64)
