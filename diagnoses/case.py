"""What a rule may look at: the facts of a capture, as connections with two ends, and what is known of the
hosts.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from packets import facts, ttl
from packets.capture import Capture
from packets.columns import COPY, RST, TCP
from packets.decode import ARP
from packets.ttl import Track, hops
from packets.vantage import Place, place

NS = 1_000_000_000
Known = TypeVar("Known")


class End:
    """One end of a connection. Every fact of packets.facts.SIDE is an attribute, an int."""

    def __init__(self, connection: "Connection", name: str) -> None:
        self._connection, self.name = connection, name
        self.endpoint = int(connection.record[name])
        self.host, self.port = self.endpoint >> 16, self.endpoint & 0xFFFF
        self.address = connection.case.capture.addresses[self.host]

    def __getattr__(self, fact: str) -> int:
        if fact not in facts.SIDE:
            raise AttributeError(fact)
        return int(self._connection.record[f"{self.name}_{fact}"])

    @property
    def shown(self) -> str:
        """Address and port as people write them: 192.0.2.1:443, [2001:db8::1]:443."""
        return endpoint_text(self.address, self.port)

    @cached_property
    def rows(self) -> NDArray[np.void]:
        """Its TCP segments in order, copies left out (PACKET_DTYPE)."""
        rows = self._connection.segments
        return rows[rows["from_client"] == (self.name == "client")]

    @property
    def track(self) -> Track:
        """The TTLs of this host's packets in the whole capture, RSTs left out."""
        return self._connection.case.tracks[self.host]


class Connection:
    """One connection of the capture."""

    def __init__(self, case: "Case", number: int) -> None:
        self.case, self.number = case, number
        self.record = case.capture.table[number]
        self.client, self.server = End(self, "client"), End(self, "server")
        self.state = int(self.record["state"])
        self._known: dict[object, Any] = {}

    def once(self, work_out: Callable[["Connection"], Known]) -> Known:
        """What ``work_out`` says of this connection, worked out once: several rules ask the same."""
        if work_out not in self._known:
            self._known[work_out] = work_out(self)
        known: Known = self._known[work_out]
        return known

    @cached_property
    def _span(self) -> slice:
        return slice(int(self.record["first_row"]), int(self.record["first_row"] + self.record["rows"]))

    @cached_property
    def rows(self) -> NDArray[np.void]:
        """All its packets in order, ICMP errors about it included (PACKET_DTYPE)."""
        return self.case.capture.packets[self._span]

    @cached_property
    def raw(self) -> NDArray[np.void]:
        """The same packets as decoded (DECODED_DTYPE), aligned with ``rows``."""
        return self.case.capture.raw[self._span]

    @cached_property
    def segments(self) -> NDArray[np.void]:
        """Its TCP segments in order, copies left out."""
        return self.rows[(self.rows["protocol"] == TCP) & ((self.rows["marks"] & COPY) == 0)]

    def row(self, number: int) -> np.void:
        """A packet by its row number in the capture's table (the "row" facts)."""
        found: np.void = self.case.capture.packets[number]
        return found

    def frame(self, number: int) -> int:
        """The frame number of a "row" fact."""
        return int(self.row(number)["frame"])

    def peer(self, end: End) -> End:
        """The other end."""
        return self.server if end is self.client else self.client

    @property
    def place(self) -> Place:
        """At which end the capture was taken, as far as the TTLs tell."""
        return place(self.client.track, self.server.track)

    def hops_to(self, end: End) -> int | None:
        """Hops from the capture point to an end; 0: the capture host itself; None: its TTLs disagree."""
        if end.track.ttl is None:
            return None
        return 0 if self.place == end.name else hops(end.track.ttl)

    @property
    def handshake_seen(self) -> bool:
        """SYN, SYN-ACK and the client's acknowledgement are in the capture."""
        return self.client.syn > 0 and self.server.syn_ack > 0 and self.client.max_ack >= 1


@dataclass(frozen=True)
class Case:
    """One capture, seen with a rule's eyes."""

    capture: Capture

    @cached_property
    def tracks(self) -> list[Track]:
        """TTL track of each host number."""
        return ttl.tracks(self.capture.packets, self.capture.addresses)

    @cached_property
    def resets(self) -> Counter[tuple[int, int]]:
        """How many RSTs name a host and arrive with a TTL: (host number, TTL) to count, no copies."""
        rows = self.capture.packets
        rows = rows[((rows["flags"] & RST) != 0) & (rows["protocol"] == TCP) & ((rows["marks"] & COPY) == 0)]
        return Counter(zip(rows["source"].tolist(), rows["ttl"].tolist(), strict=True))

    @cached_property
    def last_ns(self) -> int:
        """Time of the last packet of the capture."""
        times = self.capture.packets["time_ns"]
        return int(times.max()) if len(times) else 0

    @cached_property
    def _arp_cards(self) -> dict[int, set[int]]:
        """MAC addresses from which each host spoke ARP."""
        rows = self.capture.raw[self.capture.raw["protocol"] == ARP]
        cards: dict[int, set[int]] = {}
        for host, mac in set(zip(rows["source"].tolist(), rows["mac"].tolist(), strict=True)):
            cards.setdefault(host, set()).add(mac)
        return cards

    def on_link(self, connection: Connection, row: np.void) -> bool:
        """The packet left the one network card that ARP names for its sender: no router stands between."""
        at = int(np.argmax(connection.rows["frame"] == row["frame"]))
        mac = int(connection.raw["mac"][at])
        return mac >= 0 and self._arp_cards.get(int(row["source"])) == {mac}

    def connections(self, mask: NDArray[np.bool_]) -> Iterator[Connection]:
        """The connections that a rule's candidates name."""
        for number in np.flatnonzero(mask):
            yield self.connection(int(number))

    def connection(self, number: int) -> Connection:
        """A connection by its id."""
        return Connection(self, number)


def endpoint_text(address: str, port: int) -> str:
    """Address and port; IPv6 in brackets (RFC 5952 section 6)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def gaps_s(rows: NDArray[np.void]) -> list[float]:
    """Seconds between successive packets."""
    return [round(float(gap) / NS, 6) for gap in np.diff(rows["time_ns"])]


def frames(rows: NDArray[np.void]) -> tuple[int, ...]:
    """Frame numbers of packets."""
    return tuple(rows["frame"].tolist())
