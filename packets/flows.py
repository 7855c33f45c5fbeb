"""Which packets belong together: the same two endpoints and protocol, in either direction."""

import numpy as np
from numpy.typing import NDArray

from packets.columns import TCP, UDP

Ints = NDArray[np.int64]
MOST_FRAGMENTS = 4096  # first fragments remembered while their followers arrive


def flow_numbers(rows: NDArray[np.void]) -> Ints:
    """A number for each packet's flow, in order of appearance; -1: belongs to none."""
    source, target = rows["flow_source"], rows["flow_target"]
    _, ends = np.unique(np.concatenate([source, target]), return_inverse=True)
    here, there = ends[: len(rows)], ends[len(rows) :]
    ends_of = (np.minimum(here, there) << 31) | np.maximum(here, there)
    protocol = rows["flow_protocol"].astype(np.int64)
    known = np.flatnonzero(protocol > 0)
    out = np.full(len(rows), -1)
    if len(known):
        out[known] = _by_appearance(ends_of[known], protocol[known])
    return out


def _by_appearance(ends: Ints, protocol: Ints) -> Ints:
    _, pair = np.unique(ends, return_inverse=True)
    _, first, inverse = np.unique(pair * 512 + protocol, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


def join_fragments(rows: NDArray[np.void]) -> None:
    """Give later IP fragments the ports of their first fragment, in place (RFC 791: source, target,
    protocol, ID).
    """
    seen: dict[tuple[int, ...], tuple[int, int]] = {}
    for at in np.flatnonzero(rows["fragment"]):
        row = rows[at]
        key = (int(row["source"]), int(row["target"]), int(row["protocol"]), int(row["ip_id"]))
        if row["sport"] >= 0:
            if len(seen) == MOST_FRAGMENTS:
                seen.pop(next(iter(seen)))
            seen[key] = (int(row["flow_source"]), int(row["flow_target"]))
        elif key in seen and row["protocol"] in (TCP, UDP):
            rows["flow_source"][at], rows["flow_target"][at] = seen[key]
            rows["flow_protocol"][at] = row["protocol"]
