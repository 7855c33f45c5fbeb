"""From decoded packets to connections: packets in the order of their connection, and one row of facts for
each.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from packets import columns as c
from packets import copies, flows, tracking
from packets.decode import DECODED_DTYPE
from packets.facts import SIDE, TABLE_DTYPE

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Connected:
    """``raw`` and ``packets`` are aligned row by row, ordered by connection, then frame; -1 first."""

    raw: NDArray[np.void]  # DECODED_DTYPE
    packets: NDArray[np.void]  # PACKET_DTYPE
    table: NDArray[np.void]  # TABLE_DTYPE, ordered by first appearance


def connect(parts: list[NDArray[np.void]]) -> Connected:
    """Build the connections of a whole capture from its decoded batches, which are used up on the way."""
    raw, flow = _in_order(parts)
    packets = _packet_columns(raw)
    packets["marks"][copies.find(raw, flow)] = c.COPY
    side = _sides(raw)
    loose = int(np.searchsorted(flow, 0))  # packets of no flow, -1, come first
    found = tracking.track(raw, packets, side, flow)
    table = _table(found, raw, packets, side, loose)
    raw, packets = _by_first_frame(raw, packets, table, loose)
    _scale_windows(packets, table)
    return Connected(raw, packets, table)


def _in_order(parts: list[NDArray[np.void]]) -> tuple[NDArray[np.void], Ints]:
    """All packets sorted by flow, and the flow of each.

    Batches are let go as they are copied, and columns sorted one after the other: two copies of all packets
    would be the peak of the whole analysis.
    """
    decoded = np.empty(sum(map(len, parts)), DECODED_DTYPE)
    filled = len(decoded)
    while parts:
        part = parts.pop()
        decoded[filled - len(part) : filled] = part
        filled -= len(part)
    flows.join_fragments(decoded)
    _unquote_orphans(decoded)
    flow = flows.flow_numbers(decoded)
    order = np.argsort(flow, kind="stable")
    for name in DECODED_DTYPE.names or ():
        decoded[name] = decoded[name][order]
    return decoded, flow[order]


def _unquote_orphans(rows: NDArray[np.void]) -> None:
    """An ICMP error whose quoted flow is nowhere in the capture stands for itself, between its own two
    hosts.
    """
    quoting = (rows["flow_protocol"] != rows["protocol"]) & (rows["flow_protocol"] > 0) & ~rows["fragment"]
    if not quoting.any():
        return
    own = ~quoting & (rows["flow_protocol"] > 0)
    low = np.minimum(rows["flow_source"], rows["flow_target"])
    high = np.maximum(rows["flow_source"], rows["flow_target"])
    present = set(
        zip(rows["flow_protocol"][own].tolist(), low[own].tolist(), high[own].tolist(), strict=True)
    )
    for at in np.flatnonzero(quoting):
        if (int(rows["flow_protocol"][at]), int(low[at]), int(high[at])) not in present:
            rows["flow_protocol"][at] = rows["protocol"][at]
            rows["flow_source"][at] = int(rows["source"][at]) << 16
            rows["flow_target"][at] = int(rows["target"][at]) << 16


def _packet_columns(raw: NDArray[np.void]) -> NDArray[np.void]:
    out = np.zeros(len(raw), c.PACKET_DTYPE)
    same = set(c.PACKET_DTYPE.names or ()) & set(raw.dtype.names or ()) - {"seq", "ack"}
    for name in same:
        out[name] = raw[name]
    out["protocol"] = np.where(raw["protocol"] < 256, np.maximum(raw["protocol"], 0), 0)
    out["connection"], out["window"], out["seq"], out["ack"] = -1, -1, -1, -1
    return out


def _sides(raw: NDArray[np.void]) -> NDArray[np.int8]:
    """0: sent by the lower endpoint, 1: by the higher. An ICMP error travels against the packet it quotes."""
    from_low = raw["flow_source"] <= raw["flow_target"]
    quoting = raw["flow_protocol"] != raw["protocol"]
    side: NDArray[np.int8] = np.where(from_low ^ (quoting & ~raw["fragment"]), 0, 1).astype(np.int8)
    return side


def _table(
    found: list[tuple[int, ...]],
    raw: NDArray[np.void],
    packets: NDArray[np.void],
    side: NDArray[np.int8],
    loose: int,
) -> NDArray[np.void]:
    """One row a connection; the connections cover the rows from ``loose`` on without a gap."""
    table = np.zeros(len(found), TABLE_DTYPE)
    if not found:
        return table
    records = np.array(found, np.int64)
    for column, name in enumerate(tracking.RECORD):
        table[name] = records[:, column]
    client = np.repeat(records[:, len(tracking.RECORD)], table["rows"])
    spans = Spans(loose, table["first_row"] - loose)
    own = (raw["flow_protocol"] == raw["protocol"])[loose:]
    here = side[loose:] == client
    packets["from_client"][loose:] = here
    _count(table, spans, raw[loose:], own, here, ((packets["marks"] & c.COPY) != 0)[loose:])
    _name_ends(table, spans, raw, own, here)
    _add_options(table, raw)
    return table


@dataclass(frozen=True)
class Spans:
    """The packets of each connection: they lie side by side, from ``starts`` on, behind the loose ones."""

    loose: int
    starts: Ints

    def sum(self, values: NDArray[Any]) -> Ints:
        """Sum over each connection."""
        return np.add.reduceat(values.astype(np.int64), self.starts)

    def least(self, values: Ints) -> Ints:
        """Minimum over each connection."""
        return np.minimum.reduceat(values, self.starts)

    def most(self, values: Ints) -> Ints:
        """Maximum over each connection."""
        return np.maximum.reduceat(values, self.starts)


Mask = NDArray[np.bool_]


def _count(
    table: NDArray[np.void], spans: Spans, raw: NDArray[np.void], own: Mask, here: Mask, copy: Mask
) -> None:
    size = raw["original"].astype(np.int64)
    table["protocol"] = raw["flow_protocol"][spans.starts]
    table["packets"], table["bytes"] = spans.sum(own), spans.sum(own * size)
    table["first_ns"], table["last_ns"] = spans.least(raw["time_ns"]), spans.most(raw["time_ns"])
    table["icmp_errors"], table["copies"] = spans.sum(~own), spans.sum(copy)
    for end, mine in (("client", here), ("server", ~here)):
        kept = own & ~copy & mine
        table[f"{end}_packets"], table[f"{end}_bytes"] = spans.sum(kept), spans.sum(kept * size)


def _name_ends(table: NDArray[np.void], spans: Spans, raw: NDArray[np.void], own: Mask, here: Mask) -> None:
    """Endpoints, by the first packet of the connection's own; an ICMP error names them the other way."""
    rows = np.arange(len(own))
    first = spans.least(np.where(own, rows, len(own)))
    first = np.where(first < len(own), first, spans.starts)
    source, target = raw["flow_source"][first + spans.loose], raw["flow_target"][first + spans.loose]
    table["client"] = np.where(here[first], source, target)
    table["server"] = np.where(here[first], target, source)


