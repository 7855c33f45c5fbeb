"""A client asks for a connection again and again, and nothing at all comes back.

Holds when all of these are true:

- the client sent the same SYN at least twice
- nothing came from the server: no SYN-ACK, no RST, no segment of any kind
- the client never acknowledged anything, so no answer passed outside the capture
- no ICMP error quotes the connection

Supersedes nothing: an answer of any kind makes it another diagnosis.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Finding, Rejected, Value, say
from packets import facts
from packets.columns import SYN

CODE = "syn_unanswered"
SUPERSEDES: tuple[str, ...] = ()
# One SYN without an answer may be the end of the capture; a repeat shows that the client waited.
ENOUGH_SYNS = 2


def candidates(table: NDArray[np.void]) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["state"] == facts.SYN_SENT) & (table["client_syn"] >= ENOUGH_SYNS)
    return found


def syn_repeated(c: Connection) -> bool:
    return c.client.syn >= ENOUGH_SYNS


def server_silent(c: Connection) -> bool:
    return c.server.packets == 0


def nothing_acknowledged(c: Connection) -> bool:
    return c.client.max_ack < 1


def no_icmp_error(c: Connection) -> bool:
    return int(c.record["icmp_errors"]) == 0


CONDITIONS = (syn_repeated, server_silent, nothing_acknowledged, no_icmp_error)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    syns = c.client.rows[(c.client.rows["flags"] & SYN) != 0]
    gaps = gaps_s(syns)
    model = timers.syn_model(gaps)
    next_gap = model.gap(len(gaps) + 1) if model else max(gaps) * 2
    gave_up = (c.case.last_ns - int(syns["time_ns"][-1])) / NS > next_gap * (1 + timers.TOLERANCE) + 0.1
    numbers: dict[str, Value] = {"syns": len(syns), "syn_retransmissions": len(gaps), "gaps_s": gaps}
    values = {
        "client": c.client.address,
        "server": c.server.shown,
        "n": len(syns),
        "gaps": gaps,
        "frames": frames(syns),
    }
    told = [say("asked", **values), say(f"model_{model.name}" if model else "model_none")]
    if model:
        timeout = round(sum(gaps) + next_gap, 1)
        retries = len(gaps) - (timers.LINEAR if model.name == "linear" else 0)
        numbers |= {"timer_model": model.name, "timeout_s": timeout, "gave_up": gave_up}
        if model.name != "three_seconds" and retries > 0:
            numbers["tcp_syn_retries"] = retries
        told.append(
            say(f"{'gave_up' if gave_up else 'still_trying'}_{model.name}", retries=retries, timeout=timeout)
        )
    elsewhere = _other_ports(c)
    told.append(
        say("host_answers" if elsewhere else "host_silent", host=c.server.address, frames=elsewhere[:4])
    )
    rejected = (
        Rejected("port_closed", say("not_closed")),
        Rejected("icmp_unreachable", say("not_icmp")),
    )
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        frames(syns),
        say("title", **values),
        tuple(told),
        numbers=numbers,
        rejected=rejected,
        would_settle=say("settle", host=c.server.address, port=c.server.port, client=c.client.address),
    )


def _other_ports(c: Connection) -> tuple[int, ...]:
    """Frames in which the silent server's address answers elsewhere in the capture."""
    return tuple(f for seen in c.server.track.frames.values() for f in seen)
