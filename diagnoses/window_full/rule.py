"""A sender used up the receiver's window again and again, and had to wait each time for an acknowledgement.

Holds when all of these are true:

- at least three times one end had so much in flight that no whole segment fitted into the other's window, and
  its next data left only when a segment of the other side had made room
- these waits took a tenth of a second or more, and a tenth of the transfer or more
- the limit is not the missing window scale: no_window_scaling tells of that

Supersedes nothing. A note, not a warning: every transfer has a limit, and the window is a legitimate one. The
rule is silent where the scale of the window is not known (no handshake in the capture), and at the receiver's
end of the path, where a window looks open again before the sender can know.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.filling import Filling, filling, may_fill, scale_is_missed
from diagnoses.finding import Culprit, Finding, Rejected, Value, say
from diagnoses.windows import round_trip_s
from packets.table import Table

CODE = "window_full"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("capture_drops", "one_way_capture", "clock_step")
_SHOWN = 30  # waits among the evidence, the longest: three frames each
_SHRUNK = 2  # a window of less than half the largest one has shrunk: the application reads too slowly


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    return may_fill(table)


def filled_again_and_again(c: Connection) -> bool:
    return filling(c).often


def waits_matter(c: Connection) -> bool:
    return filling(c).matters


def scale_is_not_missed(c: Connection) -> bool:
    return not scale_is_missed(c)


CONDITIONS = (filled_again_and_again, waits_matter, scale_is_not_missed)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    full = filling(c)
    trip = round_trip_s(c)
    largest = max(full.receiver.largest_window, int(full.windows.max()))
    shrunk = int(full.windows.min()) * _SHRUNK < largest
    longest = int(full.pauses_s.argmax())
    values = {
        "sender": full.sender.address,
        "receiver": full.receiver.address,
        "port": c.server.port,
        "n": len(full.frames),
        "held": full.held_s,
        "share": round(100 * full.share),
        "window": int(np.median(full.windows)),
        "smallest": int(full.windows.min()),
        "largest": largest,
        "longest": float(full.pauses_s[longest]),
        "last": (int(full.frames[longest]),),
        "opened": (int(full.opened[longest]),),
        "resumed": (int(full.resumed[longest]),),
        "trip": trip,
        "rate": _rate(full, trip),
    }
    numbers: dict[str, Value] = {
        "times_full": len(full.frames),
        "waited_s": round(full.held_s, 3),
        "waited_percent": round(100 * full.share),
        "window_bytes": int(np.median(full.windows)),
        "round_trip_s": round(trip, 6) if trip else None,
    }
    told = [say("filled", **values), say("wait", **values)]
    if shrunk:
        told.append(say("shrunk", **values))
    elif trip:
        told.append(say("small", **values))
    return Finding(
        CODE,
        "note",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        full.evidence(_SHOWN),
        say("title", **values),
        tuple(told),
        Culprit(),
        numbers,
        (
            Rejected("zero_window", say("not_zero", **values)),
            Rejected("timeout_retransmission", say("not_loss")),
        ),
        say("settle", **values),
    )


def _rate(full: Filling, trip: float) -> int:
    """The most that fits through, kB/s: a window for each round trip."""
    return round(float(np.median(full.windows)) / trip / 1000) if trip else 0