def _add_options(table: NDArray[np.void], raw: NDArray[np.void]) -> None:
    for end in ("client", "server"):
        row = np.maximum(table[f"{end}_first_syn"], table[f"{end}_first_syn_ack"])
        for name in ("mss", "wscale"):
            table[f"{end}_{name}"] = np.where(row >= 0, raw[name][row], -1)


def _by_first_frame(
    raw: NDArray[np.void], packets: NDArray[np.void], table: NDArray[np.void], loose: int
) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Number connections by their first frame, and packets with them; the table is changed in place."""
    old = table.copy()
    table[:] = old[np.argsort(raw["frame"][old["first_row"]], kind="stable")]
    moved = np.cumsum(table["rows"]) - table["rows"] + loose - table["first_row"]
    order = np.arange(len(raw))
    if moved.any():  # only where ports were used again
        order[loose:] -= np.repeat(moved, table["rows"])
        raw, packets = raw[order], packets[order]
        _renumber_rows(table, moved)
    packets["connection"] = np.repeat(np.arange(-1, len(table)), np.concatenate([[loose], table["rows"]]))
    return raw, packets


def _renumber_rows(table: NDArray[np.void], moved: Ints) -> None:
    names = ["first_row"]
    names += [f"{s}_{n}" for s in ("client", "server") for n in SIDE if n.startswith("first_") or n == "last"]
    for name in names:
        table[name] = np.where(table[name] >= 0, table[name] + moved, table[name])


def _scale_windows(packets: NDArray[np.void], table: NDArray[np.void]) -> None:
    """Windows in bytes where both SYNs were seen (RFC 7323 section 2.2: scaling needs both, and spares the
    SYNs).
    """
    owner = packets["connection"]
    mine = np.flatnonzero((owner >= 0) & (packets["window_raw"] >= 0))
    if not len(mine):
        return
    owner, from_client = owner[mine], packets["from_client"][mine]
    both = ((table["client_syn"] > 0) & (table["server_syn_ack"] > 0))[owner]
    agreed = ((table["client_wscale"] >= 0) & (table["server_wscale"] >= 0))[owner]
    scale = np.where(from_client, table["client_wscale"][owner], table["server_wscale"][owner])
    syn = (packets["flags"][mine] & c.SYN) != 0
    shift = np.where(agreed & ~syn, np.maximum(scale, 0), 0)
    scaled = packets["window_raw"][mine].astype(np.int64) << shift
    packets["window"][mine] = np.where(both | syn, scaled, -1)
