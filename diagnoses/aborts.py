"""What the diagnoses of an established connection that ends by a RST have in common."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, End
from diagnoses.finding import Culprit, Value
from diagnoses.reset_court import Ruling, first_reset, rule
from packets.columns import FIN, RST, SYN
from packets.table import Table

# A pause from which on a firewall's idle timeout is worth a word; shorter ones are somebody thinking.
IDLE_S = 3.0


@dataclass(frozen=True)
class Abort:
    """The first RST of an established connection, and what stood around it."""

    connection: Connection
    sender: End  # the end that the RST names
    rst: np.void
    ruling: Ruling
    trigger: np.void | None  # the other end's last segment before the RST
    idle_s: float  # the pause before that segment (or before the RST, when it answers nothing)

    @property
    def peer(self) -> End:
        """The other end."""
        return self.connection.peer(self.sender)

    @property
    def closed_before(self) -> bool:
        """The sender had sent its FIN."""
        return self.sender.first_fin >= 0 and self.sender.first_fin < int(self.rst["frame"])

    @property
    def all_acknowledged(self) -> bool:
        """Every byte that either side sent before the RST was acknowledged by the other."""
        return not outstanding(self.connection, self.rst)

    @property
    def answers_peer(self) -> bool:
        """The RST sits at the number that the peer's segment acknowledged: RFC 9293 section 3.10.7.1, for no
        connection.
        """
        return self.trigger is not None and int(self.rst["seq"]) == int(self.trigger["ack"])

    @cached_property
    def values(self) -> dict[str, object]:
        """What sentences about a RST may name."""
        ruling = self.ruling
        return {
            "sender": self.sender.address,
            "peer": self.peer.address,
            "sender_end": self.sender.shown,
            "peer_end": self.peer.shown,
            "rst": (int(self.rst["frame"]),),
            "ttl": ruling.reset.ttl,
            "hop": ruling.hops,
            "baseline": ruling.baseline,
            "witnesses": ruling.witnesses,
            "packets": ruling.reset.track.packets,
            "ttls": sorted(ruling.reset.track.counts),
            "idle": self.idle_s,
            "host_hop": self.connection.hops_to(self.sender),
            "port": self.connection.server.port,
            "trigger": (int(self.trigger["frame"]),) if self.trigger is not None else (),
        }

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        found: dict[str, Value] = {"rst_ttl": self.ruling.reset.ttl, "idle_before_s": round(self.idle_s, 3)}
        if self.ruling.baseline is not None:
            found |= {"host_ttl": self.ruling.baseline, "host_packets": self.ruling.reset.track.packets}
        if self.ruling.signs:
            found["signs"] = [str(sign) for sign in self.ruling.signs]
        return found

    @property
    def evidence(self) -> tuple[int, ...]:
        """The RST, what it answers, and the packets it is compared with."""
        trigger = (int(self.trigger["frame"]),) if self.trigger is not None else ()
        return (int(self.rst["frame"]), *trigger, *self.ruling.witnesses)

    @property
    def by_sender(self) -> Culprit:
        """The named end did it."""
        return Culprit(self.sender.name, self.sender.address, self.connection.hops_to(self.sender))


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections that were open and saw a RST."""
    reset = (table["client_rst"] > 0) | (table["server_rst"] > 0)
    # A SYN-ACK alone opens nothing: scanners and health checks answer it with a RST.
    data = table["client_data_segments"] + table["server_data_segments"] > 0
    begun_before = (table["client_syn"] == 0) & (table["server_syn_ack"] == 0)
    more = table["packets"] > table["client_rst"] + table["server_rst"]
    alive = (table["client_max_ack"] >= 1) | data | (begun_before & more)
    # A RST before the SYN-ACK belongs to the opening: a refusal, or the client clearing away an older
    # connection.
    opening = table["server_first_syn_ack"]
    early = _before(table["server_first_rst"], opening) | _before(table["client_first_rst"], opening)
    found: NDArray[np.bool_] = reset & alive & ~early
    return found


