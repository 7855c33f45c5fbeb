"""The packets of a stretch of pcapng blocks: enhanced, simple and obsolete packet blocks to columns, many at
once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.columns import NO_LINK
from packets.formats import pcapng_blocks as blocks
from packets.formats.clocks import nanoseconds, shifted
from packets.formats.pcapng_blocks import Section
from packets.formats.reading import Columns, Reading
from packets.formats.walk import Positions, gather
from packets.formats.window import Bytes

Numbers = NDArray[np.int64]

# Blocks that Wireshark numbers as frames although they hold no packet; they keep their number here.
_NUMBERED = (blocks.CUSTOM, blocks.CUSTOM_NO_COPY)
_DESCRIBING = (blocks.SECTION, blocks.INTERFACE, blocks.STATISTICS)
_PACKETS = (blocks.ENHANCED, blocks.PACKET, blocks.SIMPLE)
_FRAME_AT = 28  # bytes into an enhanced or obsolete packet block
_SIMPLE_AT = 12
_CUSTOM_AT = 12
_FLAGS_HEAD = (2, 4)  # epb_flags: code and length


@dataclass(frozen=True)
class Chunk:
    """Whole, well-framed blocks: where they start in ``data``, and their heads (type, total length)."""

    data: Bytes
    positions: Positions
    heads: Numbers  # (n, 2)
    origin: int  # position of data[0] in the stream


@dataclass(frozen=True)
class _Known:
    """What the describing blocks say for each of some blocks."""

    first: Numbers  # number of the first interface of the section it is in
    end: Numbers  # interfaces described before it


def packets(chunk: Chunk, section: Section, reading: Reading) -> Columns | None:
    """Read the describing blocks of a chunk, then all its packets; None when there are none."""
    kinds = chunk.heads[:, 0]
    if (kinds == blocks.ENHANCED).all():
        rows = np.arange(len(kinds))
    else:
        rows = np.flatnonzero(np.isin(kinds, _PACKETS + _NUMBERED))
        _count_skipped(chunk, section.order, reading)
    known = _describe(chunk, rows, section, reading)
    return _columns(chunk, rows, known, section, reading) if len(rows) else None


def _count_skipped(chunk: Chunk, order: str, reading: Reading) -> None:
    kinds = chunk.heads[:, 0]
    named = _PACKETS + _NUMBERED + _DESCRIBING + (blocks.NAMES,)
    others = np.flatnonzero(~np.isin(kinds, named))
    secret = kinds[others] == blocks.SECRETS
    for oddity, some in (("secrets", others[secret]), ("skipped_block", others[~secret])):
        if len(some):
            reading.count(oddity, len(some), byte=chunk.origin + int(chunk.positions[some[0]]))
    for index in others[secret].tolist():
        at, total = int(chunk.positions[index]), int(chunk.heads[index, 1])
        blocks.secrets(chunk.data, at, total, order, reading)


def _describe(chunk: Chunk, rows: Numbers, section: Section, reading: Reading) -> _Known:
    """Read sections, interfaces and statistics in file order."""
    interfaces = section.interfaces
    starts, firsts, added, before = list[int](), [interfaces.first], list[int](), interfaces.end
    kinds = chunk.heads[:, 0]
    for index in np.flatnonzero(np.isin(kinds, _DESCRIBING)).tolist() if len(rows) < len(kinds) else ():
        at, (kind, total) = int(chunk.positions[index]), chunk.heads[index].tolist()
        if kind == blocks.SECTION:
            blocks.section_comments(chunk.data, at, total, section.order, reading)
            interfaces.first = interfaces.end
            starts.append(index)
            firsts.append(interfaces.first)
        elif kind == blocks.INTERFACE:
            interfaces.add(blocks.interface(chunk.data, at, total, section.order, reading))
            added.append(index)
        else:
            blocks.statistics(chunk.data, at, total, section.order, reading, interfaces.first)
    first = np.array(firsts, np.int64)[np.searchsorted(np.array(starts, np.int64), rows)]
    return _Known(first, before + np.searchsorted(np.array(added, np.int64), rows))


@dataclass(frozen=True)
class _Raw:
    """What the packet blocks themselves say; one element per row."""

    interface: Numbers  # within its section
    ticks: NDArray[np.uint64]
    captured: Numbers
    original: Numbers
    frame_at: Numbers  # bytes into the block
    packet: NDArray[np.bool_]  # False: only numbered
    timed: NDArray[np.bool_]

    def of(self, some: NDArray[np.bool_]) -> "_Raw":
        return _Raw(*(getattr(self, name)[some] for name in self.__dataclass_fields__))


def _columns(
    chunk: Chunk, rows: Numbers, known: _Known, section: Section, reading: Reading
) -> Columns | None:
    raw = _read(chunk, rows, known, section)
    good = _judge(chunk, rows, raw, known, reading)
    if not good.all():
        rows, raw, known = rows[good], raw.of(good), _Known(known.first[good], known.end[good])
    if not len(rows):
        return None
    number = known.first + raw.interface
    table = section.interfaces.rows(np.where(raw.packet, number, section.interfaces.start))
    starts = chunk.positions[rows] + raw.frame_at
    _comments(chunk, rows, raw, section.order, reading)
    return {
        "offset": starts,
        "captured": raw.captured,
        "original": raw.original,
        "time_ns": _times(raw, table, reading),
        "link_type": np.where(raw.packet, table["link_type"], NO_LINK),
        "interface": np.minimum(number, blocks.MOST_INTERFACE),
        "fcs": _fcs(chunk, rows, raw, table, section.order),
    }


def _read(chunk: Chunk, rows: Numbers, known: _Known, section: Section) -> _Raw:
    kinds, totals = chunk.heads[rows].T
    full = ((kinds == blocks.ENHANCED) | (kinds == blocks.PACKET)) & (totals >= _FRAME_AT + 4)
    if full.all():
        return _full(chunk, rows, kinds, section.order)
    raw = _empty(kinds, totals)
    some = _full(chunk, rows[full], kinds[full], section.order)
    for name in _Raw.__dataclass_fields__:
        getattr(raw, name)[full] = getattr(some, name)
    _simple(
        chunk,
        rows,
        np.flatnonzero((kinds == blocks.SIMPLE) & (totals >= _SIMPLE_AT + 4)),
        raw,
        known,
        section,
    )
    return raw


def _empty(kinds: Numbers, totals: Numbers) -> _Raw:
    """Rows as they stand for custom blocks; a captured length of -1 marks packet blocks that are not read
    yet.
    """
    packet = np.isin(kinds, _PACKETS)
    size = np.where(packet, -1, np.maximum(totals - _CUSTOM_AT - 4, 0))
    zeros, never = np.zeros(len(kinds), np.int64), np.zeros(len(kinds), np.bool_)
    start = np.where(totals >= _CUSTOM_AT + 4, _CUSTOM_AT, 8)
    return _Raw(zeros, zeros.astype(np.uint64), size, size.copy(), start, packet, never)


def _full(chunk: Chunk, rows: Numbers, kinds: Numbers, order: str) -> _Raw:
    """Enhanced packet blocks, and obsolete ones, whose interface has 16 bits, followed by a drop count."""
    words = gather(chunk.data, chunk.positions[rows], _FRAME_AT).view(order + "u4")
    interface = words[:, 2].astype(np.int64)
    short = interface & 0xFFFF if order == "<" else interface >> 16
    ticks = words[:, 3].astype(np.uint64) << np.uint64(32) | words[:, 4]
    every = np.ones(len(rows), np.bool_)
    return _Raw(
        np.where(kinds == blocks.PACKET, short, interface),
        ticks,
        words[:, 5].astype(np.int64),
        words[:, 6].astype(np.int64),
        np.full(len(rows), _FRAME_AT),
        every,
        every,
    )


def _simple(chunk: Chunk, rows: Numbers, some: Numbers, raw: _Raw, known: _Known, section: Section) -> None:
    """Simple packet blocks: no time, the section's first interface, whose snaplen gives the length."""
    original = (
        gather(chunk.data, chunk.positions[rows[some]] + 8, 4)
        .view(section.order + "u4")[:, 0]
        .astype(np.int64)
    )
    room = chunk.heads[rows[some], 1] - _SIMPLE_AT - 4
    there = known.first[some] < known.end[some]
    numbers = np.where(there, known.first[some], section.interfaces.start)
    snaplen = section.interfaces.rows(numbers)["snaplen"].astype(np.int64)
    captured = np.minimum(original, np.where(snaplen > 0, snaplen, original))
    raw.captured[some] = np.minimum(captured, room)
    raw.original[some] = original
    raw.frame_at[some] = _SIMPLE_AT


