"""Which packets of a connection are drawn and which are folded away: never more than a few hundred rows.

Evidence first, then the packets that open, close and break, then what happened twice or after a long silence,
then their neighbours. Runs of the rest (data and its acknowledgements) become one row each.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from packets.columns import (
    COPY,
    FIN,
    GAP_BEFORE,
    KEEPALIVE_SHAPED,
    RST,
    SEEN_PARTLY,
    SEEN_TWICE,
    SYN,
    TCP,
    UDP,
    WINDOW_ZERO,
)

# A diagram of 500 rows still draws in a millisecond, but nobody reads it: 300 is "a few hundred" with room
# to spare.
MOST_ROWS = 300
# Up to here everything is drawn: four screens, and folding would hide more than it helps.
ALL_DRAWN = 80
# Silences are drawn as a break from one second on, when they also stand out (20 times the median gap) ...
_SILENCE_NS, _STANDS_OUT = 1_000_000_000, 20
# ... and the longest ones only, each costs a row.
_MOST_PAUSES = 40
_TOLD = SEEN_TWICE | SEEN_PARTLY | GAP_BEFORE | WINDOW_ZERO | KEEPALIVE_SHAPED | COPY

ORDINARY, NEIGHBOUR, TOLD, TURNING, EVIDENCE = range(5)


@dataclass(frozen=True)
class Arrow:
    """One packet, by its row."""

    row: int


@dataclass(frozen=True)
class Fold:
    """Rows first to last (inclusive) as one line."""

    first: int
    last: int


@dataclass(frozen=True)
class Pause:
    """A silence before the next row, in nanoseconds."""

    length_ns: int


Step = Arrow | Fold | Pause


def fold(
    rows: np.ndarray, evidence: Collection[int] = (), most: int = MOST_ROWS, all_drawn: int = ALL_DRAWN
) -> list[Step]:
    """The steps of the diagram of `rows` (PACKET_DTYPE, in order): at most `most` of them, pauses included.

    `evidence` holds frame numbers. With up to `all_drawn` rows nothing is folded. Of more evidence than there
    is room for, the first and an even selection stay.
    """
    whole = len(rows) <= min(all_drawn, most * 2 // 3)
    silences = _silences(rows["time_ns"], most // 3 if whole else min(_MOST_PAUSES, most // 3))
    if whole:
        kept = np.arange(len(rows))
    else:
        room = (most - len(silences)) // 2 - 1  # between two drawn rows there may be a fold
        kept = _chosen(_ranks(rows, evidence, silences), room)
    return _steps(kept, len(rows), silences)


def _ranks(rows: np.ndarray, evidence: Collection[int], silences: dict[int, int]) -> np.ndarray:
    """How much each row matters, ORDINARY to EVIDENCE."""
    ranks = np.zeros(len(rows), np.int8)
    tcp = rows["protocol"] == TCP
    ranks[(rows["marks"] & _TOLD) != 0] = TOLD
    for after in silences:
        ranks[[after - 1, after]] = np.maximum(ranks[[after - 1, after]], TOLD)
    ranks[(tcp & ((rows["flags"] & (SYN | FIN | RST)) != 0)) | (~tcp & (rows["protocol"] != UDP))] = TURNING
    ranks[np.isin(rows["frame"], np.fromiter(evidence, np.int64))] = EVIDENCE
    ranks[[0, -1]] = np.maximum(ranks[[0, -1]], TURNING)
    return _with_neighbours(ranks)


def _with_neighbours(ranks: np.ndarray) -> np.ndarray:
    """The row before and the row after a row that matters are its context."""
    matters = ranks >= TURNING
    beside = np.zeros(len(ranks), bool)
    beside[:-1] |= matters[1:]
    beside[1:] |= matters[:-1]
    return np.where(beside & (ranks == ORDINARY), NEIGHBOUR, ranks)


def _chosen(ranks: np.ndarray, room: int) -> np.ndarray:
    """Row numbers to draw, ascending: whole ranks from the top while they fit, of the one that does not an
    even part.
    """
    chosen: list[np.ndarray] = []
    for rank in (EVIDENCE, TURNING, TOLD, NEIGHBOUR):
        of_rank = np.flatnonzero(ranks == rank)
        if len(of_rank) > room:
            of_rank = (
                of_rank[np.unique(np.linspace(0, len(of_rank) - 1, room).round().astype(int))]
                if room
                else of_rank[:0]
            )
        chosen.append(of_rank)
        room -= len(of_rank)
    return np.sort(np.concatenate(chosen))


def _silences(times: np.ndarray, most: int) -> dict[int, int]:
    """Row → nanoseconds of silence before it, for the longest silences that stand out."""
    if len(times) < 2:
        return {}
    gaps = np.diff(times)
    floor = max(_SILENCE_NS, int(np.median(gaps)) * _STANDS_OUT if len(gaps) > 20 else 0)
    long = np.flatnonzero(gaps >= floor)
    longest = long[np.argsort(gaps[long], kind="stable")[::-1][:most]]
    return {int(i) + 1: int(gaps[i]) for i in longest}


def _steps(kept: Iterable[int], total: int, silences: dict[int, int]) -> list[Step]:
    steps: list[Step] = []
    next_row = 0
    for row in [*(int(k) for k in kept), total]:
        steps += _between(next_row, row - 1, silences)
        if row < total:
            steps += [Pause(silences[row])] if row in silences else []
            steps.append(Arrow(row))
        next_row = row + 1
    return steps


def _between(first: int, last: int, silences: dict[int, int]) -> list[Step]:
    """What stands for rows first to last: nothing, the one packet itself, or a fold."""
    if first > last:
        return []
    if first == last:
        return [Pause(silences[first]), Arrow(first)] if first in silences else [Arrow(first)]
    return [Fold(first, last)]
