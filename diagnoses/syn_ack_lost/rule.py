"""The server answers, and its answer does not get through: the client goes on asking.

Holds when all of these are true:

- the server sent at least two SYN-ACKs, and all of them acknowledge the client's SYN
- the client repeated its SYN after the first SYN-ACK was recorded, and had a second for its acknowledgement;
  or it sent three SYNs
- the client sent nothing else: no acknowledgement, no data, no RST
- no ICMP error quotes the connection

Supersedes nothing: with an answer in the capture it is not syn_unanswered.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import openings
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Finding, Rejected, say
from packets.table import Table

CODE = "syn_ack_lost"
SUPERSEDES: tuple[str, ...] = ()
ENOUGH_ANSWERS = 2  # a single lost answer is everyday loss
# An answer can be slow instead of lost. No working path takes so long for a round trip, in seconds: over a
# geostationary satellite it is 0.6, and mobile networks that buffer too much stay below 2.
SURELY_S = 2.5


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (
        (table["client_syn"] >= 2)
        & (table["server_syn_ack"] >= ENOUGH_ANSWERS)
        & (table["client_max_ack"] < 1)
        & (table["client_rst"] == 0)
    )
    return found


def answered_again(c: Connection) -> bool:
    answers = openings.syn_acks(c)
    right = (answers["ack"] >= 1) & (answers["ack"] <= c.client.max_seq)
    return len(answers) >= ENOUGH_ANSWERS and bool(right.all())


def asked_after_answer(c: Connection) -> bool:
    return len(openings.asked_again(c)) > 0 and openings.had_time(c)


def no_icmp_error(c: Connection) -> bool:
    return c.record["icmp_errors"] == 0


CONDITIONS = (answered_again, asked_after_answer, openings.only_asks, no_icmp_error)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    asked, answers, late = openings.syns(c), openings.syn_acks(c), openings.asked_again(c)
    late_s = float(late["time_ns"][-1] - answers["time_ns"][0]) / NS
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "server": c.server.shown,
        "port": c.server.port,
        "client_port": c.client.port,
        "n": len(asked),
        "m": len(answers),
        "syns": frames(asked),
        "answers": frames(answers),
        "late": len(late),
        "late_frames": frames(late),
        "late_s": late_s,
    }
    return Finding(
        CODE,
        "error",
        "certain" if late_s >= SURELY_S else "likely",
        c.number,
        (c.client.address, c.server.address),
        (*frames(asked), *frames(answers)),
        say("title", **values),
        (
            say("exchange", **values),
            say("proof" if late_s >= SURELY_S else "sign", **values),
            say(f"at_{c.place}", **values),
        ),
        numbers={
            "syns": len(asked),
            "syn_acks": len(answers),
            "gaps_s": gaps_s(asked),
            "syn_ack_gaps_s": gaps_s(answers),
            "asked_after_answer_s": round(late_s, 3),
        },
        rejected=(
            Rejected("syn_unanswered", say("not_unanswered", **values)),
            Rejected("port_closed", say("not_closed")),
        ),
        would_settle=say("settle_client" if c.place == "client" else "settle", **values),
    )
