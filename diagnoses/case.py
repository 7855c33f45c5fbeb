"""What a rule may look at: the facts of a capture, as connections with two ends, and what is known of the
hosts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from diagnoses.neighbours import Neighbours
from packets import facts, ttl
from packets.capture import Capture
from packets.columns import COPY, TCP
from packets.kernel import hosts
from packets.table import Record, Table
from packets.ttl import Track, hops
from packets.vantage import Place, place

NS = 1_000_000_000
Known = TypeVar("Known")
Side = Literal["client", "server"]
Candidates = Callable[[Table], NDArray[np.bool_]]  # mask over a stretch of the table of connections


class End:
    """One end of a connection. Every fact of packets.facts.SIDE is an attribute, an int."""

    def __init__(self, connection: "Connection", name: Side) -> None:
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
        return self._connection.case.track(self.host)


class Connection:
    """One connection of the capture."""

    def __init__(self, case: "Case", number: int, record: Record) -> None:
        self.case, self.number, self.record = case, number, record
        self.client, self.server = End(self, "client"), End(self, "server")
        self._known: dict[object, Any] = {}

    @cached_property
    def state(self) -> int:
        """The state that it reached (packets/facts.py)."""
        return int(self.record["state"])

    def once(self, work_out: Callable[["Connection"], Known]) -> Known:
        """What ``work_out`` says of this connection, worked out once: several rules ask the same."""
        if work_out not in self._known:
            self._known[work_out] = work_out(self)
        known: Known = self._known[work_out]
        return known

    @cached_property
    def rows(self) -> NDArray[np.void]:
        """Its packets in order, ICMP errors about it included (PACKET_DTYPE); of very many, those that tell
        most.
        """
        return self.case.capture.packets_of(self.number)

    @cached_property
    def segments(self) -> NDArray[np.void]:
        """Its TCP segments in order, copies left out."""
        return self.rows[(self.rows["protocol"] == TCP) & ((self.rows["marks"] & COPY) == 0)]

    @cached_property
    def dns(self) -> NDArray[np.void]:
        """Its DNS messages by frame (packets/applications/tables.py, DNS_DTYPE); side 0 is the client."""
        return self.case.capture.applications.of("dns", self.number)

    @cached_property
    def tls(self) -> NDArray[np.void]:
        """Its TLS handshake messages, alerts and first application data, by frame (TLS_DTYPE)."""
        return self.case.capture.applications.of("tls", self.number)

    @cached_property
    def http(self) -> NDArray[np.void]:
        """Its HTTP/1 requests and responses by frame (HTTP_DTYPE)."""
        return self.case.capture.applications.of("http", self.number)

    def row(self, frame: int) -> np.void:
        """Its packet with a frame number; also one that is not among the rows of a very long connection."""
        return self.case.capture.frame(frame)

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
    _tracks: dict[int, Track] = field(default_factory=dict)
    _resets: dict[int, dict[int, int]] = field(default_factory=dict)
    _known: dict[object, Any] = field(default_factory=dict, repr=False)

    def once(self, work_out: Callable[["Case", int], Known], about: int) -> Known:
        """What ``work_out`` says of something in the capture, such as an endpoint, worked out once: all
        connections to a port ask the same.
        """
        if (work_out, about) not in self._known:
            self._known[work_out, about] = work_out(self, about)
        known: Known = self._known[work_out, about]
        return known

    def track(self, host: int) -> Track:
        """TTL track of a host number."""
        if host not in self._tracks:
            self._tracks[host] = self.capture.track(host)
        return self._tracks[host]

    def resets(self, host: int, ttl_: int) -> int:
        """How many RSTs name a host and arrive with a TTL, no copies."""
        if host not in self._resets:
            self._resets[host] = ttl.resets(self.capture.hosts[host])
        return self._resets[host].get(ttl_, 0)

    @property
    def last_ns(self) -> int:
        """Time of the last packet of the capture."""
        return self.capture.last_ns

    def on_link(self, row: np.void) -> bool:
        """The packet left the one network card that ARP names for its sender: no router stands between."""
        card = int(self.capture.hosts[int(row["source"]), hosts.ARP_MAC])
        return card > 0 and int(row["mac"]) == card - 1

    @cached_property
    def neighbours(self) -> Neighbours:
        """Which connections share an end."""
        return Neighbours(self.capture)

    def column(self, name: str) -> NDArray[np.int64]:
        """A fact of all connections, by their id (int64; see packets/table.py)."""
        return self.neighbours.column(name)

    def to_server(self, endpoint: int) -> NDArray[np.int64]:
        """Ids of the connections to a server's address and port (host << 16 | port)."""
        return self.neighbours.to_server(endpoint)

    def between(self, client: int, server: int) -> NDArray[np.int64]:
        """Ids of the connections that one host opened to another (host numbers)."""
        return self.neighbours.between(client, server)

    def from_client(self, host: int) -> NDArray[np.int64]:
        """Ids of the connections that a host opened (host number)."""
        return self.neighbours.from_client(host)

    def on_flow(self, flow: int) -> NDArray[np.int64]:
        """Ids of the connections that used the same two endpoints, one after the other (number of a flow)."""
        return self.neighbours.on_flow(flow)

    def connections(self, candidates: Candidates) -> Iterator[Connection]:
        """The connections that a rule's candidates name."""
        for table in self.capture.stretches():
            for at in np.flatnonzero(candidates(table)).tolist():
                yield self.among(table, at)

    def count(self, candidates: Candidates) -> int:
        """How many connections the candidates name."""
        return sum(int(candidates(table).sum()) for table in self.capture.stretches())

    def among(self, table: Table, at: int) -> Connection:
        """A connection by its place in a stretch of the table."""
        return Connection(self, table.first + at, table.record(at))

    def connection(self, number: int) -> Connection:
        """A connection by its id."""
        return Connection(self, number, self.capture.record(number))


@dataclass(frozen=True)
class Group:
    """Connections that tell one story together. ``members``: their ids, ascending (int64)."""

    case: Case
    members: NDArray[np.int64]
    _known: dict[object, Any] = field(default_factory=dict, repr=False)

    def once(self, work_out: Callable[["Group"], Known]) -> Known:
        """What ``work_out`` says of this group, worked out once: several conditions ask the same."""
        if work_out not in self._known:
            self._known[work_out] = work_out(self)
        known: Known = self._known[work_out]
        return known

    def column(self, name: str) -> NDArray[np.int64]:
        """A fact of its members, in their order."""
        column: NDArray[np.int64] = self.case.column(name)[self.members]
        return column

    def some(self, most: int) -> list[Connection]:
        """Its first members, as connections."""
        return [self.case.connection(number) for number in self.members[:most].tolist()]


def endpoint_text(address: str, port: int) -> str:
    """Address and port; IPv6 in brackets (RFC 5952 section 6)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def gaps_s(rows: NDArray[np.void]) -> list[float]:
    """Seconds between successive packets."""
    return [round(float(gap) / NS, 6) for gap in np.diff(rows["time_ns"])]


def frames(rows: NDArray[np.void]) -> tuple[int, ...]:
    """Frame numbers of packets."""
    return tuple(rows["frame"].tolist())
