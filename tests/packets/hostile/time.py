"""Clocks that are wrong."""

import struct
from functools import partial

from tests.packets.formats.build import START, header, interface, option, packet, record, section
from tests.packets.hostile.form import BadInput, Read
from tests.packets.hostile.frames import MILLISECOND, TALK, timed

bad = partial(BadInput, "time")
SECOND, DAY = 1_000_000_000, 86_400 * 1_000_000_000
YEAR = 365 * DAY


def at(times) -> bytes:
    """The connection, with these times."""
    return header() + b"".join(record(time, frame) for time, frame in zip(times, TALK, strict=True))


def step(ns: int) -> list[int]:
    """A millisecond between packets, and once this much more, in the middle."""
    return [time + (ns if number >= 5 else 0) for number, (time, _) in enumerate(timed(TALK))]


def overflowing() -> bytes:
    """Microseconds above a second."""
    records = [struct.pack("<4I", 5 + n, 4_000_000_000, len(f), len(f)) + f for n, f in enumerate(TALK)]
    return header() + b"".join(records)


def at_the_end_of_time() -> bytes:
    """pcapng times near the last one that int64 nanoseconds hold, and beyond it."""
    blocks = [packet(2**64 - 1 - number % 3, frame) for number, frame in enumerate(TALK)]
    return section() + interface(options=option(9, b"\x06")) + b"".join(blocks)


def from_end_to_end() -> bytes:
    """From the first time there is to the last: the difference does not fit where the times do."""
    early = interface(options=option(14, struct.pack("<q", -(2**63))))
    blocks = [packet((2**64 - 1) * (n % 2), frame, number=n % 2) for n, frame in enumerate(TALK)]
    return section() + early + interface() + b"".join(blocks)


INPUTS = [
    bad("1970", lambda: at(n * MILLISECOND for n in range(10)), Read(10, (), 1)),
    bad("2106", lambda: at((2**32 - 1) * SECOND + n * MILLISECOND for n in range(10)), Read(10, (), 1)),
    bad("2106", at_the_end_of_time, Read(10, ("time",), 1), "and the year 586,524"),
    bad("overflowing microseconds", overflowing, Read(10, ("fraction",), 1)),
    bad("backwards", lambda: at(START - n * SECOND for n in range(10)), Read(10, (), 1)),
    bad(
        "backwards",
        lambda: at((n + 1) % 2 * START for n in range(10)),
        Read(10, (), 1),
        "to 1970 and on",
    ),
    bad("70-year gap", lambda: at(step(70 * YEAR)), Read(10, (), 1)),
    bad("70-year gap", from_end_to_end, Read(10, ("time",), 1), "585 years, again and again"),
    bad("all equal", lambda: at([START] * 10), Read(10, (), 1)),
    bad("one-day step", lambda: at(step(DAY)), Read(10, (), 1), "on"),
    bad("one-day step", lambda: at(step(-DAY)), Read(10, (), 1), "back"),
]
