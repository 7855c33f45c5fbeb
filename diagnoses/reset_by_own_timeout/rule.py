"""The RST comes from the side that had been sending in vain: it gave up by itself. The peer did not reset
anything.

Holds when all of these are true:

- the connection was open when the RST came
- the sender of the RST had sent data, or probes of an idle connection or a closed window, at least three
  times in vain, counting repeats, since it last heard its peer
- the RST is not foreign: nothing shows that a device on the path made it
- it was not the keepalive timer, which is a diagnosis of its own
- the other side is in the capture, so its answers would have been seen

Supersedes application_abort, reset_sender_unknown, half_open_reset, timeout_retransmission and keepalive.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import aborts, timers
from diagnoses.aborts import Abort
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Finding, Rejected, say
from diagnoses.probing import failed_run
from packets.columns import KEEPALIVE_SHAPED, PROBE_SHAPED, SEEN_TWICE

CODE = "reset_by_own_timeout"
SUPERSEDES = (
    "application_abort",
    "reset_sender_unknown",
    "half_open_reset",
    "timeout_retransmission",
    "keepalive",
)
candidates = aborts.candidates
FEWEST = 3  # sendings in vain: one repeat is everyday loss, and may have nothing to do with the RST


def sent_in_vain(c: Connection) -> bool:
    return len(_attempts(aborts.first_abort(c))) >= FEWEST


def not_foreign(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender != "path"


def no_failed_keepalive(c: Connection) -> bool:
    return failed_run(c, aborts.first_abort(c).sender) is None


def peer_in_capture(c: Connection) -> bool:
    return aborts.first_abort(c).peer.packets > 0


CONDITIONS = (aborts.was_open, sent_in_vain, not_foreign, no_failed_keepalive, peer_in_capture)


def _attempts(found: Abort) -> NDArray[np.void]:
    """The segment that found no answer, and its repeats, up to the RST; probes as they are."""
    heard = found.peer.rows["frame"][found.peer.rows["frame"] < found.rst["frame"]]
    mine = found.sender.rows
    since = mine[
        (mine["frame"] > (int(heard[-1]) if len(heard) else 0)) & (mine["frame"] < found.rst["frame"])
    ]
    again = ((since["marks"] & SEEN_TWICE) != 0) & (since["length"] > 0)
    probe = (since["marks"] & (KEEPALIVE_SHAPED | PROBE_SHAPED)) != 0
    first = (since["length"] > 0) & np.isin(since["seq"], since["seq"][again])
    attempts: NDArray[np.void] = since[again | probe | first]
    return attempts


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    attempts = _attempts(found)
    gaps = gaps_s(attempts)
    last = float(found.rst["time_ns"] - attempts["time_ns"][-1]) / NS
    timed = any(timers.fits(last, gaps[-1] * factor) for factor in (1, 2))
    values = found.values | {
        "attempts": frames(attempts),
        "n": len(attempts),
        "repeats": len(attempts) - 1,
        "gaps": gaps,
        "last": last,
        "waited": float(found.rst["time_ns"] - attempts["time_ns"][0]) / NS,
    }
    probes = not bool((attempts["length"] > 1).any())
    told = ("probes" if probes else "sent", "timer" if timed else "application", "origin", "limits")
    return Finding(
        CODE,
        "error",
        "certain" if found.ruling.sender == "host" else "likely",
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, *frames(attempts)),
        say("title", **values),
        tuple(say(key, **values) for key in told),
        numbers=found.numbers
        | {
            "attempts": len(attempts),
            "gaps_s": gaps,
            "last_to_rst_s": round(last, 3),
            "gave_up_after_s": round(float(found.rst["time_ns"] - attempts["time_ns"][0]) / NS, 1),
            "by_timer": timed,
        },
        rejected=(
            Rejected("half_open_reset", say("not_peer", **values)),
            Rejected("reset_on_path", say("not_path", **values)),
        ),
        would_settle=say("settle", **values),
    )
