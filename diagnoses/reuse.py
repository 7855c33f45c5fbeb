"""A pair of ports that is used again: the older connection on it, and what the server still says for that
one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses import openings
from diagnoses.case import NS, Case, Connection
from packets import facts
from packets.columns import ACK, FIN, RST, SYN

# Twice the longest life of a segment, 2 minutes (RFC 9293 section 3.4.2): so long may the side that closed
# first remember a connection. Linux remembers for 60 s, Windows for 120 s.
LONGEST_MEMORY_S = 240.0
_NEAR = 65_536  # an old acknowledgement lies within a window of the old connection's end, bytes
_LOOKED_AT = 8  # neighbours that are asked whether their ports are fresh


def older(c: Connection) -> Connection | None:
    """The connection that had the same client and server port before; None: the capture has none."""
    return c.once(_older)


def _older(c: Connection) -> Connection | None:
    before = c.case.on_flow(c.record["flow"])
    before = before[before < c.number]
    found = c.case.connection(int(before[-1])) if len(before) else None
    return found if found and found.client.endpoint == c.client.endpoint else None


def since_s(c: Connection) -> float | None:
    """Seconds from the last packet of the older connection to the first of this one; None: no older one."""
    old = older(c)
    return (c.record["first_ns"] - old.record["last_ns"]) / NS if old else None


def reused(c: Connection) -> bool:
    """Its ports had a connection that ended so shortly before that somebody may remember it."""
    return ports_reused(c.case, c.number)


def ports_reused(case: Case, number: int) -> bool:
    """The same of a connection by its id, from the columns alone."""
    before = case.on_flow(int(case.column("flow")[number]))
    before = before[before < number]
    if not len(before):
        return False
    since = case.column("first_ns")[number] - case.column("last_ns")[before[-1]]
    return bool(since <= LONGEST_MEMORY_S * NS)


def old_answers(c: Connection) -> NDArray[np.void]:
    """What came in the server's name before a SYN-ACK, and acknowledges the older connection's bytes."""
    rows = c.server.rows
    old = older(c)
    if old is None:
        return rows[:0]
    early = (c.server.first_syn_ack < 0) | (rows["frame"] < c.server.first_syn_ack)
    bare = rows[early & ((rows["flags"] & (SYN | RST | FIN | ACK)) == ACK)]
    behind = (old.client.base + old.client.max_seq - c.client.base - bare["ack"]) & 0xFFFFFFFF
    found: NDArray[np.void] = bare[behind < min(_NEAR, old.client.max_seq)]
    return found


@dataclass(frozen=True)
class Meanwhile:
    """Other connections from the same client host to the same port while this one asked."""

    answered: tuple[int, ...]  # frames of their SYN-ACKs
    fresh_ignored: int  # of those that nobody answered: how many have ports without an older connection


def meanwhile(c: Connection) -> Meanwhile:
    """How the server treated others while it left this one without an answer."""
    return c.once(_meanwhile)


def _meanwhile(c: Connection) -> Meanwhile:
    column, asked = c.case.column, openings.syns(c)
    first, last = int(asked["time_ns"][0]), int(asked["time_ns"][-1])
    ids = openings.same_service(c)
    answered = ids[(column("syn_ack_time")[ids] >= first) & (column("syn_ack_time")[ids] <= last)]
    overlap = (column("first_ns")[ids] <= last) & (column("last_ns")[ids] >= first)
    ignored = ids[(column("state")[ids] == facts.SYN_SENT) & (column("client_syn")[ids] >= 2) & overlap]
    fresh = [one for one in ignored[:_LOOKED_AT].tolist() if not ports_reused(c.case, one)]
    return Meanwhile(tuple(column("server_first_syn_ack")[answered].tolist()), len(fresh))
