"""TTL tracks: with which TTLs (IPv4) or hop limits (IPv6) the packets that name a host as sender arrive.

Senders start at 64, 128 or 255; every router takes one off (RFC 791, RFC 8200). A device that writes another
host's address into a packet cannot easily hide how far away it stands. RSTs are counted apart: they are what
is in question. What counts for a track: packets/kernel/hosts.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.kernel import hosts

INITIAL = (64, 128, 255)


@dataclass(frozen=True)
class Track:
    """The TTLs of one host's packets, RSTs left out: how many packets with each, and some frames."""

    counts: dict[int, int]
    frames: dict[int, tuple[int, ...]]

    @property
    def packets(self) -> int:
        """Packets in the track."""
        return sum(self.counts.values())

    @property
    def ttl(self) -> int | None:
        """The one TTL of all packets; None without packets, or when there are several."""
        return next(iter(self.counts)) if len(self.counts) == 1 else None


def initial(ttl: int) -> int:
    """The initial TTL that a packet seen with ``ttl`` started with: the next of 64, 128, 255."""
    return next(start for start in INITIAL if ttl <= start)


def hops(ttl: int) -> int:
    """Hops to the sender as traceroute counts: initial - seen + 1; 1 is the first device on the way."""
    return initial(ttl) - ttl + 1


def track(host: NDArray[np.int64]) -> Track:
    """The track of a host, from its row of the kernel. TTLs beyond the fourth one are left out."""
    counts, frames = {}, {}
    for slot in host[hosts.TTLS : hosts.RESETS].reshape(hosts.SLOTS, -1).tolist():
        if slot[0]:
            counts[slot[0] - 1] = slot[1]
            frames[slot[0] - 1] = tuple(slot[2 : 2 + min(slot[1], hosts.WITNESSES)])
    return Track(dict(sorted(counts.items())), dict(sorted(frames.items())))


def resets(host: NDArray[np.int64]) -> dict[int, int]:
    """How many RSTs name the host, by the TTL with which they arrive; copies left out."""
    slots = host[hosts.RESETS : hosts.WIDTH].reshape(hosts.SLOTS, 2).tolist()
    return {ttl - 1: count for ttl, count in slots if ttl}
