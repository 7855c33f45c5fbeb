"""Keepalive probes of one end: which segments, how long the connection was idle before each, and what came
back.

A keepalive and a zero-window probe have the same shape (RFC 9293 section 3.8.4 and 3.8.6.1): what tells them
apart is the last window that the peer advertised, open or zero. Never the length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.aborts import Abort, first_abort
from diagnoses.case import NS, Connection, End
from packets.columns import KEEPALIVE_SHAPED, RST, SEEN_TWICE

FEWEST = 2  # probes of a run: one alone has no interval


@dataclass(frozen=True)
class Probe:
    """One keepalive probe."""

    frame: int
    time_ns: int
    idle_s: float  # since the last segment of the connection before it
    answer: int | None  # frame of the acknowledgement, None: none came before the next probe or the end


@dataclass(frozen=True)
class FailedRun:
    """The last probes before the prober gave up with a RST."""

    probes: tuple[Probe, ...]
    rst: int  # frame
    time_s: float  # idle time before the first of them (tcp_keepalive_time)
    interval_s: float  # between them, and before the RST (tcp_keepalive_intvl)
    answered_here: bool  # answers are visible in this capture, so they are lost behind it

    @property
    def frames(self) -> tuple[int, ...]:
        """Probes, visible answers and the RST."""
        return (*(p.frame for p in self.probes), *(p.answer for p in self.probes if p.answer), self.rst)


def probes(c: Connection, end: End) -> list[Probe]:
    """The keepalive probes of ``end``; zero-window probes are left out."""
    return c.once(_of_client if end.name == "client" else _of_server)


def _of_client(c: Connection) -> list[Probe]:
    return _find(c.segments, c.segments["from_client"])


def _of_server(c: Connection) -> list[Probe]:
    return _find(c.segments, ~c.segments["from_client"])


def _find(rows: NDArray[np.void], mine: NDArray[np.bool_]) -> list[Probe]:
    shaped = mine & ((rows["marks"] & KEEPALIVE_SHAPED) != 0)
    theirs = np.where(~mine & ((rows["flags"] & RST) == 0), np.arange(len(rows)), -1)
    heard = np.maximum.accumulate(theirs) if len(rows) else theirs  # the peer's last word before each segment
    window_open = (heard < 0) | (rows["window_raw"][heard] > 0)
    return [_probe(rows, int(at)) for at in np.flatnonzero(shaped & window_open)]


def _probe(rows: NDArray[np.void], at: int) -> Probe:
    row = rows[at]
    idle = float(row["time_ns"] - rows["time_ns"][at - 1]) / NS if at else 0.0
    return Probe(int(row["frame"]), int(row["time_ns"]), idle, _answer(rows, at))


def _answer(rows: NDArray[np.void], at: int) -> int | None:
    for later in rows[at + 1 :]:
        if later["from_client"] == rows["from_client"][at]:
            return None
        if not later["flags"] & RST and later["ack"] > rows["seq"][at]:
            return int(later["frame"])
    return None


def failed_run(c: Connection, end: End) -> FailedRun | None:
    """The probes after which ``end`` gave up: constant gaps, and its own RST one more interval later."""
    rsts = end.rows[(end.rows["flags"] & RST) != 0]
    if not len(rsts):
        return None
    rst_ns, rst_frame = int(rsts[0]["time_ns"]), int(rsts[0]["frame"])
    found = [p for p in probes(c, end) if p.frame < rst_frame]
    if len(found) < FEWEST or _spoke_after(end, found[-1].frame, rst_frame):
        return None
    interval = (rst_ns - found[-1].time_ns) / NS
    run = _last_run(found, interval)
    if len(run) < FEWEST:
        return None
    answered = all(p.answer for p in run[1:])
    shrunk = interval < run[0].idle_s / (1 + timers.TOLERANCE)
    if answered and not shrunk:  # answered probes at a steady pace, then a RST: the application's own wish
        return None
    return FailedRun(
        tuple(run), rst_frame, round(run[0].idle_s, 1), round(interval, 1), any(p.answer for p in run)
    )


def _spoke_after(end: End, probe: int, rst: int) -> bool:
    """``end`` sent something else between its last probe and its RST."""
    return bool(((end.rows["frame"] > probe) & (end.rows["frame"] < rst)).any())


def _last_run(found: list[Probe], interval: float) -> list[Probe]:
    """The last probes whose distance from each other is the interval; the first of them waited the idle
    time.
    """
    run = [found[-1]]
    for probe in reversed(found[:-1]):
        if not timers.constant([interval, (run[0].time_ns - probe.time_ns) / NS]):
            break
        run.insert(0, probe)
    return _from_first_unanswered(run)


def _from_first_unanswered(run: list[Probe]) -> list[Probe]:
    """With equal time and interval, answered probes run on into unanswered ones: the failure begins with the
    latter.
    """
    lost = [at for at, probe in enumerate(run) if probe.answer is None]
    return run[lost[0] :] if lost else run


def unanswered_repeats(abort: Abort) -> int:
    """Repeats that the sender of the RST had sent since it last heard from its peer."""
    mine, peer = abort.sender.rows, abort.peer.rows
    heard = peer["frame"][peer["frame"] < abort.rst["frame"]]
    since = mine[
        (mine["frame"] > (int(heard[-1]) if len(heard) else 0)) & (mine["frame"] < abort.rst["frame"])
    ]
    return int(((since["marks"] & SEEN_TWICE) != 0).sum())


def own_timeout(abort: Abort) -> bool:
    """The sender of the RST had been probing or repeating without an answer: it gave up by itself."""
    return failed_run(abort.connection, abort.sender) is not None or unanswered_repeats(abort) >= FEWEST


def no_own_timeout(c: Connection) -> bool:
    """The RST is not the end of its sender's own probing or repeating."""
    return not own_timeout(first_abort(c))
