"""From the packets of each flow to its connections: runs the state machine, splits where ports are reused."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from packets import columns as c
from packets import facts, machine
from packets.facts import SIDE

Record = tuple[int, ...]
# What a record holds, in this order; behind it, which side (0 or 1) is the client.
RECORD = (
    "first_row",
    "rows",
    "state",
    *(f"client_{name}" for name in SIDE),
    *(f"server_{name}" for name in SIDE),
)
WELL_KNOWN = 1024  # a port below is the server's when the handshake was not seen (RFC 6335)
_COLUMNS = ("flags", "seq", "ack", "length", "window_raw")


def track(
    raw: NDArray[np.void], packets: NDArray[np.void], side: NDArray[np.int8], flow: NDArray[np.int64]
) -> list[Record]:
    """A record for each connection, in row order; fills in seq, ack and marks of ``packets``.

    Rows are sorted by ``flow``, those of flow -1 first; they belong to none.
    """
    starts = np.flatnonzero(np.diff(flow, prepend=-1) != 0)
    tracker = _Tracker(raw, packets, side)
    for start, stop in pairwise([*starts.tolist(), len(flow)]):
        tracker.one_flow(start, stop)
    return tracker.records


class _Tracker:
    """The columns that the machine reads, side by side in memory, and what it has found."""

    def __init__(self, raw: NDArray[np.void], packets: NDArray[np.void], side: NDArray[np.int8]) -> None:
        self.read = [np.ascontiguousarray(raw[name]) for name in _COLUMNS]
        self.own = (raw["protocol"] == c.TCP) & (raw["seq"] >= 0)
        self.copy = (packets["marks"] & c.COPY) != 0
        self.protocol, self.is_own = raw["flow_protocol"], raw["flow_protocol"] == raw["protocol"]
        self.source, self.target = raw["flow_source"], raw["flow_target"]
        self.side, self.packets = side, packets
        self.records: list[Record] = []

    def one_flow(self, start: int, stop: int) -> None:
        """One flow: of TCP, connections; of anything else, one exchange of datagrams."""
        if self.protocol[start] == c.TCP:
            self._tcp(start, stop)
        else:
            self._keep(start, stop, machine.Flow(), self._datagram_client(start), facts.DATAGRAM)

    def _ports(self, row: int) -> tuple[int, int]:
        return int(self.source[row]) & 0xFFFF, int(self.target[row]) & 0xFFFF

    def _datagram_client(self, start: int) -> int:
        client = int(self.side[start])
        sport, dport = self._ports(start)
        return 1 - client if sport < WELL_KNOWN <= dport and self.is_own[start] else client

    def _tcp(self, start: int, stop: int) -> None:
        span = slice(start, stop)
        segments = zip(*(column[span].tolist() for column in self.read), strict=True)
        own, copy, side = self.own[span].tolist(), self.copy[span].tolist(), self.side[span].tolist()
        flow, begin = machine.Flow(), start
        out: list[tuple[int, int, int]] = []
        for at, (flags, seq, ack, length, window) in enumerate(segments):
            if not own[at]:
                out.append((-1, -1, 0))
            elif copy[at]:
                out.append((*machine.place(flow, side[at], flags, seq, ack), c.COPY))
            else:
                if machine.starts_anew(flow, side[at], flags, seq):
                    self._tcp_done(begin, start + at, flow)
                    flow, begin = machine.Flow(), start + at
                out.append(machine.step(flow, start + at, side[at], flags, seq, ack, length, window))
        for name, values in zip(("seq", "ack", "marks"), zip(*out, strict=True), strict=True):
            self.packets[name][span] = values
        self._tcp_done(begin, stop, flow)

    def _tcp_done(self, start: int, stop: int, flow: machine.Flow) -> None:
        client = self._client_side(start, flow)
        self._keep(start, stop, flow, client, state(flow.sides[client], flow.sides[1 - client]))

    def _client_side(self, start: int, flow: machine.Flow) -> int:
        """Who sent the SYN; failing that who got the SYN-ACK, has the higher port, or spoke first."""
        for side in (0, 1):
            mine, theirs = flow.sides[side], flow.sides[1 - side]
            if mine[SIDE["syn"]] and not theirs[SIDE["syn"]]:
                return side
            if theirs[SIDE["syn_ack"]] and not mine[SIDE["syn_ack"]]:
                return side
        first = int(self.side[start])
        sport, dport = self._ports(start)
        return first if sport >= dport or flow.sides[first][SIDE["syn"]] else 1 - first

    def _keep(self, start: int, stop: int, flow: machine.Flow, client: int, how: int) -> None:
        self.records.append((start, stop - start, how, *flow.sides[client], *flow.sides[1 - client], client))


def state(client: list[int], server: list[int]) -> int:
    """The state reached, by what both sides sent (RFC 9293 section 3.3.2, in the catalogue's words)."""
    reset = client[SIDE["rst"]] or server[SIDE["rst"]]
    fins = (client[SIDE["fin"]] > 0) + (server[SIDE["fin"]] > 0)
    answered = server[SIDE["syn_ack"]] or client[SIDE["max_ack"]] >= 1 or server[SIDE["data_segments"]]
    begun = client[SIDE["syn"]] > 0 or server[SIDE["syn_ack"]] > 0
    if fins == 2:
        return facts.CLOSED
    if reset:
        return facts.REFUSED if begun and not answered and server[SIDE["rst"]] else facts.RESET
    if fins == 1:
        return facts.HALF_CLOSED
    if not begun:
        return facts.MIDSTREAM
    return facts.ESTABLISHED if answered else facts.SYN_SENT
