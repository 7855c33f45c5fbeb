"""The table of connections: facts by name, a column at a time, or one connection at a time.

A column is a fact of packets/facts.py. Those of a direction begin with ``client_`` or ``server_``. Three more
say how many messages of DNS, TLS and HTTP a connection holds: ``dns_messages``, ``tls_messages``,
``http_messages``; 0 until the capture is read.
"""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from packets import facts
from packets.columns import TCP
from packets.kernel import connection as k

Ints = NDArray[np.int64]
# How many messages of an application (dns, tls, http) the connections [first, stop) hold.
Messages = Callable[[str, int, int], Ints]
MESSAGES = {f"{name}_messages": name for name in ("dns", "tls", "http")}
WELL_KNOWN = 1024  # a port below is the server's when the handshake was not seen (RFC 6335)


class Table:
    """A stretch of the table: connections ``first`` to ``first + len(table)``.

    ``rows``: as the kernel keeps them, shape (n, kernel.connection.WIDTH). ``first_row``: where the packets
    of each begin in the table of packets.
    """

    def __init__(
        self,
        rows: Ints,
        first_row: Ints,
        first: int = 0,
        client_side: Ints | None = None,
        messages: Messages | None = None,
    ) -> None:
        self.first, self.messages = first, messages
        self.rows, self.first_row = rows, first_row
        self.client_side = _client_side(rows) if client_side is None else client_side
        self._columns: dict[str, Ints] = {}  # made once: many rules ask for the same ones

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Ints:
        """The column of a fact. KeyError when there is none of that name."""
        if name not in self._columns:
            self._columns[name] = self._column(name)
        return self._columns[name]

    def _column(self, name: str) -> Ints:
        end, _, fact = name.partition("_")
        if end in ("client", "server"):
            return self._of_side(self.client_side if end == "client" else 1 - self.client_side, fact)
        if name == "state":
            return self.state
        if name == "first_row":
            return self.first_row
        if name in MESSAGES:
            return self._messages(MESSAGES[name])
        # A copy: a view would keep looking at pages that are to be let go.
        return self.rows[:, facts.WHOLE[name]].copy()

    def _messages(self, application: str) -> Ints:
        if self.messages is None:
            return np.zeros(len(self), np.int64)
        return self.messages(application, self.first, self.first + len(self))

    @cached_property
    def state(self) -> Ints:
        """The state that each connection reached."""
        return _state(self.rows, self.client_side)

    def _of_side(self, side: Ints, fact: str) -> Ints:
        if not fact:  # "client": the endpoint
            return np.where(side == 0, self.rows[:, k.LOW], self.rows[:, k.HIGH])
        at = k.SIDES + facts.SIDE[fact]
        return np.where(side == 0, self.rows[:, at], self.rows[:, at + k.SIDE_WIDTH])

    def record(self, at: int) -> "Record":
        """One connection, by its place in this stretch."""
        return Record(self, at)


class Record:
    """The facts of one connection by name."""

    def __init__(self, table: Table, at: int) -> None:
        self._table, self._at = table, at
        self._row: list[int] = table.rows[at].tolist()
        self.client_side = int(table.client_side[at])
        ends = (("client", self.client_side), ("server", 1 - self.client_side))
        self._sides = {end: k.SIDES + side * k.SIDE_WIDTH for end, side in ends}

    def __getitem__(self, name: str) -> int:
        end, _, fact = name.partition("_")
        if end in self._sides and fact:
            return self._row[self._sides[end] + facts.SIDE[fact]]
        if name in facts.WHOLE:
            return self._row[facts.WHOLE[name]]
        return int(self._table[name][self._at])

    @property
    def table(self) -> Table:
        """A table of this connection alone."""
        table, at = self._table, self._at
        one = slice(at, at + 1)
        return Table(
            table.rows[one], table.first_row[one], table.first + at, table.client_side[one], table.messages
        )


def _side(rows: Ints, side: int, fact: int) -> Ints:
    column: Ints = rows[:, k.SIDES + side * k.SIDE_WIDTH + fact]
    return column


def _client_side(rows: Ints) -> Ints:
    """Who sent the SYN; failing that who got the SYN-ACK, has the higher port, or spoke first."""
    syn, syn_ack = ([_side(rows, side, fact) > 0 for side in (0, 1)] for fact in (k.SYN, k.SYN_ACK))
    tests, sides = [], []
    for side in (0, 1):
        tests += [syn[side] & ~syn[1 - side], syn_ack[1 - side] & ~syn_ack[side]]
        sides += [side, side]
    return np.select(tests, sides, _by_ports(rows, syn))


def _by_ports(rows: Ints, syn: list[NDArray[np.bool_]]) -> Ints:
    opener = rows[:, k.OPENER]
    ports = [rows[:, k.LOW] & 0xFFFF, rows[:, k.HIGH] & 0xFFFF]
    mine, theirs = np.where(opener == 0, ports[0], ports[1]), np.where(opener == 0, ports[1], ports[0])
    began = np.where(opener == 0, syn[0], syn[1])
    segments = rows[:, k.PROTOCOL] == TCP
    other = np.where(segments, (mine < theirs) & ~began, (mine < WELL_KNOWN) & (theirs >= WELL_KNOWN))
    return np.where(other, 1 - opener, opener)


def _state(rows: Ints, client: Ints) -> Ints:
    """The state reached, by what both sides sent (RFC 9293 section 3.3.2, in the catalogue's words)."""

    def of(end: int, fact: int) -> Ints:
        return np.where(client == end, _side(rows, 0, fact), _side(rows, 1, fact))

    server_rst, server_syn_ack = of(1, k.RST), of(1, k.SYN_ACK)
    reset = (of(0, k.RST) > 0) | (server_rst > 0)
    fins = (of(0, k.FIN) > 0).astype(np.int64) + (of(1, k.FIN) > 0)
    answered = (server_syn_ack > 0) | (of(0, k.MAX_ACK) >= 1) | (of(1, k.DATA_SEGMENTS) > 0)
    begun = (of(0, k.SYN) > 0) | (server_syn_ack > 0)
    return np.select(
        [
            rows[:, k.PROTOCOL] != TCP,
            fins == 2,
            reset & begun & ~answered & (server_rst > 0),
            reset,
            fins == 1,
            ~begun,
            answered,
        ],
        [
            facts.DATAGRAM,
            facts.CLOSED,
            facts.REFUSED,
            facts.RESET,
            facts.HALF_CLOSED,
            facts.MIDSTREAM,
            facts.ESTABLISHED,
        ],
        facts.SYN_SENT,
    )
