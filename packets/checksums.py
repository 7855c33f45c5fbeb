"""TCP checksums of whole packets (RFC 9293 section 3.1), all at once by running sums."""

import numpy as np
from numpy.typing import NDArray

from packets.columns import TCP
from packets.network import Network

Ints = NDArray[np.int64]


def tcp_checksums(data: NDArray[np.uint8], net: Network) -> NDArray[np.int8]:
    """1 good, 0 wrong, -1 not known (not TCP, a fragment, or cut off), one element a packet."""
    out = np.full(len(net.at), -1, np.int8)
    whole = (
        (net.protocol == TCP)
        & (net.fragment == 0)
        & ~net.more
        & (net.end == net.stop)
        & (net.stop - net.at >= 20)
    )
    some = np.flatnonzero(whole)
    if len(some):
        total = _sum16(data, net.at[some], net.stop[some]) + _pseudo_header(net, some)
        while np.any(total >> 16):
            total = (total & 0xFFFF) + (total >> 16)
        out[some] = total == 0xFFFF
    return out


def _sum16(data: NDArray[np.uint8], start: Ints, stop: Ints) -> Ints:
    """Sum of the 16-bit words from start to stop, an odd last byte padded with zero."""
    running = []  # running[parity][p] is the sum of the bytes at positions of that parity that lie before p
    for parity in (0, 1):
        part = np.zeros(len(data) + 1, np.int64)
        part[1 + parity :: 2] = data[parity::2]
        running.append(np.cumsum(part))
    odd = (start & 1).astype(bool)
    even_sum = running[0][stop] - running[0][start]
    odd_sum = running[1][stop] - running[1][start]
    high, low = np.where(odd, odd_sum, even_sum), np.where(odd, even_sum, odd_sum)
    return (high << 8) + low


def _pseudo_header(net: Network, some: Ints) -> Ints:
    words = np.concatenate([net.source[some], net.target[some]], axis=1).astype(np.int64)
    addresses = (words[:, 0::2] << 8).sum(axis=1) + words[:, 1::2].sum(axis=1)
    return addresses + TCP + (net.stop[some] - net.at[some])