def _judge(chunk: Chunk, rows: Numbers, raw: _Raw, known: _Known, reading: Reading) -> NDArray[np.bool_]:
    """Which packet blocks can be used; the others are counted and cost nothing else."""
    room = chunk.heads[rows, 1] - raw.frame_at - 4
    fits = (raw.captured >= 0) & (raw.captured <= room) & (raw.captured <= reading.limits.most_record)
    lost = raw.packet & (known.first + raw.interface >= known.end)
    good = (fits | ~raw.packet) & ~lost
    found = {
        "bad_packet": ~fits & raw.packet,
        "no_interface": fits & lost,
        "numbered": ~raw.packet,
        "untimed": good & raw.packet & ~raw.timed,
    }
    for oddity, some in found.items():
        if some.any():
            index = int(np.argmax(some))
            frame = reading.frames + 1 + int(np.count_nonzero(good[:index]))
            reading.count(
                oddity, int(np.count_nonzero(some)), frame, chunk.origin + int(chunk.positions[rows[index]])
            )
    return good


def _times(raw: _Raw, table: NDArray[np.void], reading: Reading) -> Numbers:
    """Nanoseconds since the epoch; a frame without a time gets that of the last one that had one."""
    resolutions, offset = table["resolution"], table["offset"]
    time, lost = np.empty(len(table), np.int64), 0
    for resolution in np.unique(resolutions):
        some = resolutions == resolution
        time[some], beyond = nanoseconds(raw.ticks[some], int(resolution))
        lost += beyond
    if offset.any():
        time, beyond = shifted(time, offset)
        lost += beyond
    reading.count("time", lost, reading.frames + 1)
    if not raw.timed.all():
        last = np.maximum.accumulate(np.where(raw.timed, np.arange(len(time)), -1))
        time = np.where(last >= 0, time[last], reading.last_ns)
    reading.last_ns = int(time[-1])
    return time


