"""Ticks of a capture's clock to nanoseconds since the epoch, in exact integer arithmetic, never raising.

Source: draft-ietf-opsawg-pcapng, options if_tsresol and if_tsoffset.
"""

import numpy as np
from numpy.typing import NDArray

SECOND = 1_000_000_000
_MOST = 2**63 - 1  # int64 nanoseconds end in the year 2262
MICROSECONDS = 6  # if_tsresol when the option is absent
_BINARY = 0x80  # its top bit: a power of 2 instead of 10
MOST_OFFSET = _MOST // SECOND  # seconds


def nanoseconds(ticks: NDArray[np.uint64], resolution: int) -> tuple[NDArray[np.int64], int]:
    """Ticks of ``10^-resolution`` seconds (top bit set: of ``2^-(resolution & 127)``), and how many did not
    fit.

    Times beyond the year 2262 become the last one that fits. Finer than nanoseconds is cut off, not rounded.
    """
    if resolution & _BINARY:
        return _binary(ticks, resolution & ~_BINARY)
    if resolution > 9:
        return _finer(ticks, resolution - 9), 0
    return _times(ticks, 10 ** (9 - resolution))


def _times(ticks: NDArray[np.uint64], factor: int) -> tuple[NDArray[np.int64], int]:
    beyond = ticks > np.uint64(_MOST // factor)
    lost = int(np.count_nonzero(beyond))
    if not lost:
        return ticks.astype(np.int64) * factor, 0
    return np.where(beyond, _MOST, np.where(beyond, 0, ticks).astype(np.int64) * factor), lost


def _finer(ticks: NDArray[np.uint64], digits: int) -> NDArray[np.int64]:
    if digits > 19:  # 2^64 ticks are less than a nanosecond
        return np.zeros(len(ticks), np.int64)
    return (ticks // np.uint64(10**digits)).astype(np.int64)


def _binary(ticks: NDArray[np.uint64], bits: int) -> tuple[NDArray[np.int64], int]:
    if bits >= 64:
        return _fraction(ticks, bits), 0
    seconds, lost = _times(ticks >> np.uint64(bits), SECOND)
    part = _fraction(ticks & np.uint64(2**bits - 1), bits)
    return np.where(seconds > _MOST - SECOND, seconds, seconds + part), lost


def _fraction(part: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    """floor(part * 10^9 / 2^bits); in two halves of 32 bits where the product would pass 64."""
    if bits <= 32:
        return ((part * np.uint64(SECOND)) >> np.uint64(bits)).astype(np.int64)
    high, low = part >> np.uint64(32), part & np.uint64(0xFFFFFFFF)
    product = high * np.uint64(SECOND) + ((low * np.uint64(SECOND)) >> np.uint64(32))
    shift = bits - 32
    if shift >= 64:
        return np.zeros(len(part), np.int64)
    return (product >> np.uint64(shift)).astype(np.int64)


def shifted(time: NDArray[np.int64], seconds: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Times with an offset added (|seconds| <= MOST_OFFSET), saturating, and how many did not fit."""
    offset = seconds * SECOND
    moved = time + offset  # wraps around
    beyond = ((time ^ moved) & (offset ^ moved)) < 0
    lost = int(np.count_nonzero(beyond))
    return (np.where(beyond, np.where(offset > 0, _MOST, -_MOST), moved) if lost else moved), lost
