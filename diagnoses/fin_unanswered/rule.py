"""One side closes, and the other never says a word again: one side of a half-open connection.

Holds when all of these are true:

- the connection was open
- one side sent its FIN at least three times
- the FIN was never acknowledged
- nothing came from the other side after the first FIN, for a second or more, and nothing shows that something
  came unseen
- the other side is in the capture, so its answer would have been seen

Supersedes timeout_retransmission, keepalive.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import timers
from diagnoses.case import NS, Connection, End, frames, gaps_s
from diagnoses.finding import Culprit, Finding, Rejected, Value, say
from diagnoses.silences import PATIENCE_S
from packets.columns import ACKS_UNSEEN, FIN
from packets.table import Table

CODE = "fin_unanswered"
SUPERSEDES = (
    "timeout_retransmission",
    "keepalive",
)
ENOUGH_FINS = 3  # the FIN and two repeats: a single repeat is everyday loss, soon answered


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    repeated = (table["client_fin"] >= ENOUGH_FINS) | (table["server_fin"] >= ENOUGH_FINS)
    found: NDArray[np.bool_] = repeated & (table["client_rst"] == 0) & (table["server_rst"] == 0)
    return found


def closer(c: Connection) -> End:
    """The side that sent more FINs."""
    return c.client if c.client.fin >= c.server.fin else c.server


def was_open(c: Connection) -> bool:
    return c.handshake_seen or c.client.data_segments + c.server.data_segments > 0


def fin_repeated(c: Connection) -> bool:
    return closer(c).fin >= ENOUGH_FINS


def never_acknowledged(c: Connection) -> bool:
    return c.peer(closer(c)).max_ack <= closer(c).fin_seq


def peer_silent(c: Connection) -> bool:
    after = c.peer(closer(c)).rows["frame"] > closer(c).first_fin
    mine = closer(c).rows[closer(c).rows["frame"] > closer(c).first_fin]
    heard = bool(((mine["marks"] & ACKS_UNSEEN) != 0).any())
    return not bool(after.any()) and not heard and _waited_s(c) >= PATIENCE_S


def _waited_s(c: Connection) -> float:
    return (c.case.last_ns - int(c.row(closer(c).first_fin)["time_ns"])) / NS


def peer_in_capture(c: Connection) -> bool:
    return c.peer(closer(c)).packets > 0


CONDITIONS = (was_open, fin_repeated, never_acknowledged, peer_silent, peer_in_capture)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    end = closer(c)
    peer = c.peer(end)
    fins = end.rows[(end.rows["flags"] & FIN) != 0]
    gaps = gaps_s(fins)
    values = {
        "closer": end.address,
        "closer_end": end.shown,
        "peer": peer.address,
        "port": c.server.port,
        "n": len(fins),
        "fins": frames(fins),
        "gaps": gaps,
        "lasted": sum(gaps),
    }
    at_peer = c.place == peer.name
    numbers: dict[str, Value] = {
        "fins": len(fins),
        "fin_retransmissions": len(fins) - 1,
        "gaps_s": gaps,
        "lasted_s": round(sum(gaps), 1),
    }
    backoff = say("doubling" if timers.doubling(gaps[1:]) else "repeated", **values)
    culprit = Culprit(peer.name, peer.address, 0) if at_peer else Culprit()
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (*frames(fins), int(peer.rows["frame"][-1])),
        say("title", **values),
        (
            say("sent", **values),
            backoff,
            say("states", **values),
            say("at_peer" if at_peer else "elsewhere", **values),
        ),
        culprit,
        numbers,
        (
            Rejected("clean_close", say("not_clean", **values)),
            Rejected("half_open_reset", say("not_reset", **values)),
        ),
        say("settle_peer" if at_peer else "settle", **values),
    )
