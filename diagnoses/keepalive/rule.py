"""An idle connection is kept alive by probes, and the other side answers: healthy.

Holds when all of these are true:

- one side sent at least two keepalive-shaped segments (length 0 or 1 at SND.NXT - 1)
- the other side's last window was open each time, so they are no zero-window probes
- every one of them was answered
- they came after equal pauses

Supersedes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import Connection, End
from diagnoses.finding import Finding, Rejected, say
from diagnoses.probing import FEWEST, probes
from packets.columns import KEEPALIVE_SHAPED
from packets.table import Table

CODE = "keepalive"
SUPERSEDES: tuple[str, ...] = ()


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["client_keepalives"] >= FEWEST) | (table["server_keepalives"] >= FEWEST)
    return found


def prober(c: Connection) -> End:
    """The side that probes more."""
    return c.client if c.client.keepalives >= c.server.keepalives else c.server


def probe_shaped(c: Connection) -> bool:
    return prober(c).keepalives >= FEWEST


def window_open(c: Connection) -> bool:
    shaped = int(((prober(c).rows["marks"] & KEEPALIVE_SHAPED) != 0).sum())
    return len(probes(c, prober(c))) == shaped


def answered(c: Connection) -> bool:
    return all(p.answer is not None for p in probes(c, prober(c)))


def equal_pauses(c: Connection) -> bool:
    return timers.constant([p.idle_s for p in probes(c, prober(c))])


CONDITIONS = (probe_shaped, window_open, answered, equal_pauses)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    end = prober(c)
    found = probes(c, end)
    pause = round(min(p.idle_s for p in found), 1)
    evidence = sorted(f for p in found for f in (p.frame, p.answer or p.frame))
    values = {
        "prober": end.address,
        "peer": c.peer(end).address,
        "n": len(found),
        "pause": pause,
        "port": c.server.port,
        "frames": [p.frame for p in found],
        "answers": [p.answer for p in found],
    }
    return Finding(
        CODE,
        "info",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        tuple(evidence),
        say("title", **values),
        (say("probes", **values), say("answers", **values)),
        numbers={"probes": len(found), "interval_s": pause},
        rejected=(
            Rejected("timeout_retransmission", say("not_loss")),
            Rejected("zero_window_probe", say("not_window")),
        ),
    )
