"""Which way packets passed two capture points: from here to there, or from there to here.

Told for each pair of hosts at once. Every router takes one off the TTL, so the point where it is higher comes
first; where no router stands between, the ways of both directions tell, since each takes time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.pairing.sight import Ints, Mask, Picked, Sight


@dataclass(frozen=True)
class Ways:
    """For pairs of hosts, by the client's and the server's address as here says: ``towards`` is 1 where what
    the client sends passes here first, -1 there, 0 where that is not known; ``routers``: how many stand
    between, as far as TTLs tell.
    """

    clients: Ints
    servers: Ints
    towards: NDArray[np.int8]
    routers: Ints

    def of(self, here: Sight, rows: Ints) -> NDArray[np.int8]:
        """Which way packets of here went."""
        hosts = here.ends[here.rows["connection"][rows]] >> 16
        return self.between(hosts[:, 0], hosts[:, 1], here.rows["from_client"][rows])

    def between(self, clients: Ints, servers: Ints, from_client: Mask) -> NDArray[np.int8]:
        """Which way packets between hosts went; 0 where no packet between the two was matched."""
        at, across = self.find(clients, servers)
        forth = np.where(from_client != across, 1, -1)
        return np.where(at >= 0, self.towards[at] * forth, 0).astype(np.int8)

    def find(self, clients: Ints, servers: Ints) -> tuple[Ints, Mask]:
        """Places of pairs of hosts, -1 where there is none, and whether the two stand the other way round."""
        known = self.clients << 31 | self.servers
        order = np.argsort(known)
        found = [_places(known[order], asked) for asked in (clients << 31 | servers, servers << 31 | clients)]
        at = np.where(found[0] >= 0, found[0], found[1])
        return np.where(at >= 0, order[at] if len(order) else -1, -1), (found[0] < 0) & (found[1] >= 0)


def _places(known: Ints, asked: Ints) -> Ints:
    if not len(known):
        return np.full(len(asked), -1)
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, at, -1)


def ways(here: Sight, there: Sight, same: tuple[Ints, Ints]) -> Ways:
    """Told from packets that are surely the same, side by side."""
    mine, yours = Picked(here.rows, same[0]), Picked(there.rows, same[1])
    hosts = here.ends[mine["connection"]] >> 16
    low, high = hosts.min(axis=1), hosts.max(axis=1)
    names, pair = np.unique(low << 31 | high, return_inverse=True)
    pair = pair.reshape(-1)
    forth = np.where((hosts[:, 0] == low) == mine["from_client"], 1, -1)
    fewer = mine["ttl"].astype(np.int64) - yours["ttl"]
    votes = np.bincount(pair, np.sign(fewer) * forth, len(names))
    routers = np.zeros(len(names), np.int64)
    np.maximum.at(routers, pair, np.abs(fewer))
    by_ttl = np.sign(votes)
    late = (yours["time_ns"] - mine["time_ns"] - (yours["time_ns"][0] - mine["time_ns"][0])).astype(float)
    by_time = _by_time(pair, forth, late, len(names))
    towards = np.where(by_ttl != 0, by_ttl, by_time).astype(np.int8)
    return Ways(names >> 31, names & (1 << 31) - 1, towards, np.where(by_ttl != 0, routers, 0))


def _by_time(pair: Ints, forth: Ints, late: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """What is sent forth is later there than what is sent back, if it passes here first."""
    typical = []
    for sign in (1, -1):
        rows = np.flatnonzero(forth == sign)
        order = rows[np.lexsort((late[rows], pair[rows]))]
        first = np.searchsorted(pair[order], np.arange(count))
        size = np.bincount(pair[order], minlength=count)
        middle = np.minimum(first + size // 2, max(len(order) - 1, 0))
        typical.append(np.where(size > 0, late[order][middle] if len(order) else 0.0, np.nan))
    return np.nan_to_num(np.sign(typical[0] - typical[1]))


__all__ = ["Ways", "ways"]
