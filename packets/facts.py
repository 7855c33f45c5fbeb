"""The names of the facts that are kept of every connection, and their columns.

Units: counts, bytes, relative sequence numbers, or row numbers of the packet table; -1: there is none.
"""

import numpy as np

# Facts of one direction. "row" facts name the packet that shows them.
_SIDE_NAMES = (
    "packets",  # segments, copies not counted
    "bytes",  # of frames on the wire, copies not counted
    "syn",  # SYN without ACK
    "syn_ack",
    "fin",
    "rst",
    "data_segments",
    "payload",  # bytes, without those seen before
    "repeated",  # segments whose every byte (or SYN, FIN) was seen before
    "keepalives",  # keepalive-shaped segments
    "zero_windows",  # segments that advertise window 0
    "acked_unseen",  # bytes of the other side that this side acknowledges and the capture does not hold
    "max_ack",  # highest acknowledgement sent, relative to the other side
    "max_seq",  # highest relative sequence number sent + 1
    "fin_seq",  # relative sequence number of the FIN
    "first_fin",  # row
    "first_rst",  # row
    "first_syn",  # row
    "first_syn_ack",  # row
    "last",  # row of the last segment
    "mss",
    "wscale",
    "last_window",  # bytes, scaled when the scale is known, as in the last segment that was no RST
)
SIDE = {name: at for at, name in enumerate(_SIDE_NAMES)}

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

# One row a connection. Endpoints: (host number << 16) | port.
TABLE_DTYPE = np.dtype(
    [
        ("flow", "i8"),
        ("protocol", "i2"),
        ("client", "i8"),
        ("server", "i8"),
        ("state", "u1"),
        ("first_row", "i8"),
        ("rows", "i8"),
        ("packets", "i8"),
        ("bytes", "i8"),
        ("first_ns", "i8"),
        ("last_ns", "i8"),
        ("icmp_errors", "i8"),
        ("copies", "i8"),
        *((f"client_{name}", "i8") for name in _SIDE_NAMES),
        *((f"server_{name}", "i8") for name in _SIDE_NAMES),
    ]
)
