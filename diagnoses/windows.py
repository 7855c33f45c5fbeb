"""Windows of zero: when an end shut its window, who asked for room meanwhile, and when it opened again.

A probe of a window and a keepalive have the same shape: what tells them apart is the last window that the
peer advertised (RFC 9293 sections 3.8.4 and 3.8.6.1). RSTs and SYNs with window 0 shut nothing.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Connection, End
from packets.columns import FIN, KEEPALIVE_SHAPED, PROBE_SHAPED, RST, SEEN_TWICE, SYN
from packets.table import Table

# A pause that a person notices: the limit of an uninterrupted flow of thought (Nielsen, Usability
# Engineering, 1993, section 5.5). Shorter ones are worth a note, no more.
LONG_S = 1.0
# A sender that waited sends at once when the window opens: within a round trip, and what a stack that was
# scheduled late may need beyond it, seconds.
AT_ONCE_S = 0.2
ENOUGH = 2  # probes of a series: one alone has no interval
# The longest waits between probes: BSD's TCPTV_PERSMAX, 60 s; Linux' TCP_RTO_MAX, 120 s.
CEILINGS = (60.0, timers.LONGEST)


@dataclass(frozen=True)
class Probe:
    """A segment that asks a shut window for room."""

    frame: int
    time_ns: int
    wait_s: float  # since its sender was last told that the window is zero, or asked last
    answer: int | None  # the first segment of the receiver after it and before the next probe


@dataclass(frozen=True)
class Shut:
    """A time in which one end advertised window 0. It ends with the first open window, or with the last
    segment of the connection.
    """

    receiver: End
    zeros: tuple[int, ...]  # frames that advertise window 0
    probes: tuple[Probe, ...]
    opened: int | None  # frame that advertises an open window again
    resumed: int | None  # data of the sender that follows at once
    refused: int | None  # data that waited: sent again, and again refused
    duration_s: float
    seen_open: bool  # the window was seen open before it shut

    @property
    def held_up(self) -> bool:
        """The other side had something to send, and waited with it."""
        return bool(self.probes) or self.resumed is not None or self.refused is not None

    @cached_property
    def waits(self) -> list[float]:
        """How long the sender waited before each probe, seconds."""
        return [probe.wait_s for probe in self.probes]


@dataclass(frozen=True)
class Persist:
    """The timer of a sender that probes: ``doubling``, or at its ``ceiling``; and when it is next due."""

    name: str
    next_s: float


def shuts(c: Connection, end: End) -> tuple[Shut, ...]:
    """The times in which ``end`` had shut its window."""
    return c.once(_of_client if end.name == "client" else _of_server)


def _of_client(c: Connection) -> tuple[Shut, ...]:
    return tuple(_find(c, c.client))


def _of_server(c: Connection) -> tuple[Shut, ...]:
    return tuple(_find(c, c.server))


def all_shuts(c: Connection) -> tuple[Shut, ...]:
    """Of both ends."""
    return (*shuts(c, c.client), *shuts(c, c.server))


def worst(c: Connection) -> Shut | None:
    """The shut window that cost most: one that held somebody up before one that did not, then the longest."""
    return max(all_shuts(c), key=lambda shut: (shut.held_up, shut.duration_s), default=None)


def the_worst(c: Connection) -> Shut:
    """The same, for who knows that there is one."""
    shut = worst(c)
    assert shut is not None, "asked only when a condition has found one"
    return shut


def still_shut(c: Connection) -> bool:
    """The window of the worst one did not open again."""
    return the_worst(c).opened is None


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections in which a window was shut."""
    found: NDArray[np.bool_] = (table["client_zero_windows"] > 0) | (table["server_zero_windows"] > 0)
    return found


def _find(c: Connection, end: End) -> list[Shut]:
    rows = c.segments
    theirs = rows["from_client"] == (end.name == "client")
    tells = theirs & ((rows["flags"] & (SYN | RST)) == 0)
    zero = tells & (rows["window_raw"] == 0)
    found, at = [], 0
    while (start := _next(zero & ((rows["flags"] & FIN) == 0), at)) is not None:
        stop = _next(tells & ~zero, start)
        found.append(_shut(c, end, rows, start, stop))
        at = len(rows) if stop is None else stop
    return found


def _next(mask: NDArray[np.bool_], at: int) -> int | None:
    """The first place at or behind ``at`` where the mask holds."""
    where = np.flatnonzero(mask[at:])
    return at + int(where[0]) if len(where) else None


