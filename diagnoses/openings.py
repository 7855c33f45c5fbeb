"""What the diagnoses of an unfinished handshake have in common: its SYNs, its answers, what came after."""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection
from packets.columns import ACK, SYN

# A copy that the network made of a SYN comes within a round trip; a client that repeats has waited for its
# timer: 1 s (RFC 6298 section 2.1), and no system is known to wait less than the minimum RTO of Linux.
SHORTEST_REPEAT_S = 0.2
# An answer to the last SYN may still be on its way where the capture ends. Seconds after which it is not: the
# first retransmission timer (RFC 6298 section 2.1). Three SYNs had their time in any case.
ANSWERED_S = 1.0
SURELY_ASKED = 3
# Neighbours looked at before and after a connection: enough for what happened "meanwhile", and bounded where
# one client opens a hundred thousand.
_NEIGHBOURS = 2_000


def syns(c: Connection) -> NDArray[np.void]:
    """The client's SYN and its repeats, without those that answer another SYN."""
    rows = c.client.rows
    found: NDArray[np.void] = rows[(rows["flags"] & (SYN | ACK)) == SYN]
    return found


def had_time(c: Connection) -> bool:
    """The capture goes on long enough for the answer to a repeated SYN."""
    asked = syns(c)
    waited_ns = c.case.last_ns - int(asked["time_ns"][-1]) if len(asked) else 0
    return len(asked) >= SURELY_ASKED or waited_ns >= ANSWERED_S * NS


def syn_acks(c: Connection) -> NDArray[np.void]:
    """The server's SYN-ACK and its repeats."""
    rows = c.server.rows
    found: NDArray[np.void] = rows[(rows["flags"] & (SYN | ACK)) == (SYN | ACK)]
    return found


def asked_again(c: Connection) -> NDArray[np.void]:
    """The SYNs that the client sent although an answer had been recorded."""
    answers = syn_acks(c)
    if not len(answers):
        return answers
    asked = syns(c)
    return asked[asked["time_ns"] >= answers["time_ns"][0] + int(SHORTEST_REPEAT_S * NS)]


def only_asks(c: Connection) -> bool:
    """The client sent its SYN, and nothing else: no acknowledgement, no data, no RST."""
    return len(syns(c)) == len(c.client.rows)


def same_service(c: Connection) -> NDArray[np.int64]:
    """Ids of other connections from the same client host to the same server port, those nearest in time."""
    case = c.case
    ids = min(case.between(c.client.host, c.server.host), case.to_server(c.server.endpoint), key=len)
    at = int(np.searchsorted(ids, c.number))
    ids = ids[max(at - _NEIGHBOURS, 0) : at + _NEIGHBOURS]
    same = (case.column("server")[ids] == c.server.endpoint) & (ids != c.number)
    return ids[same & (case.column("client")[ids] >> 16 == c.client.host)]
