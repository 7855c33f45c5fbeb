"""A client asks for a connection again and again, and nothing at all comes back.

Holds when all of these are true:

- the client sent the same SYN at least twice, and the capture goes on for a second; or three times
- nothing came from the server: no SYN-ACK, no RST, no segment of any kind
- the client never acknowledged anything, so no answer passed outside the capture
- no ICMP error quotes the connection

Supersedes nothing: an answer of any kind makes it another diagnosis.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import openings, timers
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Value, say
from packets import facts
from packets.columns import SYN
from packets.table import Table

CODE = "syn_unanswered"
SUPERSEDES: tuple[str, ...] = ()
# One SYN without an answer may be the end of the capture; a repeat shows that the client waited.
ENOUGH_SYNS = 2


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["state"] == facts.SYN_SENT) & (table["client_syn"] >= ENOUGH_SYNS)
    return found


def syn_repeated(c: Connection) -> bool:
    return c.client.syn >= ENOUGH_SYNS and openings.had_time(c)


def server_silent(c: Connection) -> bool:
    return c.server.packets == 0


def nothing_acknowledged(c: Connection) -> bool:
    return c.client.max_ack < 1


def no_icmp_error(c: Connection) -> bool:
    return c.record["icmp_errors"] == 0


CONDITIONS = (syn_repeated, server_silent, nothing_acknowledged, no_icmp_error)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    syns = c.client.rows[(c.client.rows["flags"] & SYN) != 0]
    gaps = gaps_s(syns)
    waited_s = (c.case.last_ns - int(syns["time_ns"][-1])) / NS
    timer, numbers = _timer(gaps, waited_s)
    values = {
        "client": c.client.address,
        "host": c.server.address,
        "server": c.server.shown,
        "port": c.server.port,
        "n": len(syns),
        "gaps": gaps,
        "frames": frames(syns),
    }
    here = c.place == "server"
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        frames(syns),
        say("title", **values),
        (say("asked", **values), *timer, _where(c)),
        Culprit("server", c.server.address, 0) if here else Culprit(),
        {"syns": len(syns), "syn_retransmissions": len(gaps), "gaps_s": gaps, **numbers},
        (Rejected("port_closed", say("not_closed")), Rejected("icmp_unreachable", say("not_icmp"))),
        say("settle_here" if here else "settle", **values),
    )


def _timer(gaps: list[float], waited_s: float) -> tuple[list[Sentence], dict[str, Value]]:
    """What the gaps and the end of the capture say of the client's timer, and of its end."""
    model = timers.syn_model(gaps)
    numbers: dict[str, Value] = {"waited_s": round(waited_s, 1)}
    if model is None:
        return [say("model_none"), say("ran_on", waited=waited_s)], numbers
    due = timers.latest_gap(model, gaps)
    gave_up = waited_s > due * (1 + timers.TOLERANCE) + 0.1
    timeout = round(sum(gaps) + model.gap(len(gaps) + 1), 1)
    ending = "stopped" if gave_up else "cut_off" if waited_s > 0 else "cut_off_at_once"
    limit, more = _limit(model, len(gaps), gave_up, timeout)
    numbers |= {"timer_model": model.name, "timeout_s": timeout, "gave_up": gave_up, **more}
    return [say(f"model_{model.name}"), say(ending, waited=waited_s, due=due), limit], numbers


def _limit(model: timers.Model, n: int, gave_up: bool, timeout: float) -> tuple[Sentence, dict[str, Value]]:
    """Which setting of the client's kernel would end after so many repeats."""
    kind = "limit" if gave_up else "if_last"
    if model.name == "three_seconds":
        return say(f"{kind}_three_seconds", timeout=timeout), {}
    retries = timers.linux_retries(model, n)
    if retries is None:
        return say(f"{kind}_of_program", n=n, linear=model.linear), {}
    numbers: dict[str, Value] = {"tcp_syn_retries" if gave_up else "tcp_syn_retries_at_least": retries}
    if model.name == "linear":
        numbers["tcp_syn_linear_timeouts"] = model.linear
    return say(f"{kind}_{model.name}", retries=retries, linear=model.linear, timeout=timeout), numbers


def _where(c: Connection) -> Sentence:
    """What the rest of the capture says about the silent host."""
    elsewhere = _other_ports(c)
    key = "at_server" if c.place == "server" else "host_answers" if elsewhere else "host_silent"
    return say(key, host=c.server.address, frames=elsewhere[:4])


def _other_ports(c: Connection) -> tuple[int, ...]:
    """Frames in which the silent server's address answers elsewhere in the capture."""
    return tuple(f for seen in c.server.track.frames.values() for f in seen)
