"""pcapng: a chain of blocks in sections, each section with its own byte order and interfaces.

Source: draft-ietf-opsawg-pcapng. Framing is what holds the file together: a block whose two lengths do not
agree ends the
reading. What is wrong inside a block costs that block only, and is counted.
"""

import struct
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from packets.errors import CaptureError, Text
from packets.formats import pcapng_blocks as blocks
from packets.formats.batch import Batch
from packets.formats.limits import Limits
from packets.formats.pcapng_blocks import Interfaces, Section
from packets.formats.pcapng_packets import Chunk, packets
from packets.formats.reading import Columns, End, Ending, Reading, joined
from packets.formats.walk import Positions, chain, gather
from packets.formats.window import Bytes, Window

SHORTEST = 28  # bytes of a section header without options

_UNKNOWN_SECTION = {
    "en": "begins a section of unknown version or byte order",
    "ja": "バージョンまたはバイト順が不明なセクションの始まりである",
}


def recognises(head: bytes) -> bool:
    """Whether a file that begins like this is pcapng, of whatever version."""
    return head[:4] == blocks.SECTION_MAGIC and head[8:12] in blocks.BYTE_ORDERS


def begins(head: bytes) -> bool:
    """Whether these bytes in the middle of a file begin another pcapng file, of a known version."""
    return head[:4] == blocks.SECTION_MAGIC and section_order(head, 0) is not None


def section_order(data: Bytes, at: int) -> str | None:
    """The byte order of the section header at ``at``; None when it or the version is not known."""
    order = blocks.BYTE_ORDERS.get(bytes(data[at + 8 : at + 12]))
    if order is None or len(data) < at + 16:
        return None
    return order if struct.unpack_from(order + "HH", data, at + 12) in blocks.VERSIONS else None


def check(data: Bytes) -> None:
    """Raises CaptureError when the first section header is cut short or of an unknown version."""
    if len(data) < SHORTEST:
        raise CaptureError(
            "cut_in_header",
            f"The file is cut off inside the pcapng section header: {len(data)} of at least {SHORTEST} "
            f"bytes are there.",
            f"ファイルがpcapngのセクションヘッダーの途中で切れています（最低{SHORTEST}バイト中{len(data)}バイト）。",
        )
    if section_order(data, 0) is None:
        major, minor = struct.unpack_from(blocks.BYTE_ORDERS[bytes(data[8:12])] + "HH", data, 12)
        raise CaptureError(
            "unknown_version",
            f"This is a pcapng file of version {major}.{minor}; only version 1.0 is known.",
            f"pcapngファイルのバージョンが{major}.{minor}です。既知のバージョンは1.0のみです。",
        )


def read(window: Window, reading: Reading) -> Generator[Batch, None, Ending]:
    """Yield the frames of the pcapng file at the start of the window; returns how it ended."""
    check(window.data)
    section = Section("<", Interfaces(reading.interfaces))
    while True:
        pieces, ending = _window(window, section, reading)
        reading.interfaces = section.interfaces.end
        if pieces:
            yield from reading.batches(window.data, joined(pieces))
        if ending.end is not End.WHOLE or (window.ended and ending.at >= len(window.data)):
            return ending
        window.move(ending.at, _wanted(window.data, ending.at, reading.limits))


def _wanted(data: Bytes, at: int, limits: Limits) -> int:
    """The window must be able to hold the block that did not fit (in either byte order), up to the limit."""
    if at + 8 > len(data):
        return SHORTEST
    claims = [struct.unpack_from(order + "I", data, at + 4)[0] for order in "<>"]
    return max((claim for claim in claims if claim <= limits.most_block), default=0) + SHORTEST


def _window(window: Window, section: Section, reading: Reading) -> tuple[list[Columns], Ending]:
    """All blocks that lie whole within the window: one chunk, or several when the byte order changes on the
    way.
    """
    data, at, pieces = window.data, 0, list[Columns]()
    while True:
        if data[at : at + 4] == blocks.SECTION_MAGIC:
            section.order = section_order(data, at) or section.order
        positions, heads, ending = _chunk(data, at, section.order, reading.limits, window.ended)
        if len(positions):
            columns = packets(Chunk(data, positions, heads, window.origin), section, reading)
            pieces += [columns] if columns else []
        if ending.end is not End.GLUED:
            return pieces, ending
        at = ending.at


def _chunk(
    data: Bytes, at: int, order: str, limits: Limits, last: bool
) -> tuple[Positions, NDArray[np.int64], Ending]:
    """Positions and heads (type, total length) of the whole blocks from ``at`` on that have this byte order.

    The ending is GLUED before a section in the other byte order, WHOLE where only more data is wanted.
    """
    positions = chain(data, at, 8, 4, order, "pcapng", len(data))
    heads = gather(data, positions, 8).view(order + "u4").astype(np.int64)
    kinds, totals = heads.T
    sane = (totals >= 12) & (totals & 3 == 0) & (totals <= limits.most_block)
    turn, turned = _turn(data, positions, kinds, order)
    stop = min(turn, int(np.argmin(sane)) if not sane.all() else len(sane))
    ends = positions + totals
    whole = int(np.searchsorted(ends[:stop], len(data), side="right"))
    trailers = gather(data, ends[:whole] - 4, 4).view(order + "u4")[:, 0]
    unlike = np.flatnonzero(trailers != totals[:whole])
    count = int(unlike[0]) if len(unlike) else whole
    if count:
        at = int(ends[count - 1])
    if count < whole:
        ending = Ending(End.DAMAGED, at, _trailer(int(totals[count]), int(trailers[count])))
    elif whole < stop or stop == len(positions):
        ending = _rest(len(data) - at, at, last)
    elif stop == turn and turned:
        ending = Ending(End.GLUED, at)
    else:
        ending = _damaged(data, at, order, last)
    return positions[:count], heads[:count], ending


def _turn(data: Bytes, positions: Positions, kinds: NDArray[np.int64], order: str) -> tuple[int, bool]:
    """Index of the first section header not in this byte order, and whether it is in the other one."""
    for index in np.flatnonzero(kinds == blocks.SECTION):
        found = section_order(data, int(positions[index]))
        if found != order:
            return int(index), found is not None
    return len(positions), False


def _rest(left: int, at: int, last: bool) -> Ending:
    if not last or not left:
        return Ending(End.WHOLE, at)
    return Ending(End.CUT, at, {"en": "is cut off inside a block", "ja": "ブロックの途中で切れている"})


def _damaged(data: Bytes, at: int, order: str, last: bool) -> Ending:
    """Why there is no block at ``at``."""
    rest = data[at : at + SHORTEST]
    if not any(rest):
        return Ending(End.ZEROS, at)
    if rest[:4] == blocks.SECTION_MAGIC:
        if len(rest) < 16:
            return _rest(len(rest), at, last)
        return Ending(End.DAMAGED, at, _UNKNOWN_SECTION)
    (total,) = struct.unpack_from(order + "I", data, at + 4)
    return Ending(
        End.DAMAGED,
        at,
        {"en": f"claims a block of {total:,} bytes", "ja": f"ブロック長を{total:,}バイトとしている"},
    )


def _trailer(first: int, second: int) -> Text:
    return {
        "en": f"gives its length as {first:,} bytes at its start and as {second:,} at its end",
        "ja": f"長さが先頭では{first:,}バイト、末尾では{second:,}バイトとなっている",
    }
