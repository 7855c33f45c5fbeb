"""One side probed an idle connection, got no answer, and gave it up with a RST of its own.

Holds when all of these are true:

- one side sent at least two keepalive probes in a row, at a fixed interval, and nothing else after them
- one interval after the last probe the same side sent a RST
- the probes found no answer, or the pace quickened as it does when answers do not arrive
- the RST is not foreign: nothing shows that a device on the path made it
- the other side is in the capture, so its answers would have been seen

Supersedes application_abort, reset_sender_unknown, half_open_reset, fin_unanswered, keepalive: the RST is
the prober's own.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import aborts
from diagnoses.case import Connection, End
from diagnoses.finding import Culprit, Finding, Rejected, say
from diagnoses.probing import FEWEST, FailedRun, failed_run, probes
from packets.table import Table

CODE = "keepalive_failed"
SUPERSEDES = ("application_abort", "reset_sender_unknown", "half_open_reset", "keepalive", "fin_unanswered")


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    client = (table["client_keepalives"] >= FEWEST) & (table["client_rst"] > 0)
    server = (table["server_keepalives"] >= FEWEST) & (table["server_rst"] > 0)
    found: NDArray[np.bool_] = client | server
    return found


def prober(c: Connection) -> End:
    """The side that sent the RST."""
    return c.client if c.client.rst else c.server


def probes_in_a_row(c: Connection) -> bool:
    return len(probes(c, prober(c))) >= FEWEST


def own_rst_follows(c: Connection) -> bool:
    last = probes(c, prober(c))[-1]
    return prober(c).first_rst > last.frame


def gave_up(c: Connection) -> bool:
    return failed_run(c, prober(c)) is not None


def not_foreign(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender != "path"


def peer_in_capture(c: Connection) -> bool:
    return c.peer(prober(c)).packets > 0


CONDITIONS = (probes_in_a_row, own_rst_follows, gave_up, not_foreign, peer_in_capture)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    end, run = prober(c), _run(c)
    answered = [p.answer for p in probes(c, end) if p.answer and p.frame < run.probes[0].frame]
    values = {
        "prober": end.address,
        "peer": c.peer(end).address,
        "port": c.server.port,
        "n": len(run.probes),
        "time": run.time_s,
        "interval": run.interval_s,
        "whole": run.time_s + run.interval_s * len(run.probes),
        "probes": [p.frame for p in run.probes],
        "rst": (run.rst,),
        "before": len(answered),
        "answers": [p.answer for p in run.probes if p.answer],
    }
    told = [say("probes", **values), say("gave_up", **values)]
    if answered:
        told.insert(0, say("worked_before", **values))
    told.append(say("answers_visible" if run.answered_here else "no_answer", **values))
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        run.frames,
        say("title", **values),
        tuple(told),
        Culprit(),
        {
            "keepalive_time_s": run.time_s,
            "keepalive_intvl_s": run.interval_s,
            "keepalive_probes": len(run.probes),
            "answered_probes_before": len(answered),
        },
        (
            Rejected("application_abort", say("not_abort", **values)),
            Rejected("reset_on_path", say("not_path", **values)),
        ),
        say("settle_visible" if run.answered_here else "settle", **values),
    )


def _run(c: Connection) -> FailedRun:
    run = failed_run(c, prober(c))
    assert run is not None, "find is called only when the conditions hold"
    return run
