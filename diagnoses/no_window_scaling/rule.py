"""One side does without the window scale option, so no window can be larger than 65,535 bytes.

Holds when all of these are true:

- both SYNs are in the capture as a whole, and one of them carries no window scale option
- one side sent more than 65,535 bytes, so a larger window could have been of use

Supersedes nothing; window_full leaves waits that come from this limit to this finding. Without harm it is
information. Where the sender filled such a window at least three times and waited, it is a note, and a
warning when it waited a second or more.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, End
from diagnoses.filling import LIMIT, Filling, filling, scale_is_missed, unscaled
from diagnoses.finding import Culprit, Finding, Rejected, Sentence, Severity, Value, say
from diagnoses.windows import LONG_S, round_trip_s
from packets.table import Table

CODE = "no_window_scaling"
SUPERSEDES: tuple[str, ...] = ()
_SHOWN = 30  # waits among the evidence, the longest: three frames each


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    shook = (table["client_syn"] > 0) & (table["server_syn_ack"] > 0)
    without = (table["client_wscale"] < 0) | (table["server_wscale"] < 0)
    much = (table["client_payload"] > LIMIT) | (table["server_payload"] > LIMIT)
    found: NDArray[np.bool_] = shook & without & much
    return found


def option_missing(c: Connection) -> bool:
    shook = (c.row(c.client.first_syn), c.row(c.server.first_syn_ack))
    return unscaled(c) and all(syn["captured"] >= syn["original"] for syn in shook)


def sent_more_than_a_window(c: Connection) -> bool:
    return max(c.client.payload, c.server.payload) > LIMIT


CONDITIONS = (option_missing, sent_more_than_a_window)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    end, missed, full = _without(c), _missed(c), filling(c)
    trip = round_trip_s(c)
    values = {
        "end": end.address,
        "other": c.peer(end).address,
        "client": c.client.address,
        "server": c.server.address,
        "port": c.server.port,
        "syn": (c.client.first_syn,),
        "syn_ack": (c.server.first_syn_ack,),
        "trip": trip,
        "rate": round(LIMIT / trip / 1000) if trip else 0,
        "sender": full.sender.address,
        "n": len(full.frames),
        "held": full.held_s,
        "share": round(100 * full.share),
    }
    return Finding(
        CODE,
        _severity(missed, full),
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (c.client.first_syn, c.server.first_syn_ack, *(full.evidence(_SHOWN) if missed else ())),
        say("title_limits" if missed else "title", **values),
        tuple(_told(c, end, missed, trip, values)),
        _culprit(c, end),
        _numbers(full, missed, trip),
        (Rejected("window_full", say("not_small", **values)),) if missed else (),
        say("settle", **values),
    )


def _without(c: Connection) -> End:
    """The side whose SYN lacks the option. A server may only answer with it when it was asked (RFC 7323)."""
    return c.client if c.client.wscale < 0 else c.server


def _missed(c: Connection) -> bool:
    return scale_is_missed(c) and filling(c).matters


def _severity(missed: bool, full: Filling) -> Severity:
    if not missed:
        return "info"
    return "warning" if full.held_s >= LONG_S else "note"


def _told(c: Connection, end: End, missed: bool, trip: float, values: dict[str, object]) -> list[Sentence]:
    told = [say("client_lacks" if end is c.client else "server_lacks", **values)]
    if trip:
        told.append(say("ceiling", **values))
    told.append(say("waited" if missed else "no_harm", **values))
    told.append(say("own" if c.place == end.name else "removed", **values))
    return told


def _culprit(c: Connection, end: End) -> Culprit:
    """Known only where the SYN is seen as it left its host: a device on the way may take the option out."""
    if c.place != end.name:
        return Culprit()
    return Culprit(end.name, end.address, 0)


def _numbers(full: Filling, missed: bool, trip: float) -> dict[str, Value]:
    numbers: dict[str, Value] = {"round_trip_s": round(trip, 6) if trip else None}
    if missed:
        numbers |= {
            "times_full": len(full.frames),
            "waited_s": round(full.held_s, 3),
            "waited_percent": round(100 * full.share),
        }
    return numbers