def _before(row: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (row >= 0) & (row < other)
    return found


def first_abort(c: Connection) -> Abort:
    """The first RST of the connection, with its surroundings."""
    return c.once(_first_abort)


def _first_abort(c: Connection) -> Abort:
    rst = c.segments[(c.segments["flags"] & RST) != 0][0]
    sender = c.client if rst["from_client"] else c.server
    before = c.segments[c.segments["frame"] < rst["frame"]]
    theirs = before[before["from_client"] != rst["from_client"]]
    trigger = theirs[-1] if len(theirs) and before[-1]["from_client"] != rst["from_client"] else None
    return Abort(c, sender, rst, rule(first_reset(c, sender)), trigger, _idle(before, rst, trigger))


def _idle(before: NDArray[np.void], rst: np.void, trigger: np.void | None) -> float:
    times = before["time_ns"] if trigger is not None else np.append(before["time_ns"], rst["time_ns"])
    return float(times[-1] - times[-2]) / NS if len(times) >= 2 else 0.0


def outstanding(c: Connection, rst: np.void) -> int:
    """Bytes sent before the RST and not acknowledged before it, both ways together; the RST's own ack
    counts.
    """
    until = c.segments[c.segments["frame"] <= rst["frame"]]
    total = 0
    for from_client in (True, False):
        sent = until[(until["from_client"] == from_client) & ((until["flags"] & RST) == 0)]
        acks = until[until["from_client"] != from_client]["ack"]
        end = int((sent["seq"] + sent["length"]).max(initial=0))
        total += max(end - int(acks.max(initial=0)), 0) if (sent["length"] > 0).any() else 0
    return total


def surely_outstanding(c: Connection, rst: np.void) -> int:
    """The same, where the capture holds all that might have acknowledged it; else 0: nothing is known."""
    ends = (c.client, c.server)
    missed = any(not end.packets or counted_unseen(c, end, rst) for end in ends)
    return 0 if missed else outstanding(c, rst)


def closed_first(c: Connection, rst: np.void) -> bool:
    """A FIN of either side passed before the RST."""
    until = c.segments[c.segments["frame"] <= rst["frame"]]
    return bool(((until["flags"] & FIN) != 0).any())


def harmless(c: Connection, rst: np.void) -> bool:
    """The RST comes after a FIN, and nothing was outstanding: nobody lost anything."""
    return closed_first(c, rst) and outstanding(c, rst) == 0


def maybe_closed_unseen(c: Connection, end: End, rst: np.void) -> bool:
    """A FIN of an end may have passed before the RST without being in the capture: the end is not in it, its
    peer or its own RST counts more than was seen, or it said nothing since the capture began in mid-stream.
    """
    mine = end.rows[end.rows["frame"] < rst["frame"]]
    if not len(mine) or ((mine["flags"] & FIN) != 0).any():
        return not len(mine)
    return counted_unseen(c, end, rst) or not ((mine["length"] > 0) | ((mine["flags"] & SYN) != 0)).any()


def counted_unseen(c: Connection, end: End, rst: np.void) -> bool:
    """Up to the RST its peer acknowledges, or the end itself counts, more than the capture holds of it. An
    end that was not heard before has no number to begin with.
    """
    mine = end.rows[end.rows["frame"] < rst["frame"]]
    if not len(mine):
        return False
    theirs = c.peer(end).rows
    seen = mine["seq"] + mine["length"] + ((mine["flags"] & (SYN | FIN)) != 0)
    told = int(theirs["ack"][theirs["frame"] <= rst["frame"]].max(initial=0))
    own = int(rst["seq"]) if bool(rst["from_client"]) == (end is c.client) else 0
    return max(told, own) > int(seen.max(initial=0))


def was_open(c: Connection) -> bool:
    """The connection was open when the RST came."""
    return c.once(_was_open)


def _was_open(c: Connection) -> bool:
    return bool(candidates(c.record.table)[0])


def did_harm(c: Connection) -> bool:
    """The RST took something away: data was outstanding, or no FIN had passed before, as far as the capture
    can tell: without one direction it knows neither.
    """
    return c.once(_did_harm)


def _did_harm(c: Connection) -> bool:
    rst = first_abort(c).rst
    ends = (c.client, c.server)
    if not all(end.packets for end in ends) or harmless(c, rst):
        return False
    return surely_outstanding(c, rst) > 0 or not any(maybe_closed_unseen(c, end, rst) for end in ends)
