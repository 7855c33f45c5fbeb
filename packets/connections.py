"""From decoded packets to connections: packets in the order of their connection, and one row of facts for
each.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from packets import columns as c
from packets import copies, facts, flows, machine
from packets.decode import ARP, DECODED_DTYPE
from packets.facts import COMMON, SIDE, TABLE_DTYPE

Ints = NDArray[np.int64]
WELL_KNOWN = 1024  # a port below is the server's when the handshake was not seen (RFC 6335)


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
    found = _Found(raw, packets, _sides(raw))
    starts = np.flatnonzero(
        np.diff(flow, prepend=-1) != 0
    )  # loose packets, flow -1, come first and start none
    for start, stop in pairwise([*starts.tolist(), len(flow)]):
        found.one_flow(start, stop, int(flow[start]))
    return found.finish()


def _in_order(parts: list[NDArray[np.void]]) -> tuple[NDArray[np.void], Ints]:
    """All packets sorted by flow, and the flow of each. The batches are let go: they weigh as much again."""
    decoded = np.concatenate(parts) if parts else np.zeros(0, DECODED_DTYPE)
    parts.clear()
    flows.join_fragments(decoded)
    _unquote_orphans(decoded)
    flow = flows.flow_numbers(decoded)
    order = np.argsort(flow, kind="stable")
    return decoded[order], flow[order]


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


class _Found:
    """Connections as they are found, flow after flow."""

    def __init__(self, raw: NDArray[np.void], packets: NDArray[np.void], side: NDArray[np.int8]) -> None:
        self.raw, self.packets, self.side = raw, packets, side
        self.records: list[tuple[int, ...]] = []

    def one_flow(self, start: int, stop: int, flow: int) -> None:
        if self.raw["flow_protocol"][start] == c.TCP:
            self._tcp(start, stop, flow)
        else:
            self._datagrams(start, stop, flow)

    def _datagrams(self, start: int, stop: int, flow: int) -> None:
        raw = self.raw[start]
        client = int(self.side[start])
        sport, dport = int(raw["flow_source"]) & 0xFFFF, int(raw["flow_target"]) & 0xFFFF
        if sport < WELL_KNOWN <= dport and raw["flow_protocol"] == raw["protocol"]:
            client = 1 - client
        self._keep(start, stop, flow, machine.Flow(), client, facts.DATAGRAM)

    def _tcp(self, start: int, stop: int, flow: int) -> None:
        state, begin = machine.Flow(), start
        columns = [
            self.raw[name][start:stop].tolist() for name in ("flags", "seq", "ack", "length", "window_raw")
        ]
        own = ((self.raw["protocol"][start:stop] == c.TCP) & (self.raw["seq"][start:stop] >= 0)).tolist()
        skip = (self.packets["marks"][start:stop] & c.COPY).tolist()
        side = self.side[start:stop].tolist()
        out: list[tuple[int, int, int]] = []
        for at, (flags, seq, ack, length, window) in enumerate(zip(*columns, strict=True)):
            if not own[at]:
                out.append((-1, -1, 0))
                continue
            if not skip[at] and machine.starts_anew(state, side[at], flags, seq):
                self._tcp_done(begin, start + at, flow, state)
                state, begin = machine.Flow(), start + at
            if skip[at]:
                out.append((*machine.place(state, side[at], flags, seq, ack), c.COPY))
            else:
                out.append(machine.step(state, start + at, side[at], flags, seq, ack, length, window))
        placed = np.array(out, np.int64).reshape(-1, 3)
        for column, name in enumerate(("seq", "ack", "marks")):
            self.packets[name][start:stop] = placed[:, column]
        self._tcp_done(begin, stop, flow, state)

    def _tcp_done(self, start: int, stop: int, flow: int, state: machine.Flow) -> None:
        _add_options(self.raw[start:stop], self.side[start:stop], start, state)
        client = _client_side(self.raw[start], int(self.side[start]), state)
        self._keep(start, stop, flow, state, client, _state(state.sides[client], state.sides[1 - client]))

    def _keep(self, start: int, stop: int, flow: int, state: machine.Flow, client: int, how: int) -> None:
        raw = self.raw[start:stop]
        own = raw["flow_protocol"] == raw["protocol"]
        copy = (self.packets["marks"][start:stop] & c.COPY) != 0
        here = self.side[start:stop] == client
        first = raw[int(np.argmax(own))]
        is_client = bool(here[int(np.argmax(own))])
        ends = (int(first["flow_source"]), int(first["flow_target"]))
        self.packets["from_client"][start:stop] = here
        _count_frames(state, client, own & ~copy, here, raw["original"])
        times = raw["time_ns"]
        self.records.append(
            (
                flow,
                int(raw["flow_protocol"][0]),
                *(ends if is_client else ends[::-1]),
                how,
                start,
                stop - start,
                int(own.sum()),
                int(raw["original"][own].sum()),
                int(times.min()),
                int(times.max()),
                int((~own).sum()),
                int(copy.sum()),
                *state.sides[client],
                *state.sides[1 - client],
            )
        )

    def finish(self) -> Connected:
        table = np.array(self.records, TABLE_DTYPE) if self.records else np.zeros(0, TABLE_DTYPE)
        by_frame = np.argsort(self.raw["frame"][table["first_row"]], kind="stable")
        table = table[by_frame]
        loose = np.flatnonzero(self.raw["flow_protocol"] <= 0)
        rows = [
            np.arange(first, first + count)
            for first, count in zip(table["first_row"], table["rows"], strict=True)
        ]
        order = np.concatenate([loose, *rows]).astype(np.int64)
        new_place = np.empty(len(order), np.int64)
        new_place[order] = np.arange(len(order))
        _renumber_rows(table, new_place)
        packets, raw = self.packets, self.raw
        if not np.array_equal(order, np.arange(len(order))):  # only where ports were used again
            packets, raw = packets[order], raw[order]
        packets["connection"] = np.repeat(
            np.arange(-1, len(table)), np.concatenate([[len(loose)], table["rows"]])
        )
        _scale_windows(packets, table)
        return Connected(raw, packets, table)


def _renumber_rows(table: NDArray[np.void], new_place: Ints) -> None:
    names = ["first_row"]
    names += [f"{s}_{n}" for s in ("client", "server") for n in SIDE if n.startswith("first_") or n == "last"]
    for name in names:
        known = table[name] >= 0
        table[name][known] = new_place[table[name][known]]


def _count_frames(
    state: machine.Flow, client: int, kept: NDArray[np.bool_], here: NDArray[np.bool_], size: Ints
) -> None:
    for side, mine in ((client, here), (1 - client, ~here)):
        state.sides[side][SIDE["packets"]] = int((kept & mine).sum())
        state.sides[side][SIDE["bytes"]] = int(size[kept & mine].sum())


def _add_options(raw: NDArray[np.void], side: NDArray[np.int8], start: int, state: machine.Flow) -> None:
    for which in (0, 1):
        side_facts = state.sides[which]
        row = max(side_facts[SIDE["first_syn"]], side_facts[SIDE["first_syn_ack"]]) - start
        if row >= 0:
            side_facts[SIDE["mss"]] = int(raw["mss"][row])
            side_facts[SIDE["wscale"]] = int(raw["wscale"][row])
        window = np.flatnonzero((side == which) & (raw["protocol"] == c.TCP) & ((raw["flags"] & c.RST) == 0))
        if len(window):
            side_facts[SIDE["last_window"]] = int(raw["window_raw"][window[-1]])


def _client_side(first: np.void, first_side: int, state: machine.Flow) -> int:
    """The side that sent the SYN; failing that the one that got the SYN-ACK, the higher port, or the first
    to speak.
    """
    for side in (0, 1):
        if state.sides[side][SIDE["syn"]] and not state.sides[1 - side][SIDE["syn"]]:
            return side
        if state.sides[1 - side][SIDE["syn_ack"]] and not state.sides[side][SIDE["syn_ack"]]:
            return side
    sport, dport = int(first["flow_source"]) & 0xFFFF, int(first["flow_target"]) & 0xFFFF
    return first_side if sport >= dport or state.sides[first_side][SIDE["syn"]] else 1 - first_side


def _state(client: list[int], server: list[int]) -> int:
    """The state reached, by what both sides sent (RFC 9293 section 3.3.2, in the catalogue's words)."""
    reset = client[SIDE["rst"]] or server[SIDE["rst"]]
    fins = (client[SIDE["fin"]] > 0) + (server[SIDE["fin"]] > 0)
    answered = server[SIDE["syn_ack"]] or client[SIDE["max_ack"]] >= 1 or server[SIDE["data_segments"]]
    begun = client[SIDE["syn"]] > 0 or server[SIDE["syn_ack"]] > 0
    if fins == 2:
        return facts.CLOSED
    if reset:
        return facts.REFUSED if begun and not answered and server[SIDE["rst"]] else facts.RESET
    if fins == 1:
        return facts.HALF_CLOSED
    if not begun:
        return facts.MIDSTREAM
    return facts.ESTABLISHED if answered else facts.SYN_SENT


def _scale_windows(packets: NDArray[np.void], table: NDArray[np.void]) -> None:
    """Windows in bytes where both SYNs were seen (RFC 7323 section 2.2: scaling needs both, and spares the
    SYNs).
    """
    owner = packets["connection"]
    mine = np.flatnonzero((owner >= 0) & (packets["window_raw"] >= 0))
    if not len(mine):
        return
    own = table[owner[mine]]
    both = (own["client_syn"] > 0) & (own["server_syn_ack"] > 0)
    agreed = (own["client_wscale"] >= 0) & (own["server_wscale"] >= 0)
    scale = np.where(packets["from_client"][mine], own["client_wscale"], own["server_wscale"])
    syn = (packets["flags"][mine] & c.SYN) != 0
    shift = np.where(agreed & ~syn, np.maximum(scale, 0), 0)
    scaled = packets["window_raw"][mine].astype(np.int64) << shift
    packets["window"][mine] = np.where(both | syn, scaled, -1)


__all__ = ["ARP", "COMMON", "Connected", "connect"]
