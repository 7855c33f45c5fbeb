"""A client uses its port again, and the old connection on it is still remembered: the new SYN is not taken.

Holds when all of these are true:

- the capture holds an older connection on the same addresses and ports, closed by a FIN and not by a RST
- the new SYN was repeated: it was not accepted at once; and where nothing came back, the capture goes on
  for a second, or there were three SYNs
- before any SYN-ACK the server answered for the older connection, with its numbers; or nothing came back, and
  the older connection had ended less than 2 MSL before
- if nothing came back: other ports of the client were answered meanwhile, and no fresh port was ignored

Supersedes syn_unanswered.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import openings, reuse
from diagnoses.case import NS, Connection, frames
from diagnoses.finding import Finding, Rejected, Sentence, Value, say
from packets.columns import RST
from packets.table import Table

CODE = "port_reuse_ignored"
SUPERSEDES = ("syn_unanswered",)


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["client_syn"] >= 2) & (table["icmp_errors"] == 0)
    return found


def had_a_connection(c: Connection) -> bool:
    old = reuse.older(c)
    if old is None:
        return False
    closed, aborted = old.client.fin + old.server.fin > 0, old.client.rst + old.server.rst > 0
    return closed and not aborted


def asked_again(c: Connection) -> bool:
    return len(openings.syns(c)) >= 2 and (c.server.packets > 0 or openings.had_time(c))


def still_remembered(c: Connection) -> bool:
    return len(reuse.old_answers(c)) > 0 or (c.server.packets == 0 and reuse.reused(c))


def only_this_port(c: Connection) -> bool:
    if c.server.packets:
        return True
    others = reuse.meanwhile(c)
    return bool(others.answered) and not others.fresh_ignored


CONDITIONS = (had_a_connection, asked_again, still_remembered, only_this_port)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    answers, asked = reuse.old_answers(c), openings.syns(c)
    accepted = c.server.first_syn_ack > 0
    how = "silent" if not len(answers) else "accepted" if accepted else "refused"
    values = _values(c)
    numbers: dict[str, Value] = {
        "since_older_s": round(reuse.since_s(c) or 0.0, 3),
        "syns": len(asked),
        "old_answers": len(answers),
        "accepted": accepted,
    }
    others = reuse.meanwhile(c).answered if how == "silent" else ()
    return Finding(
        CODE,
        "note" if accepted else "error",
        "likely" if how == "silent" else "certain",
        c.number,
        (c.client.address, c.server.address),
        (*_last_of_older(c), *frames(asked), *frames(answers), *_rsts(c), *others[:4], *_syn_ack(c)),
        say(f"title_{how}", **values),
        (say("older", **values), *_story(c, how, values), say("why", **values)),
        numbers=numbers,
        rejected=(Rejected("syn_unanswered", say(f"not_unanswered_{how}", **values)),),
        would_settle=say("settle_silent" if how == "silent" else "settle", **values),
    )


def _story(c: Connection, how: str, values: dict[str, object]) -> tuple[Sentence, ...]:
    if how == "silent":
        return (say("silence", **values),)
    cleared = "cleared" if _rsts(c) else "no_rst"
    ending = "accepted" if how == "accepted" else "never_accepted"
    return say("old_answer", **values), say(cleared, **values), say(ending, **values)


def _values(c: Connection) -> dict[str, object]:
    asked, others = openings.syns(c), reuse.meanwhile(c).answered
    old = reuse.older(c)
    fins = [(end.first_fin, end.address) for end in (old.client, old.server) if end.fin] if old else []
    return {
        "client": c.client.address,
        "client_port": c.client.port,
        "host": c.server.address,
        "server": c.server.shown,
        "port": c.server.port,
        "n": len(asked),
        "asked": frames(asked),
        "since": reuse.since_s(c),
        "closer": min(fins)[1] if fins else "",
        "old_frames": _last_of_older(c),
        "answers": frames(reuse.old_answers(c)),
        "rsts": _rsts(c),
        "taken": _syn_ack(c),
        "delay": float(asked["time_ns"][-1] - asked["time_ns"][0]) / NS,
        "m": len(others),
        "others": others,
    }


def _last_of_older(c: Connection) -> tuple[int, ...]:
    """The FIN that began the end of the older connection, and its last packet."""
    old = reuse.older(c)
    if old is None:
        return ()
    fins = [end.first_fin for end in (old.client, old.server) if end.fin]
    return tuple(sorted({min(fins), old.record["last_frame"]}))


def _rsts(c: Connection) -> tuple[int, ...]:
    """The client's RSTs against the old answers."""
    rows = c.client.rows
    return frames(rows[(rows["flags"] & RST) != 0])


def _syn_ack(c: Connection) -> tuple[int, ...]:
    return (c.server.first_syn_ack,) if c.server.first_syn_ack > 0 else ()
