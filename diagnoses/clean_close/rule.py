"""A healthy connection: handshake, exchange, and both sides closed.

Holds when all of these are true:

- SYN, SYN-ACK and the client's acknowledgement were seen
- both sides sent a FIN
- each FIN was acknowledged
- no RST passed

Supersedes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Finding, say
from packets.table import Table

CODE = "clean_close"
SUPERSEDES: tuple[str, ...] = ()
# A healthy connection carries its verdict without a finding; the first ones are told in words.
MOST_FINDINGS = 50


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections that meet every condition: healthy ones are too many to look at one by one."""
    shaken = (table["client_syn"] > 0) & (table["server_syn_ack"] > 0) & (table["client_max_ack"] >= 1)
    closed = (table["client_fin_seq"] >= 0) & (table["server_fin_seq"] >= 0)
    acknowledged = (table["client_max_ack"] > table["server_fin_seq"]) & (
        table["server_max_ack"] > table["client_fin_seq"]
    )
    no_rst = (table["client_rst"] == 0) & (table["server_rst"] == 0)
    found: NDArray[np.bool_] = shaken & closed & acknowledged & no_rst
    return found


def handshake(c: Connection) -> bool:
    return c.handshake_seen


def both_closed(c: Connection) -> bool:
    return c.client.fin > 0 and c.server.fin > 0


def both_acknowledged(c: Connection) -> bool:
    return c.client.max_ack > c.server.fin_seq and c.server.max_ack > c.client.fin_seq


def no_reset(c: Connection) -> bool:
    return c.client.rst == 0 and c.server.rst == 0


CONDITIONS = (handshake, both_closed, both_acknowledged, no_reset)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    fins = {end.name: c.row(end.first_fin) for end in (c.client, c.server)}
    active, passive = sorted((c.client, c.server), key=lambda end: int(fins[end.name]["frame"]))
    # Neither FIN acknowledges the other: both were sent before the other's arrived (RFC 9293 section 3.6,
    # CLOSING).
    crossed = int(fins[passive.name]["ack"]) <= active.fin_seq
    trip = float(c.row(c.server.first_syn_ack)["time_ns"] - c.row(c.client.first_syn)["time_ns"]) / 1e9
    evidence = [c.client.first_syn, c.server.first_syn_ack, c.client.first_ack]
    closing = [int(row["frame"]) for row in fins.values()]
    values = {
        "client": c.client.address,
        "server": c.server.shown,
        "active": active.address,
        "passive": passive.address,
        "active_fin": (int(fins[active.name]["frame"]),),
        "passive_fin": (int(fins[passive.name]["frame"]),),
        "sent": c.client.payload,
        "got": c.server.payload,
        "trip": trip,
        "shake": evidence,
    }
    return Finding(
        CODE,
        "info",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*evidence, *closing),
        say("title", **values),
        (say("exchange", **values), say("simultaneous" if crossed else "order", **values)),
        numbers={
            "handshake_s": round(trip, 6),
            "client_bytes": c.client.payload,
            "server_bytes": c.server.payload,
            "closed_first": active.name,
            "simultaneous": crossed,
        },
    )