def _shut(c: Connection, end: End, rows: NDArray[np.void], start: int, stop: int | None) -> Shut:
    mine = rows["from_client"] != (end.name == "client")
    inside = rows[start : len(rows) if stop is None else stop]
    asked = mine[start:stop] & ((inside["flags"] & (SYN | RST)) == 0)
    zeros = inside[~mine[start:stop] & (inside["window_raw"] == 0) & ((inside["flags"] & RST) == 0)]
    data = asked & (inside["length"] > 0)
    again = inside[data & ((inside["marks"] & SEEN_TWICE) != 0)]
    before = rows[:start][~mine[:start] & ((rows[:start]["flags"] & (SYN | RST)) == 0)]
    end_ns = int(rows["time_ns"][-1 if stop is None else stop])
    return Shut(
        end,
        tuple(zeros["frame"].tolist()),
        _probes(inside, asked & _asks(inside, int(rows["ack"][start]))),
        None if stop is None else int(rows["frame"][stop]),
        None if stop is None else _resumed(rows[stop:], mine[stop:], round_trip_s(c)),
        int(again["frame"][0]) if len(again) else None,
        max((end_ns - int(rows["time_ns"][start])) / NS, 0.0),
        bool(len(before)),
    )


def _asks(rows: NDArray[np.void], expected: int) -> NDArray[np.bool_]:
    """Shaped like a probe: one byte at SND.NXT, or nothing (or one byte) at SND.UNA - 1, ``expected`` being
    SND.UNA. With data in flight the latter is not shaped like a keepalive.
    """
    shaped = (rows["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED)) != 0
    behind = (rows["length"] <= 1) & (rows["seq"] == expected - 1) & ((rows["flags"] & FIN) == 0)
    found: NDArray[np.bool_] = shaped | behind
    return found


def _probes(rows: NDArray[np.void], mask: NDArray[np.bool_]) -> tuple[Probe, ...]:
    places = [*np.flatnonzero(mask).tolist(), len(rows)]
    return tuple(_probe(rows, at, end) for at, end in pairwise(places))


def _probe(rows: NDArray[np.void], at: int, end: int) -> Probe:
    row, later = rows[at], rows[at + 1 : end]
    answers = later[(later["from_client"] != row["from_client"]) & ((later["flags"] & RST) == 0)]
    waited = float(row["time_ns"] - rows["time_ns"][at - 1]) / NS if at else 0.0
    answer = int(answers["frame"][0]) if len(answers) else None
    return Probe(int(row["frame"]), int(row["time_ns"]), waited, answer)


def _resumed(rows: NDArray[np.void], mine: NDArray[np.bool_], round_trip: float) -> int | None:
    """The data that the sender sends as soon as the window opens: it had waited."""
    until = int(rows["time_ns"][0]) + round((round_trip + AT_ONCE_S) * NS)
    data = rows[mine & (rows["length"] > 0) & (rows["time_ns"] <= until)]
    return int(data["frame"][0]) if len(data) else None


def round_trip_s(c: Connection) -> float:
    """The round trip of the handshake, whole from wherever it was captured; 0 when it was not seen."""
    begun, ended = c.record["syn_time"], c.record["shaken_time"]
    return (ended - begun) / NS if 0 <= begun <= ended else 0.0


def persist(waits: list[float], round_trip: float) -> Persist | None:
    """The model that the waits before probes fit (RFC 9293 section 3.8.6.1: they grow exponentially).

    At the receiver the answer's way back and the probe's way are part of each wait; at the sender they are
    not: both are tried.
    """
    for offset in (0.0, round_trip):
        pure = [wait - offset for wait in waits]
        if len(pure) < ENOUGH or min(pure) <= 0:
            return None
        if doubling(pure):
            return Persist("doubling", min(2 * pure[-1], timers.LONGEST) + offset)
        for ceiling in CEILINGS:
            if _reaches(pure, ceiling):
                return Persist("ceiling", ceiling + offset)
    return None


def doubling(waits: list[float]) -> bool:
    """One first wait explains all as its doubles. Each may be late for itself (Linux keeps long timers in
    wheels of coarse steps), so that a wait is no exact double of the one before.
    """
    longest = [wait / (1 - timers.EARLY) / 2**n for n, wait in enumerate(waits)]
    shortest = [(wait - 0.1) / (1 + timers.TOLERANCE) / 2**n for n, wait in enumerate(waits)]
    return max(shortest) <= min(longest)


def _reaches(waits: list[float], ceiling: float) -> bool:
    """They double until they stay at the ceiling."""
    grown = next((n for n, wait in enumerate(waits) if timers.fits(wait, ceiling)), len(waits))
    at_ceiling = waits[grown:]
    rising = waits[:grown]
    if not at_ceiling or not all(timers.fits(wait, ceiling) for wait in at_ceiling):
        return False
    return not rising or (doubling(rising) and 2 * rising[-1] >= ceiling * (1 - timers.EARLY))