def _comments(chunk: Chunk, rows: Numbers, raw: _Raw, order: str, reading: Reading) -> None:
    """Comments of enhanced packet blocks, where they come first among the options, as writers put them."""
    behind = raw.frame_at + (raw.captured + 3 & ~3)
    enhanced = raw.timed & (chunk.heads[rows, 0] == blocks.ENHANCED)
    some = np.flatnonzero(enhanced & (behind + 8 <= chunk.heads[rows, 1]))
    if not len(some):
        return
    at = chunk.positions[rows[some]] + behind[some]
    heads = gather(chunk.data, at, 4).view(order + "u2")
    ends = chunk.positions[rows[some]] + chunk.heads[rows[some], 1] - 4
    for index in np.flatnonzero((heads[:, 0] == blocks.COMMENT) & (at + 4 + heads[:, 1] <= ends)).tolist():
        start, length = int(at[index]) + 4, int(heads[index, 1])
        frame = reading.frames + 1 + int(some[index])
        blocks.comment(frame, bytes(chunk.data[start : start + length]), reading)


def _fcs(chunk: Chunk, rows: Numbers, raw: _Raw, table: NDArray[np.void], order: str) -> NDArray[np.uint8]:
    """Bytes of frame check sequence: by the interface, or by the packet's flags where they come first."""
    fcs = table["fcs"].copy()
    behind = raw.frame_at + (raw.captured + 3 & ~3)
    some = np.flatnonzero(
        raw.timed & (chunk.heads[rows, 0] == blocks.ENHANCED) & (behind + 12 <= chunk.heads[rows, 1])
    )
    if len(some):
        option = gather(chunk.data, chunk.positions[rows[some]] + behind[some], 8)
        head, flags = option[:, :4].copy().view(order + "u2"), option[:, 4:].copy().view(order + "u4")[:, 0]
        own = (flags >> 5 & 15).astype(np.uint8)
        told = (head == _FLAGS_HEAD).all(axis=1) & (own > 0)
        fcs[some[told]] = own[told]
    return fcs
