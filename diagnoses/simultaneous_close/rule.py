"""A healthy connection that both sides closed at the same time: the two FINs crossed on the way.

Holds when all of these are true:

- SYN, SYN-ACK and the client's acknowledgement were seen
- both sides sent a FIN, and each was acknowledged
- neither FIN acknowledges the other: each was sent before the other arrived
- no RST passed

Supersedes clean_close, of which it is a rare form.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection
from diagnoses.finding import Finding, Rejected, say
from packets.table import Table

CODE = "simultaneous_close"
SUPERSEDES = ("clean_close",)


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look. After crossed FINs each side acknowledges; else one of the FINs is its side's
    last segment.
    """
    both = (table["client_fin_seq"] >= 0) & (table["server_fin_seq"] >= 0)
    later_fin = np.maximum(table["client_first_fin"], table["server_first_fin"])
    after = np.minimum(table["client_last"], table["server_last"]) > later_fin
    no_rst = (table["client_rst"] == 0) & (table["server_rst"] == 0)
    found: NDArray[np.bool_] = both & after & no_rst
    return found


def handshake(c: Connection) -> bool:
    return c.handshake_seen


def both_acknowledged(c: Connection) -> bool:
    both = c.client.fin > 0 and c.server.fin > 0
    return both and c.client.max_ack > c.server.fin_seq and c.server.max_ack > c.client.fin_seq


def fins_crossed(c: Connection) -> bool:
    fins = ((c.client.first_fin, c.server.fin_seq), (c.server.first_fin, c.client.fin_seq))
    return all(own >= 0 and int(c.row(own)["ack"]) <= theirs for own, theirs in fins)


def no_reset(c: Connection) -> bool:
    return c.client.rst == 0 and c.server.rst == 0


CONDITIONS = (handshake, both_acknowledged, fins_crossed, no_reset)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    fins = {end.name: c.row(end.first_fin) for end in (c.client, c.server)}
    acks = [_acknowledgement(c, end.name) for end in (c.client, c.server)]
    apart = abs(float(fins["client"]["time_ns"] - fins["server"]["time_ns"])) / NS
    trip = float(c.row(c.server.first_syn_ack)["time_ns"] - c.row(c.client.first_syn)["time_ns"]) / NS
    values = {
        "client": c.client.address,
        "server": c.server.shown,
        "client_fin": (c.client.first_fin,),
        "server_fin": (c.server.first_fin,),
        "acks": sorted(acks),
        "apart": apart,
        "trip": trip,
        "sent": c.client.payload,
        "got": c.server.payload,
    }
    return Finding(
        CODE,
        "info",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (c.client.first_syn, c.server.first_syn_ack, c.client.first_fin, c.server.first_fin, *acks),
        say("title", **values),
        (say("crossed", **values), say("acknowledged", **values), say("exchange", **values)),
        numbers={
            "fins_apart_s": round(apart, 6),
            "handshake_s": round(trip, 6),
            "client_bytes": c.client.payload,
            "server_bytes": c.server.payload,
        },
        rejected=(Rejected("fin_unanswered", say("both_answered", **values)),),
    )


def _acknowledgement(c: Connection, name: str) -> int:
    """The first segment that acknowledges the FIN of a side."""
    end = c.client if name == "client" else c.server
    rows = c.peer(end).rows
    return int(rows["frame"][rows["ack"] > end.fin_seq][0])
