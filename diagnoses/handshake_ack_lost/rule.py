"""The end of the handshake does not get through: the client sends data, the server repeats its SYN-ACK.

Holds when all of these are true:

- the client acknowledged the SYN-ACK
- it then sent data, and repeated it at least twice
- the server repeated its SYN-ACK after that data was first sent: a server that waits for data has it now
- the server had not acknowledged a byte of data when it did so
- no RST came from the server, and no ICMP error quotes the connection
- a client that was served in the end was not left without an answer again

Supersedes timeout_retransmission, reset_by_own_timeout, idle_flow_dropped, half_open_silent and
gave_up_retransmitting: the client repeats and gives up because of it.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import listening, openings
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Culprit, Finding, Rejected, say
from packets.columns import KEEPALIVE_SHAPED
from packets.table import Table

CODE = "handshake_ack_lost"
SUPERSEDES = (
    "timeout_retransmission",
    "reset_by_own_timeout",
    "idle_flow_dropped",
    "half_open_silent",
    "gave_up_retransmitting",
)
# The ACK, the data and one repeat can be lost together in one short outage. A second repeat, which waits at
# least twice the minimum RTO of Linux (0.2 s), says that it lasts.
ENOUGH = 2


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (
        (table["server_syn_ack"] >= 2)
        & (table["client_max_ack"] >= 1)
        & (table["server_rst"] == 0)
        & (table["icmp_errors"] == 0)
    )
    return found


def sent(c: Connection) -> NDArray[np.void]:
    """The client's first data and its repeats."""
    rows = c.client.rows
    data = rows[(rows["length"] > 0) & ((rows["marks"] & KEEPALIVE_SHAPED) == 0)]
    found: NDArray[np.void] = data[data["seq"] == data["seq"][:1].min(initial=1)]
    return found


def repeated_answers(c: Connection) -> NDArray[np.void]:
    """The SYN-ACKs that the server sent when the client's data could long have been there."""
    answers, data = openings.syn_acks(c), sent(c)
    if not len(data):
        return answers[:0]
    late: NDArray[np.void] = answers[
        answers["time_ns"] >= data["time_ns"][0] + int(openings.SHORTEST_REPEAT_S * NS)
    ]
    return late


def acknowledged(c: Connection) -> bool:
    return c.handshake_seen


def insists(c: Connection) -> bool:
    return len(sent(c)) > ENOUGH


def answered_again(c: Connection) -> bool:
    return len(repeated_answers(c)) > 0


def not_taken_before(c: Connection) -> bool:
    rows, answers = c.server.rows, openings.syn_acks(c)
    return int(rows[rows["frame"] <= answers["frame"].max(initial=0)]["ack"].max(initial=0)) <= 1


def no_other_answer(c: Connection) -> bool:
    return c.server.rst == 0 and c.record["icmp_errors"] == 0


def not_left_again(c: Connection) -> bool:
    return c.server.max_ack <= 1 or c.server.last > c.client.last_data


CONDITIONS = (acknowledged, insists, answered_again, not_taken_before, no_other_answer, not_left_again)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    data, late, here = sent(c), repeated_answers(c), listening.at_server(c)
    taken = c.server.rows[c.server.rows["ack"] > 1][:1]
    until = int(taken["time_ns"][0]) if len(taken) else int(c.record["last_ns"])
    lasted = (until - int(data["time_ns"][0])) / NS
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "server": c.server.shown,
        "port": c.server.port,
        "ack": (c.client.first_ack,),
        "n": len(data),
        "data": frames(data),
        "m": len(late),
        "late": frames(late),
        "lasted": lasted,
        "taken": frames(taken),
    }
    return Finding(
        CODE,
        "warning" if len(taken) else "error",
        "likely" if here else "possible",
        c.number,
        (c.client.address, c.server.address),
        (c.client.first_ack, *frames(data), *frames(late), *frames(taken)),
        say("title_here" if here else "title", **values),
        (
            say("exchange", **values),
            say("at_server" if here else "elsewhere", **values),
            say("served" if len(taken) else "never_served", **values),
        ),
        Culprit("server", c.server.address, 0) if here else Culprit(),
        {
            "repeated_syn_acks": len(late),
            "data_sent": len(data),
            "gaps_s": gaps_s(data),
            "lasted_s": round(lasted, 3),
        },
        (
            Rejected("accept_queue_full", say("not_shown", **values)),
            Rejected("syn_ack_lost", say("arrived", **values)),
        ),
        say("settle_here" if here else "settle", **values),
    )
