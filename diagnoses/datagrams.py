"""Datagrams that were turned away: what ICMP "port unreachable" quotes, and who says so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection, End
from packets.columns import COPY, ICMP, ICMPV6, UDP
from packets.ttl import INITIAL, hops
from packets.vantage import fresh

_V4, _V6 = (3, 3), (1, 4)  # type and code of "port unreachable": RFC 792, RFC 4443 section 3.1


@dataclass(frozen=True)
class Refusal:
    """Datagrams of one end that were turned away."""

    sender: End
    target: End
    sent: NDArray[np.void]
    answers: NDArray[np.void]  # datagrams of the other end
    messages: NDArray[np.void]  # "port unreachable" about what was sent

    @property
    def first(self) -> int:
        """Frame of the first message, 0: there is none."""
        return int(self.messages["frame"][0]) if len(self.messages) else 0

    @property
    def by_host(self) -> bool:
        """The host itself turned them away."""
        return int(self.messages["source"][0]) == self.target.host

    @property
    def answered_afterwards(self) -> bool:
        """Something came from the other end after the first message."""
        return bool((self.answers["frame"] > self.first).any())


def refusal(c: Connection) -> Refusal:
    """The messages to the client; where there are none, those to the server."""
    return c.once(_refusal)


def _refusal(c: Connection) -> Refusal:
    rows = c.rows[(c.rows["marks"] & COPY) == 0]
    v4 = (rows["protocol"] == ICMP) & (rows["icmp_type"] == _V4[0]) & (rows["icmp_code"] == _V4[1])
    v6 = (rows["protocol"] == ICMPV6) & (rows["icmp_type"] == _V6[0]) & (rows["icmp_code"] == _V6[1])
    found, datagrams = rows[v4 | v6], rows[rows["protocol"] == UDP]
    to_client = not len(found) or bool((~found["from_client"]).any())
    sender = c.client if to_client else c.server
    mine = datagrams["from_client"] == to_client
    about = found[found["from_client"] != to_client]
    return Refusal(sender, c.peer(sender), datagrams[mine], datagrams[~mine], about)


def distance(sender: End, message: np.void) -> int | None:
    """Hops to the device; None where the capture host itself, or its neighbour, sent the message."""
    ttl = int(message["ttl"])
    return None if ttl in INITIAL and not fresh(sender.track) else hops(ttl)
