"""Connections were already open when the capture began.

Holds when all of these are true:

- a TCP connection is in the capture
- its first packets carry no SYN
"""

from itertools import islice

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Case, Connection
from diagnoses.finding import Culprit, Finding, say
from packets.columns import TCP
from packets.table import Table

CODE = "starts_midstream"
MOST_SHOWN = 10  # connections named as evidence


def begun_before(table: Table) -> NDArray[np.bool_]:
    """TCP connections without any SYN; a lone RST belongs to nothing and does not count."""
    no_syn = (
        table["client_syn"] + table["client_syn_ack"] + table["server_syn_ack"] + table["server_syn"]
    ) == 0
    more = table["packets"] > table["client_rst"] + table["server_rst"]
    found: NDArray[np.bool_] = (table["protocol"] == TCP) & no_syn & more
    return found


def tcp_seen(case: Case) -> bool:
    return case.capture.recording.protocols[TCP] > 0


def no_syn(case: Case) -> bool:
    return next(case.connections(begun_before), None) is not None


CONDITIONS = (tcp_seen, no_syn)


def affects(c: Connection) -> bool:
    """The connection was open when the capture began."""
    return bool(begun_before(c.record.table)[0])


def find(case: Case) -> Finding:
    """The finding, once all conditions hold."""
    some = list(islice(case.connections(begun_before), MOST_SHOWN))
    count = case.count(begun_before)
    frames = tuple(c.record["first_frame"] for c in some)
    values = {"n": count, "frames": frames}
    return Finding(
        CODE,
        "note",
        "certain",
        some[0].number if count == 1 else None,
        (),
        frames,
        say("title", **values),
        (say("what", **values), say("consequence")),
        Culprit("capture"),
        {"connections": count},
    )
