"""Packets whose TTL (IPv6: hop limit) ran out on the way, and who says so: ICMP "time exceeded in transit"
(RFC 792, RFC 4443 section 3.3).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, frames
from diagnoses.finding import Value
from packets.columns import COPY, ICMP, ICMPV6
from packets.table import Table
from packets.ttl import INITIAL, hops

_V4, _V6 = 11, 3  # types; code 0: in transit, 1: while fragments were put together
IN_TRANSIT = 0


@dataclass(frozen=True)
class Expiry:
    """``messages``: about packets of the client; ``sent``: the client's own packets (PACKET_DTYPE rows)."""

    connection: Connection
    messages: NDArray[np.void]
    sent: NDArray[np.void]
    answered: bool  # something came from the server after the first message

    @property
    def ttl(self) -> int:
        """Highest TTL of the packets sent before the first message, as they pass the capture point; 0: none
        passed.
        """
        before = self.sent[self.sent["frame"] < self.messages["frame"].min(initial=1 << 31)]
        return int(before["ttl"].max(initial=0))

    @cached_property
    def reporters(self) -> list[int]:
        """Host numbers of those who said so, in the order in which they did."""
        return list(dict.fromkeys(self.messages["source"].tolist()))

    @property
    def names(self) -> tuple[str, ...]:
        """Their addresses."""
        return tuple(self.connection.case.capture.addresses[host] for host in self.reporters)

    @property
    def evidence(self) -> tuple[int, ...]:
        """Frames of the packets and of the messages about them."""
        return (*frames(self.sent)[:50], *frames(self.messages)[:50])

    @property
    def distance(self) -> int | None:
        """Hops to the first of them; None where it may be the capture host itself or its neighbour."""
        ttl = int(self.messages["ttl"][0])
        at_client = self.connection.place == "client"
        return None if ttl in INITIAL and not at_client and self.ttl > 1 else hops(ttl)

    @property
    def values(self) -> dict[str, object]:
        """What sentences may name."""
        c, first = self.connection, self.messages[0]
        before = self.sent[self.sent["frame"] < first["frame"]]
        return {
            "client": c.client.address,
            "host": c.server.address,
            "server": c.server.shown if c.server.port else c.server.address,
            "n": len(self.sent),
            "sent": frames(self.sent),
            "ttl": self.ttl,
            "messages": len(self.messages),
            "icmp": frames(self.messages),
            "reporter": self.names[0],
            "reporters": list(self.names),
            "hop": hops(int(first["ttl"])),
            "icmp_ttl": int(first["ttl"]),
            "delay": float(first["time_ns"] - before["time_ns"][-1]) / NS if len(before) else 0.0,
            "usual": sorted(ttl for ttl in c.client.track.counts if ttl not in before["ttl"]),
        }

    @property
    def numbers(self) -> dict[str, Value]:
        """The numbers that decide."""
        return {
            "packets": len(self.sent),
            "icmp_messages": len(self.messages),
            "sent_ttl": self.ttl,
            "icmp_ttl": int(self.messages["ttl"][0]),
            "reporters": len(self.reporters),
        }


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections about which an ICMP error speaks."""
    found: NDArray[np.bool_] = (table["icmp_errors"] > 0) & (table["client_packets"] > 0)
    return found


def expiry(c: Connection) -> Expiry:
    """What ran out in a connection."""
    return c.once(_expiry)


def _expiry(c: Connection) -> Expiry:
    rows = c.rows[(c.rows["marks"] & COPY) == 0]
    kind, protocol = rows["icmp_type"], rows["protocol"]
    exceeded = ((protocol == ICMP) & (kind == _V4)) | ((protocol == ICMPV6) & (kind == _V6))
    found = rows[exceeded & (rows["icmp_code"] == IN_TRANSIT) & ~rows["from_client"]]
    own = rows["source"] == np.where(rows["from_client"], c.client.host, c.server.host)
    own &= protocol == int(c.record["protocol"])
    theirs = rows["frame"][own & ~rows["from_client"] & ~exceeded]
    answered = bool(len(found) and (theirs > found["frame"][0]).any())
    return Expiry(c, found, rows[own & rows["from_client"]], answered)


def message_quotes_client(c: Connection) -> bool:
    """A "time exceeded" about a packet that the client is seen to send."""
    return len(expiry(c).messages) > 0 and expiry(c).ttl > 0


def never_answered(c: Connection) -> bool:
    """Nothing came from the server after the first message."""
    return not expiry(c).answered
