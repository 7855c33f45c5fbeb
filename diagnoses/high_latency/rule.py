"""The way is long: every round trip of the connection takes long, from the handshake on, and always the same.

Holds when all of these are true:

- the handshake is in the capture, without a repeat, and took 0.3 s or more from the SYN to the client's
  acknowledgement
- at least three acknowledgements of data show the way again where most of that time is spent
- data took as long as the handshake, within a quarter: nothing grows under load
- the middle one of these times is within a quarter of the shortest: they do not vary
- nothing was lost: no segment was sent again, came late or is missing

Supersedes nothing.
"""

from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from diagnoses.finding import Finding, Rejected, say
from packets.columns import SYN
from packets.table import Table

CODE = "high_latency"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("clock_step", "capture_drops")
# ITU-T G.114: up to 150 ms one way most applications are not affected. Light in fibre needs 0.2 s to the far
# side of the Earth and back, so that a longer way than any cable's is worth a word, too.
HIGH_S = 0.3
ENOUGH = 3  # acknowledgements: with fewer, one that was delayed would decide
STEADY = 1.25  # a delayed acknowledgement (40 ms of Linux) is no change; a filling queue is
MOST_OF_IT = 0.8  # share of the trip that data must have measured as well


@dataclass(frozen=True)
class Half:
    """The way from the capture point to one end and back."""

    end: End
    shaken_s: float  # in the handshake
    trips_s: tuple[float, ...]  # of data that was sent to this end
    frames: tuple[int, ...]  # acknowledgements that show them

    @property
    def measured(self) -> bool:
        """Data shows it as well."""
        return len(self.trips_s) >= ENOUGH


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    trip = table["shaken_time"] - table["syn_time"]
    found: NDArray[np.bool_] = (table["syn_time"] >= 0) & (trip >= HIGH_S * NS)
    for side in ("client", "server"):
        found &= (table[f"{side}_repeated"] == 0) & (table[f"{side}_late"] == 0)
    return found & (table["client_data_segments"] + table["server_data_segments"] > 0)


def shaken_late(c: Connection) -> bool:
    once = c.client.syn == 1 and c.server.syn_ack == 1
    return c.handshake_seen and once and sum(half.shaken_s for half in _halves(c)) >= HIGH_S


def measured_by_data(c: Connection) -> bool:
    halves = _halves(c)
    whole = sum(half.shaken_s for half in halves)
    return sum(half.shaken_s for half in halves if half.measured) >= MOST_OF_IT * whole


def same_as_handshake(c: Connection) -> bool:
    shaken = sum(half.shaken_s for half in _halves(c) if half.measured)
    data = sum(min(half.trips_s) for half in _halves(c) if half.measured)
    return shaken / STEADY <= data <= shaken * STEADY


def steady(c: Connection) -> bool:
    least = sum(min(half.trips_s) for half in _halves(c) if half.measured)
    return sum(median(half.trips_s) for half in _halves(c) if half.measured) <= STEADY * least


def nothing_lost(c: Connection) -> bool:
    return all(end.repeated + end.late + end.acked_missing == 0 for end in (c.client, c.server))


CONDITIONS = (shaken_late, measured_by_data, same_as_handshake, steady, nothing_lost)


def _halves(c: Connection) -> tuple[Half, Half]:
    return c.once(_both)


def _both(c: Connection) -> tuple[Half, Half]:
    syn, answered, shaken = (int(c.record[name]) for name in ("syn_time", "syn_ack_time", "shaken_time"))
    known = 0 <= syn <= answered <= shaken
    return (
        _half(c, c.server, (answered - syn) / NS if known else 0.0),
        _half(c, c.client, (shaken - answered) / NS if known else 0.0),
    )


def _half(c: Connection, end: End, shaken_s: float) -> Half:
    rows = end.rows[(end.rows["rtt_ns"] >= 0) & ((end.rows["flags"] & SYN) == 0)]
    rows = rows[rows["frame"] > c.client.first_ack]  # that one belongs to the handshake
    trips = tuple((rows["rtt_ns"] / NS).tolist())
    return Half(end, shaken_s, trips, tuple(rows["frame"].tolist()))


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    halves = _halves(c)
    to_server, to_client = halves
    seen = [half for half in halves if half.measured]
    trip = sum(half.shaken_s for half in halves)
    least, middle = sum(min(h.trips_s) for h in seen), sum(median(h.trips_s) for h in seen)
    acks = tuple(sorted(frame for half in seen for frame in half.frames[:20]))
    values = {
        "client": c.client.address,
        "server": c.server.address,
        "port": c.server.port,
        "trip": trip,
        "shake": (c.client.first_syn, c.server.first_syn_ack, c.client.first_ack),
        "to_server": to_server.shaken_s,
        "to_client": to_client.shaken_s,
        "n": sum(len(half.trips_s) for half in seen),
        "acks": acks,
        "least": least,
        "middle": middle,
        "end": seen[0].end.address,
        "setup": 3 * trip,
    }
    told = ("handshake", "data" if len(seen) == len(halves) else "data_one_way", _where(c), "means", "costs")
    return Finding(
        CODE,
        "note",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        (c.client.first_syn, c.server.first_syn_ack, c.client.first_ack, *acks),
        say("title", **values),
        tuple(say(key, **values) for key in told),
        numbers={
            "handshake_s": round(trip, 6),
            "data_least_s": round(least, 6),
            "data_median_s": round(middle, 6),
            "to_server_s": round(to_server.shaken_s, 6),
            "to_client_s": round(to_client.shaken_s, 6),
            "samples": values["n"],  # type: ignore[dict-item]  # an int, among values of other kinds
        },
        rejected=(
            Rejected("slow_server", say("not_server", **values)),
            Rejected("timeout_retransmission", say("not_loss")),
        ),
        would_settle=say("settle", **values),
    )


def _where(c: Connection) -> str:
    """What the capture point says of where the time is spent."""
    if c.place == "client":
        return "from_client"
    return "from_server" if c.place == "server" else "between"
