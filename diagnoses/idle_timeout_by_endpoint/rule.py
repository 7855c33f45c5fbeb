"""One side ends connections that were idle for always the same time: its idle timeout. One such end proves
nothing; several, at different times of day and after the same pause, do.

Holds when all of these are true:

- at least three connections to one server's address and port ended so: the server had spoken last, or nobody
  had, then no packet passed for three seconds or more, and the server's FIN or RST ended the pause; and
  these pauses agree within a second either way, and within 5 %
- the ends were at three different moments at least: what is shut down together ends together
- half of the connections that this server ended after a pause, or more, ended after this one
- no connection to it stayed idle for longer and lived on
- a RST among them is the host's own, and nothing was outstanding

A client that closes first is left out: a pool that gives up what it does not need does so as well.

Supersedes clean_close and application_abort.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from diagnoses.aborts import first_abort
from diagnoses.case import NS, Case, Connection, Group
from diagnoses.finding import Culprit, Finding, Rejected, Value, say
from diagnoses.silences import IDLE_S
from packets.columns import TCP

CODE = "idle_timeout_by_endpoint"
SUPERSEDES = ("clean_close", "application_abort")
WITHHELD_BY = ("clock_step",)  # it would fake the pauses
ENOUGH = 3  # ends, and moments: two may be chance
# Timers of event loops and sweepers are late by up to a second; a short timeout by less.
EITHER_WAY_S, EITHER_WAY_SHARE = 1.0, 0.05
SURE = 5  # moments from which on nothing else explains it
LOOKED_AT, RSTS_LOOKED_AT = 1_000, 50  # ends of a busy server: enough to tell
Ints = NDArray[np.int64]


def groups(case: Case) -> Iterator[Group]:
    """Of each server's port the ends that lie near the middle one of all their pauses."""
    ids = np.flatnonzero(_ended_idle(case))
    server = case.column("server")[ids]
    order = np.argsort(server, kind="stable")
    ends = np.split(ids[order], np.flatnonzero(np.diff(server[order])) + 1) if len(ids) else []
    for members in ends:
        idle = case.column("longest_gap")[members]
        if len(members) >= ENOUGH:
            yield Group(case, members[np.abs(idle - np.median(idle)) <= _either_way_ns(idle)])


def _either_way_ns(idle: Ints) -> float:
    return min(EITHER_WAY_S * NS, EITHER_WAY_SHARE * float(np.median(idle)))


def _ended_idle(case: Case) -> NDArray[np.bool_]:
    """The longest time without a packet was ended by the server's FIN or RST, and nothing was due from it."""
    column = case.column
    by, client_fin = column("longest_gap_frame"), column("client_first_fin")
    server_ends = (by == column("server_first_fin")) | (by == column("server_first_rst"))
    first = (client_fin < 0) | (client_fin > by)
    spoke_last = column("server_last_data") >= column("client_last_data")
    found: NDArray[np.bool_] = server_ends & first & spoke_last & (column("protocol") == TCP)
    return found & (column("server_syn_ack") > 0) & (column("longest_gap") >= IDLE_S * NS)


def ends_alike(g: Group) -> bool:
    return len(g.members) >= ENOUGH


def at_different_moments(g: Group) -> bool:
    return _moments(g) >= ENOUGH


def _moments(g: Group) -> int:
    """How many of the ends lie further apart than the pauses differ: those are not one event."""
    ends = np.sort(_ends_ns(g))
    apart, last, moments = 2 * _either_way_ns(g.column("longest_gap")), -(1 << 62), 0
    for end in ends.tolist():
        if end - last > apart:
            last, moments = end, moments + 1
    return moments


def _ends_ns(g: Group) -> Ints:
    """The time of each end, of the first ones."""
    some = g.column("longest_gap_frame")[:LOOKED_AT].tolist()
    return np.array([int(g.case.capture.frame(frame)["time_ns"]) for frame in some], np.int64)


def most_of_them(g: Group) -> bool:
    ended = _ended_idle(g.case)[_same_server(g)]
    return 2 * len(g.members) >= int(ended.sum())


def _same_server(g: Group) -> Ints:
    return g.case.to_server(int(g.column("server")[0]))


def nobody_outlived_it(g: Group) -> bool:
    others = np.setdiff1d(_same_server(g), g.members)
    column, idle = g.case.column, g.column("longest_gap")
    longer = column("longest_gap")[others] > idle.max() + 2 * _either_way_ns(idle)
    by = column("longest_gap_frame")[others]
    closed = [
        column(f"{side}_first_{end}")[others] for side in ("client", "server") for end in ("fin", "rst")
    ]
    open_then = np.all([(frame < 0) | (frame > by) for frame in closed], axis=0)
    return not bool((longer & open_then).any())


def resets_are_its_own(g: Group) -> bool:
    resets = g.members[g.column("longest_gap_frame") == g.column("server_first_rst")][:RSTS_LOOKED_AT]
    found = [first_abort(g.case.connection(number)) for number in resets.tolist()]
    return all(abort.ruling.sender == "host" and abort.all_acknowledged for abort in found)


CONDITIONS = (
    ends_alike,
    at_different_moments,
    most_of_them,
    nobody_outlived_it,
    resets_are_its_own,
)


def find(g: Group) -> Finding:
    """The finding, once all conditions hold."""
    one: Connection = g.some(1)[0]
    idle, moments = g.column("longest_gap") / NS, _moments(g)
    resets = int((g.column("longest_gap_frame") == g.column("server_first_rst")).sum())
    ends = tuple(g.column("longest_gap_frame")[:50].tolist())
    values = {
        "server": one.server.address,
        "server_end": one.server.shown,
        "port": one.server.port,
        "n": len(g.members),
        "idle": float(np.median(idle)),
        "shortest": float(idle.min()),
        "longest": float(idle.max()),
        "moments": moments,
        "resets": resets,
        "ends": ends,
    }
    numbers: dict[str, Value] = {
        "idle_timeout_s": round(float(np.median(idle)), 3),
        "ended_connections": len(g.members),
        "different_moments": moments,
        "ended_by_reset": resets,
    }
    return Finding(
        CODE,
        "note" if resets else "info",
        "certain" if moments >= SURE else "likely",
        None,
        (one.server.address,),
        ends,
        say("title", **values),
        tuple(say(key, **values) for key in ("ends", "moments", "reset" if resets else "fin", "who")),
        Culprit("server", one.server.address, one.hops_to(one.server)),
        numbers,
        (
            Rejected("idle_flow_dropped", say("not_silent", **values)),
            Rejected("application_abort", say("not_abort", **values)),
        ),
        say("settle", **values),
    )
