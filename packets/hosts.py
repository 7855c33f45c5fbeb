"""What is known of each host: how its packets are numbered and stamped, whence they come, and how it opens
connections.

Facts for others to judge by: who shares a clock or a counter, which addresses stand behind one card, which
system speaks.
"""

import numpy as np
from numpy.typing import NDArray

from packets.capture import Capture
from packets.kernel import connection as k
from packets.kernel import hosts as h

Ints = NDArray[np.int64]
# How the IP IDs of a host's packets run, in the order in which the capture saw them.
NO_IDS, ZERO, COUNTER, CONSTANT, IRREGULAR = range(5)
_MOSTLY = 0.9  # share of the packets that must agree
_FEWEST_IDS = 4
# A clock is told from stamps at least so far apart: at 1,000 ticks a second the rate is then known to 0.2 %.
_SHORTEST_NS = 500_000_000

HOST_DTYPE = np.dtype(
    [
        ("host", "i4"),  # number, index of Capture.addresses
        ("packets", "i8"),  # that name it as sender, copies left out
        ("mac", "i8"),  # of the first of them, a 48-bit number; -1: none
        ("macs", "i8"),  # how often the MAC changed from one packet to the next
        ("interfaces", "i8"),  # bit n: seen on interface n (61: that one or a later)
        ("ip_ids", "u1"),  # NO_IDS, ZERO, COUNTER, CONSTANT or IRREGULAR
        ("tick_hz", "f8"),  # of its TCP timestamps, median over its connections; nan: not known
        ("tick_connections", "i8"),  # connections that told the rate
        (
            "syn_options",
            "u8",
        ),  # kinds of the options of its first SYN, a byte each, the first one lowest; 0: none
        ("syn_mss", "i4"),  # -1: none
        ("syn_wscale", "i2"),
    ]
)


def table(capture: Capture) -> NDArray[np.void]:
    """HOST_DTYPE rows, one a host, in the order of their numbers."""
    rows = capture.hosts
    out = np.zeros(len(rows), HOST_DTYPE)
    out["host"] = np.arange(len(rows))
    columns = (("packets", h.PACKETS), ("mac", h.MAC), ("macs", h.MACS), ("interfaces", h.INTERFACES))
    for name, at in columns:
        out[name] = rows[:, at]
    out["ip_ids"] = _ip_ids(rows)
    out["syn_mss"], out["syn_wscale"], out["tick_hz"] = -1, -1, np.nan
    _from_connections(capture, out)
    return out


def _ip_ids(rows: Ints) -> NDArray[np.uint8]:
    packets = rows[:, h.ID_PACKETS]
    steps = np.maximum(packets - 1, 1)
    return np.select(
        [
            packets < _FEWEST_IDS,
            rows[:, h.ID_ZERO] >= _MOSTLY * packets,
            rows[:, h.ID_SAME] >= _MOSTLY * steps,
            rows[:, h.ID_NEXT] >= _MOSTLY * steps,
        ],
        [NO_IDS, ZERO, CONSTANT, COUNTER],
        IRREGULAR,
    ).astype(np.uint8)


def _from_connections(capture: Capture, out: NDArray[np.void]) -> None:
    """What only TCP connections tell: the clock behind the timestamps, and the options of a SYN."""
    owners, rates = [np.zeros(0, np.int64)], [np.zeros(0)]
    for stretch in capture.stretches():
        for side, end in ((0, k.LOW), (1, k.HIGH)):
            part = stretch.rows[:, k.SIDES + side * k.SIDE_WIDTH :][:, : k.SIDE_WIDTH]
            host = stretch.rows[:, end] >> 16
            some, rate = _ticks(part)
            owners.append(host[some])
            rates.append(rate)
            _first_syn(part, host, out)
    _median(np.concatenate(owners), np.concatenate(rates), out)


def _ticks(side: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Connections whose stamps lie far enough apart, and their ticks a second."""
    ticks = (side[:, k.LAST_TSVAL] - side[:, k.FIRST_TSVAL]) & 0xFFFFFFFF
    span = side[:, k.LAST_TSVAL_TIME] - side[:, k.FIRST_TSVAL_TIME]
    known = (side[:, k.FIRST_TSVAL] >= 0) & (span >= _SHORTEST_NS) & (ticks < 1 << 31)
    some = np.flatnonzero(known)
    return some, ticks[some] * 1e9 / span[some]


def _first_syn(side: Ints, host: Ints, out: NDArray[np.void]) -> None:
    some = np.flatnonzero((side[:, k.SYN] > 0) & (out["syn_options"][host] == 0))
    hosts, first = np.unique(host[some], return_index=True)
    rows = side[some[first]]
    out["syn_options"][hosts], out["syn_mss"][hosts] = rows[:, k.OPTIONS], rows[:, k.MSS]
    out["syn_wscale"][hosts] = rows[:, k.WSCALE]


def _median(owner: Ints, rate: NDArray[np.float64], out: NDArray[np.void]) -> None:
    order = np.lexsort((rate, owner))
    hosts, first, count = np.unique(owner[order], return_index=True, return_counts=True)
    out["tick_hz"][hosts] = rate[order][first + count // 2]
    out["tick_connections"][hosts] = count
