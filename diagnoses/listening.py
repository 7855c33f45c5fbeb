"""How a listening port treats its clients: which attempts it leaves without an answer, and what the others
get at that time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses import openings, reuse
from diagnoses.case import NS, Connection
from packets import facts

# At the server a SYN is answered within microseconds and the client's ACK comes a round trip later. So much
# faster must the answer be that the capture counts as taken beside the server, where TTLs do not tell.
_FASTER = 10
_TURN_NS = 1_000_000  # the answer itself: 1 ms, far above the 20 µs that Linux was measured to take
_LOOKED_AT = 8  # neighbours that are asked one by one


def ignored_syns(c: Connection) -> NDArray[np.void]:
    """The SYNs that nothing answered: all before the SYN-ACK but the one that it answers."""
    asked, first = openings.syns(c), c.server.first_syn_ack
    if first < 0:
        return asked
    return asked[asked["frame"] < first][:-1]


def ignored_acks(c: Connection) -> NDArray[np.void]:
    """The SYN-ACKs that the server sent although the client's acknowledgement was there."""
    answers, first = openings.syn_acks(c), c.client.first_ack
    if first < 0 or not len(answers):
        return answers[:0]
    seen_ns = int(c.row(first)["time_ns"])
    return answers[answers["time_ns"] >= seen_ns + int(openings.SHORTEST_REPEAT_S * NS)]


@dataclass(frozen=True)
class Others:
    """Other connections from the same client host to the same server port, while this one was ignored."""

    answered: tuple[int, ...]  # frames of SYN-ACKs that they got in that time
    waiting: tuple[int, ...]  # frames of requests that were acknowledged and, in that time, not served
    alive: bool  # the server said something on one of them since
    ignored: int  # others that were left without an answer as well


def others(c: Connection) -> Others:
    """What the neighbours show."""
    return c.once(_others)


def _others(c: Connection) -> Others:
    column = c.case.column
    first, last = _span(c)
    ids = openings.same_service(c)
    spoke = column("server_last")[ids]
    answer = column("server_first_syn_ack")[ids]
    open_ = ids[(column("shaken_time")[ids] >= 0) & (column("first_frame")[ids] <= last)]
    alive = bool(((column("shaken_time")[ids] >= 0) & (spoke >= first)).any())
    waiting = open_[_unserved(c, open_, last)]
    return Others(
        tuple(answer[(answer >= first) & (answer <= last)].tolist()),
        tuple(column("client_first_data")[waiting].tolist()),
        alive,
        _ignored_too(c, ids, first, last),
    )


def _span(c: Connection) -> tuple[int, int]:
    """First and last frame in which the server ignored this connection."""
    syns = ignored_syns(c)
    if len(syns):
        return int(syns["frame"][0]), int(syns["frame"][-1])
    late = ignored_acks(c)
    return c.client.first_ack, int(late["frame"][-1]) if len(late) else c.client.first_ack


def _unserved(c: Connection, ids: NDArray[np.int64], last: int) -> NDArray[np.bool_]:
    """Requests that the server acknowledged, and answered by neither data nor FIN before frame ``last``."""
    column = c.case.column
    asked = (column("client_first_data")[ids] > 0) & (column("client_first_data")[ids] <= last)
    quiet = column("server_syn_ack")[ids] == 1  # else its own handshake was ignored
    for fact in ("server_first_data", "server_first_fin", "server_first_rst"):
        frame = column(fact)[ids]
        quiet &= (frame < 0) | (frame > last)
    found: NDArray[np.bool_] = asked & quiet & (column("server_max_ack")[ids] > 1)
    return found


def _ignored_too(c: Connection, ids: NDArray[np.int64], first: int, last: int) -> int:
    column = c.case.column
    overlap = (column("first_frame")[ids] <= last) & (column("last_frame")[ids] >= first)
    silent = (column("state")[ids] == facts.SYN_SENT) & (column("client_syn")[ids] >= 2)
    some = ids[overlap & silent][:_LOOKED_AT].tolist()
    return sum(not reuse.ports_reused(c.case, number) for number in some)


def at_server(c: Connection) -> bool:
    """The capture was taken at the server, or beside it: by the TTLs, or by who answers at once."""
    return c.place == "server" or (c.place == "unknown" and c.once(_answers_at_once))


def _answers_at_once(c: Connection) -> bool:
    column = c.case.column
    ids = np.append(openings.same_service(c), c.number)
    ids = ids[column("shaken_time")[ids] >= 0]
    turn = column("syn_ack_time")[ids] - column("syn_time")[ids]
    back = column("shaken_time")[ids] - column("syn_ack_time")[ids]
    told = (column("syn_ack_time")[ids] >= 0) & (column("syn_time")[ids] >= 0)
    near = (turn < _TURN_NS) & (back > _FASTER * turn)
    return bool(told.any()) and 2 * int((told & near).sum()) > int(told.sum())
