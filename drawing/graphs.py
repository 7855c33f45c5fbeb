"""Plotly figures of one connection: time-sequence, round trips, throughput. Arrays stay typed arrays in JSON.

Colours are not set here: every trace says its `role` in `meta`, and the page gives roles their colours in
light and dark.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from drawing.measure import count
from drawing.thinning import MOST_POINTS, thin
from drawing.words import Language, word
from packets.columns import COPY, FIN, SEEN_PARTLY, SEEN_TWICE, SYN, TCP

Kind = Literal["sequence", "round_trip", "throughput"]
KINDS: tuple[Kind, ...] = ("sequence", "round_trip", "throughput")
_BINS = 200  # a pixel or two each on a phone, five on a desk


class _Canvas:
    """Collects the traces of one figure, thins them, and remembers what was left out."""

    def __init__(self, rows: np.ndarray, lang: Language, base_ns: int) -> None:
        self.rows, self.lang, self.base_ns = rows, lang, base_ns
        self.traces: list[dict[str, Any]] = []
        self.total = self.shown = 0

    def seconds(self, times: np.ndarray) -> np.ndarray:
        return (times - self.base_ns) / 1e9

    def add(
        self, name: str, role: str, x: np.ndarray, y: np.ndarray, mode: str = "markers", **more: Any
    ) -> None:
        if not len(x):
            return
        kept = thin(x, y, MOST_POINTS // 4)
        self.total += len(x)
        self.shown += len(kept)
        trace = {"type": "scatter", "name": word(name, self.lang), "mode": mode, "meta": {"role": role}}
        self.traces.append({**trace, "x": x[kept], "y": y[kept].astype(np.float64), **more})


def figure(rows: np.ndarray, kind: Kind, lang: Language = "en", base_ns: int | None = None) -> dict[str, Any]:
    """The Plotly figure (JSON-ready: data, layout) of `rows` (PACKET_DTYPE, one connection, by frame).

    x is seconds from `base_ns` (else from the first row). `layout.meta` holds the sentence about thinned
    points, if any.
    """
    import plotly.graph_objects as go  # half a second to import: only where a figure is made

    rows = rows[(rows["protocol"] == TCP) & (rows["marks"] & COPY == 0)] if kind != "throughput" else rows
    base = base_ns if base_ns is not None else int(rows["time_ns"][0]) if len(rows) else 0
    canvas = _Canvas(rows, lang, base)
    draw, y_title = _KINDS[kind]
    if len(rows):
        draw(canvas)
    made = go.Figure(data=canvas.traces, layout=_layout(canvas, y_title))
    result: dict[str, Any] = made.to_dict()
    result["layout"].pop("template", None)
    return result


def _layout(canvas: _Canvas, y_title: str) -> dict[str, Any]:
    said = ""
    if not canvas.traces:
        said = word("nothing_to_plot", canvas.lang)
    elif canvas.shown < canvas.total:
        said = word("thinned", canvas.lang, total=count(canvas.total), shown=count(canvas.shown))
    return {
        "template": None,
        "meta": {"said": said},
        "xaxis": {"title": {"text": word("seconds", canvas.lang)}, "rangemode": "tozero"},
        "yaxis": {"title": {"text": word(y_title, canvas.lang)}, "rangemode": "tozero"},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }


def _sequence(canvas: _Canvas) -> None:
    """For the side that sent more: its data, what came twice, what the other side acknowledged, the window's
    edge.
    """
    rows = canvas.rows
    from_client = _busier_side(rows)
    sent = rows[(rows["from_client"] == from_client) & (_spans(rows) > 0)]
    answers = rows[(rows["from_client"] != from_client) & (rows["ack"] >= 0)]
    again = (sent["marks"] & (SEEN_TWICE | SEEN_PARTLY)) != 0
    side = "to_server" if from_client else "to_client"
    first, repeat = sent[~again], sent[again]
    canvas.add(f"data_{side}", side, canvas.seconds(first["time_ns"]), first["seq"] + _spans(first))
    canvas.add(
        "sent_again",
        "again",
        canvas.seconds(repeat["time_ns"]),
        repeat["seq"] + _spans(repeat),
        marker={"symbol": "x"},
    )
    x = canvas.seconds(answers["time_ns"])
    step: dict[str, Any] = {"mode": "lines", "line": {"shape": "hv"}}
    canvas.add("acknowledged", "acknowledged", x, answers["ack"], **step)
    known = answers["window"] >= 0
    canvas.add("window_edge", "window", x[known], (answers["ack"] + answers["window"])[known], **step)


def _spans(rows: np.ndarray) -> np.ndarray:
    """Sequence numbers that a segment takes: its bytes, one each for SYN and FIN (RFC 9293, 3.4)."""
    span: np.ndarray = (
        rows["length"].astype(np.int64) + ((rows["flags"] & SYN) != 0) + ((rows["flags"] & FIN) != 0)
    )
    return span


def _busier_side(rows: np.ndarray) -> bool:
    """True when the client sent at least as many bytes as the server."""
    client = rows["from_client"]
    return bool(rows["length"][client].sum(dtype=np.int64) >= rows["length"][~client].sum(dtype=np.int64))


def _round_trip(canvas: _Canvas) -> None:
    """Segment to the first acknowledgement that covers it; never for what was sent twice (RFC 6298 section 3,
    Karn).
    """
    for from_client, name, role in (
        (True, "trip_of_client", "to_server"),
        (False, "trip_of_server", "to_client"),
    ):
        x, milliseconds = _trips(canvas.rows, from_client)
        canvas.add(name, role, canvas.seconds(x), milliseconds)


def _trips(rows: np.ndarray, from_client: bool) -> tuple[np.ndarray, np.ndarray]:
    """Times (ns) at which segments of one side were sent, and how long (ms) until they were acknowledged."""
    sent = rows[(rows["from_client"] == from_client) & (_spans(rows) > 0)]
    answers = rows[(rows["from_client"] != from_client) & (rows["ack"] >= 0)]
    if not len(sent) or not len(answers):
        return np.zeros(0, np.int64), np.zeros(0)
    ends = sent["seq"] + _spans(sent)
    repeated = np.unique(ends[(sent["marks"] & (SEEN_TWICE | SEEN_PARTLY)) != 0])
    covered = np.searchsorted(np.maximum.accumulate(answers["ack"]), ends)
    waits = answers["time_ns"][np.minimum(covered, len(answers) - 1)] - sent["time_ns"]
    good = (covered < len(answers)) & ~np.isin(ends, repeated) & (waits >= 0)
    return sent["time_ns"][good], waits[good] / 1e6


def _throughput(canvas: _Canvas) -> None:
    """Payload bits a second, in up to _BINS equal stretches; what was sent again counts, it was sent."""
    rows = canvas.rows
    times = canvas.seconds(rows["time_ns"])
    span = max(float(times[-1] - times[0]), 1e-3)
    edges = np.linspace(times[0], times[0] + span, min(_BINS, max(1, len(rows))) + 1)
    for from_client, side in ((True, "to_server"), (False, "to_client")):
        ours = rows["from_client"] == from_client
        octets, _ = np.histogram(times[ours], edges, weights=rows["length"][ours].astype(np.float64))
        if octets.any():
            rate = octets * 8 / (edges[1] - edges[0])
            canvas.add(f"data_{side}", side, edges[:-1], rate, "lines", line={"shape": "hv"})


_KINDS: dict[Kind, tuple[Callable[[_Canvas], None], str]] = {
    "sequence": (_sequence, "sequence_number"),
    "round_trip": (_round_trip, "round_trip_ms"),
    "throughput": (_throughput, "bits_per_second"),
}
