"""TTL tracks: with which TTLs (IPv4) or hop limits (IPv6) the packets that name a host as sender arrive.

Senders start at 64, 128 or 255; every router takes one off (RFC 791, RFC 8200). A device that writes another
host's address into a packet cannot easily hide how far away it stands. RSTs are counted apart: they are what
is in question.
"""

import ipaddress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.columns import COPY, ICMPV6, NOT_IP, RST, TCP

INITIAL = (64, 128, 255)
_DISCOVERY = (133, 134, 135, 136, 137)  # router and neighbour solicitation and advertisement, redirect
MOST_FRAMES = 8  # frames kept as witnesses of a track


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


def _many(address: str) -> bool:
    """Multicast, or the broadcast of all networks."""
    return address == "255.255.255.255" or ipaddress.ip_address(address).is_multicast


def initial(ttl: int) -> int:
    """The initial TTL that a packet seen with ``ttl`` started with: the next of 64, 128, 255."""
    return next(start for start in INITIAL if ttl <= start)


def hops(ttl: int) -> int:
    """Hops to the sender as traceroute counts: initial - seen + 1; 1 is the first device on the way."""
    return initial(ttl) - ttl + 1


def tracks(packets: NDArray[np.void], addresses: list[str]) -> list[Track]:
    """One Track for each host number; ``packets`` are PACKET_DTYPE rows.

    Left out besides RSTs: what always carries 255 or 1 and never crosses a router (neighbour discovery, RFC
    4861 section 7.1; multicast), and recorded copies.
    """
    reset = (packets["protocol"] == TCP) & ((packets["flags"] & RST) != 0)
    discovery = (packets["protocol"] == ICMPV6) & np.isin(packets["icmp_type"], _DISCOVERY)
    to_many = np.array([_many(address) for address in addresses] or [False])[packets["target"]]
    usable = (packets["source"] >= 0) & (packets["protocol"] != NOT_IP) & ((packets["marks"] & COPY) == 0)
    usable &= ~reset & ~discovery & ~to_many
    some = packets[usable]
    key = some["source"].astype(np.int64) * 256 + some["ttl"]
    order = np.lexsort((some["frame"], key))
    values, starts, counts = np.unique(key[order], return_index=True, return_counts=True)
    frames = some["frame"][order]
    out = [Track({}, {}) for _ in addresses]
    for value, start, count in zip(values.tolist(), starts.tolist(), counts.tolist(), strict=True):
        track, ttl = out[value // 256], value % 256
        track.counts[ttl] = count
        track.frames[ttl] = tuple(frames[start : start + min(count, MOST_FRAMES)].tolist())
    return out
