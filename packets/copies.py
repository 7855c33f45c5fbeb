"""Frames that the capture recorded more than once: a fact about the recording, not about the network.

A capture on "any", on both sides of a router or on a mirror port holds each packet twice: same addresses,
ports, IP ID, sequence numbers, timestamps and length, TTL equal or one step apart, within a few
milliseconds. A retransmission comes later than that and carries a new IP ID or timestamp. IP ID 0 (SYN-ACK,
stateless RST, many IPv6 stacks) proves nothing, so pure acknowledgements without ID need the TTL step or
another interface.
"""

import numpy as np
from numpy.typing import NDArray

from packets.columns import TCP

NEAR_NS = 10_000_000  # a copy follows within 10 ms; the smallest Linux RTO is 200 ms (TCP_RTO_MIN)
# Same IP ID and one router further is no retransmission; joined files may be this far apart.
ROUTED_NS = 190_000_000
REACH = 4  # packets to look back within a flow; copies of a burst lie a few packets apart
# Share of packets that are copies, from which on the recording is called doubled (two of each: 0.5).
MOSTLY = 0.3
ENOUGH = 2  # copies in a flow: a single pair is chance
_SAME = (
    "flow_source",
    "flow_target",
    "protocol",
    "ip_id",
    "length",
    "seq",
    "ack",
    "flags",
    "window_raw",
    "tsval",
    "tsecr",
    "icmp_type",
    "icmp_code",
    "icmp_rest",
    "fragment",
)


def find(rows: NDArray[np.void], flow: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for every row that repeats an earlier one; rows sorted by flow, then time."""
    copy = np.zeros(len(rows), bool)
    for back in range(1, REACH + 1):
        if len(rows) > back:
            copy[back:] |= _same(rows[:-back], rows[back:], flow[:-back] == flow[back:])
    return _believed(copy, flow)


def _same(
    first: NDArray[np.void], second: NDArray[np.void], one_flow: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    later = np.abs(second["time_ns"] - first["time_ns"])
    step = first["ttl"].astype(np.int64) - second["ttl"]
    routed = (np.abs(step) == 1) & (second["ip_id"] > 0)
    same = one_flow & (np.abs(step) <= 1) & (later < np.where(routed, ROUTED_NS, NEAR_NS))
    for name in _SAME:
        same &= first[name] == second[name]
    numbered = second["ip_id"] > 0
    witness = (
        numbered
        | (step != 0)
        | (first["interface"] != second["interface"])
        | (first["vlan"] != second["vlan"])
    )
    carries = (second["protocol"] == TCP) & ((second["length"] > 0) | (second["tsval"] >= 0))
    return same & (witness | carries)


def _believed(copy: NDArray[np.bool_], flow: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Only where copies are the rule: in a flow, or in the whole capture. Single twins have other causes."""
    if not copy.any():
        return copy
    if copy.mean() >= MOSTLY:
        return copy
    _, group = np.unique(flow, return_inverse=True)
    copies, packets = np.bincount(group, copy), np.bincount(group)
    mostly = (copies / packets >= MOSTLY) & (copies >= ENOUGH)
    believed: NDArray[np.bool_] = copy & mostly[group]
    return believed
