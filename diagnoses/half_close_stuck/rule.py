"""One side closed; the other acknowledged it, and then neither sent anything nor closed: CLOSE-WAIT.

Holds when all of these are true:

- the connection was open before
- one side sent its FIN, and the other acknowledged it
- the other side never closed: no FIN of its own, and no RST of either side
- for more than 60 seconds after the FIN, up to the end of the capture, the other side sent no data
- nothing shows that the capture missed an end: neither side acknowledges or repeats what it could not, and
  the other side's SYN or data is in the capture, so it had not closed before that began

Supersedes keepalive.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from diagnoses.finding import Culprit, Finding, Rejected, say
from packets.columns import FIN
from packets.table import Table

CODE = "half_close_stuck"
SUPERSEDES = ("keepalive",)
WITHHELD_BY = ("one_way_capture", "capture_drops", "clock_step")  # the missing FIN may have passed unseen
# Seconds. Linux forgets a closed socket in FIN-WAIT-2 after tcp_fin_timeout (60 s): from then on the side
# that closed is gone for good, and the other one keeps a connection that leads nowhere.
STUCK_S = 60.0


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections that one side closed and the other did not."""
    client = (table["client_fin_seq"] >= 0) & (table["server_max_ack"] > table["client_fin_seq"])
    server = (table["server_fin_seq"] >= 0) & (table["client_max_ack"] > table["server_fin_seq"])
    one = (client & (table["server_fin_seq"] < 0)) | (server & (table["client_fin_seq"] < 0))
    found: NDArray[np.bool_] = one & (table["client_rst"] == 0) & (table["server_rst"] == 0)
    return found


def closer(c: Connection) -> End:
    """The side that closed."""
    return c.client if c.client.fin_seq >= 0 else c.server


def was_open(c: Connection) -> bool:
    return c.handshake_seen or c.client.data_segments + c.server.data_segments > 0


def fin_acknowledged(c: Connection) -> bool:
    return closer(c).fin_seq >= 0 and c.peer(closer(c)).max_ack > closer(c).fin_seq


def other_never_closed(c: Connection) -> bool:
    return c.peer(closer(c)).fin_seq < 0 and c.client.rst == 0 and c.server.rst == 0


def idle_for_long(c: Connection) -> bool:
    return _stuck_s(c) > STUCK_S


def nothing_missed(c: Connection) -> bool:
    other = c.peer(closer(c))
    open_before = other.syn + other.syn_ack + other.data_segments > 0
    return open_before and closer(c).acked_unseen == 0 and other.acked_missing == 0


CONDITIONS = (was_open, fin_acknowledged, other_never_closed, idle_for_long, nothing_missed)


def _last_data(c: Connection) -> np.void:
    """The other side's last data, or the FIN, whichever came later."""
    end = closer(c)
    fin = end.rows[(end.rows["flags"] & FIN) != 0][0]
    data = c.peer(end).rows
    data = data[(data["length"] > 0) & (data["frame"] > fin["frame"])]
    last: np.void = data[-1] if len(data) else fin
    return last


def _stuck_s(c: Connection) -> float:
    return float(c.case.last_ns - int(_last_data(c)["time_ns"])) / NS


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    end = closer(c)
    other, fin = c.peer(end), c.row(end.first_fin)
    ack = other.rows[other.rows["ack"] > end.fin_seq][0]
    last = _last_data(c)
    went_on = int(last["frame"]) != int(fin["frame"])
    values = {
        "closer": end.address,
        "other": other.address,
        "closer_end": end.shown,
        "other_end": other.shown,
        "port": c.server.port,
        "fin": (int(fin["frame"]),),
        "ack": (int(ack["frame"]),),
        "last": (int(last["frame"]),),
        "stuck": _stuck_s(c),
    }
    told = ["acknowledged", *(["went_on"] if went_on else []), "silent", "states", "limits"]
    return Finding(
        CODE,
        "warning",
        "likely",
        c.number,
        (c.client.address, c.server.address),
        (int(fin["frame"]), int(ack["frame"]), int(last["frame"])),
        say("title", **values),
        tuple(say(key, **values) for key in told),
        Culprit(other.name, other.address, c.hops_to(other)),
        {"stuck_s": round(_stuck_s(c), 1), "closed_first": end.name, "data_after_fin": went_on},
        (
            Rejected("fin_unanswered", say("was_answered", **values)),
            Rejected("clean_close", say("not_closed", **values)),
        ),
        say("settle", **values),
    )
