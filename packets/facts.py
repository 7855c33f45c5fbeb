"""The names of the facts that are kept of every connection.

Units: counts, bytes, relative sequence numbers, frame numbers or nanoseconds, as packets/kernel/connection.py
says of each; -1: there is none.
"""

from packets.kernel import connection

# Facts of one direction, and where they stand in its part of the kernel's row. In a Table: client_NAME,
# server_NAME.
SIDE: dict[str, int] = connection.SIDE
# Facts of the connection as a whole.
WHOLE: dict[str, int] = connection.WHOLE | {
    "first_ns": connection.FIRST_TIME,
    "last_ns": connection.LAST_TIME,
}

STATES = (
    "datagram",
    "syn_sent",
    "refused",
    "established",
    "half_closed",
    "closed",
    "reset",
    "midstream",
)
(DATAGRAM, SYN_SENT, REFUSED, ESTABLISHED, HALF_CLOSED, CLOSED, RESET, MIDSTREAM) = range(len(STATES))
