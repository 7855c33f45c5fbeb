"""The payloads that are looked into: datagrams of DNS, and TCP streams that begin as TLS, HTTP/1 or DNS do.

Which packets these are is told from columns, for thousands at once; only those few are taken up one by one.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from packets.columns import COPY, KEEPALIVE_SHAPED, TCP, UDP
from packets.kernel import fields as f

if TYPE_CHECKING:
    from packets.applications import ApplicationFacts, Applications

Ints = NDArray[np.int64]
Data = NDArray[np.uint8]
# Of each direction of a stream so many bytes are followed: handshakes, and requests that share a connection.
# Bulk behind that is counted only.
MOST_FOLLOWED = 4 * 1024**2


class Payloads:
    """Gives the payloads of a capture to their readers, in the order of the capture."""

    def __init__(self) -> None:
        self._followed = np.zeros(0, np.bool_)  # by connection * 2 + side
        self._left = 0

    @cached_property
    def _applications(self) -> "Applications":
        """The readers: loaded where there is something to read."""
        from packets.applications import Applications

        return Applications()

    def see(self, rows: Ints, data: Data) -> None:
        """Some packets (rows of the kernel) and the bytes that they lie in."""
        kind = rows[:, f.KIND]
        if not kind.any() and not len(self._followed):
            return
        usable = (rows[:, f.CONNECTION] >= 0) & (rows[:, f.LENGTH] > 0) & (rows[:, f.MARKS] & COPY == 0)
        self._datagrams(rows[usable & (kind > 0) & (rows[:, f.PROTOCOL] == UDP)], data)
        segment = usable & (rows[:, f.PROTOCOL] == TCP) & (rows[:, f.MARKS] & KEEPALIVE_SHAPED == 0)
        self._segments(rows[segment & (rows[:, f.PAYLOAD] >= 0)], data)

    def _datagrams(self, rows: Ints, data: Data) -> None:
        columns = (f.CONNECTION, f.SIDE, f.FRAME, f.TIME, f.PAYLOAD, f.STOP, f.LENGTH, f.FRAGMENT)
        for connection, side, frame, time, at, stop, length, fragment in rows[:, columns].tolist():
            whole = stop - at >= length and not fragment
            self._applications.datagram(connection, side, frame, time, data[at:stop].tobytes(), whole)

    def _segments(self, rows: Ints, data: Data) -> None:
        direction = rows[:, f.CONNECTION] * 2 + rows[:, f.SIDE]
        begins = rows[:, f.KIND] > 0
        if not begins.any() and not len(self._followed):
            return
        self._make_room(int(direction.max(initial=-1)) + 1)
        self._followed[direction[begins]] = True
        mine = rows[self._followed[direction]]
        near = mine[:, f.SEQ] <= MOST_FOLLOWED
        self._left += int(np.count_nonzero(~near))
        columns = (f.CONNECTION, f.SIDE, f.FRAME, f.TIME, f.SEQ, f.PAYLOAD, f.STOP, f.LENGTH)
        for connection, side, frame, time, seq, at, stop, length in mine[near][:, columns].tolist():
            self._applications.segment(connection, side, frame, time, seq, data[at:stop].tobytes(), length)

    def _make_room(self, directions: int) -> None:
        if directions > len(self._followed):
            self._followed.resize(2 * directions, refcheck=False)

    def end(self, client_side: Ints) -> "ApplicationFacts":
        """What was found, the side of each row 0 for the client and 1 for the server."""
        facts = self._applications.finish()
        for table in (facts.dns, facts.tls, facts.http):
            table["side"] ^= client_side[table["connection"]].astype(np.uint8)
        if self._left:
            facts.notes["segments_not_followed"] = self._left
        return facts
