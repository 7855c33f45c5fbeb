"""The time line: bars where connections were, marks where findings are, and never too many."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from drawing.marks import Moment
from drawing.timeline import MOST_BARS, _round_step, draw
from tests.sample_report import START_NS, connection_table, packet, rows, seed


def connections(count: int) -> np.ndarray:
    packets = rows([packet(i + 1, i, True, 2, connection=i) for i in range(count)])
    return connection_table(packets, {count - 1: ("syn_sent", "syn_unanswered", "error")})


def bars(svg: str) -> list[ET.Element]:
    return [r for r in ET.fromstring(svg).iter("rect") if "bar" in r.get("class", "").split()]


def test_a_bar_stands_where_its_connection_was():
    sample = seed()
    svg = draw(sample.connections, first_ns=START_NS, duration_ns=7_010_400_000)
    icmp, tcp = bars(svg)
    assert tcp.get("x") == "1%"
    assert icmp.get("x") == f"{1 + 98 * 4.001 / 7.0104:.2f}%"
    assert "error" in tcp.get("class", "")


def test_of_very_many_connections_the_gravest_is_among_the_bars_and_the_rest_is_counted():
    svg = draw(connections(500), first_ns=START_NS, duration_ns=500 * 10**9, lang="ja")
    assert len(bars(svg)) == MOST_BARS
    assert sum("error" in bar.get("class", "") for bar in bars(svg)) == 1
    assert "ほか 490 コネクション" in svg


def test_marks_have_a_shape_for_each_severity_and_lead_to_the_finding():
    moments = [
        Moment(START_NS + 10**9, "error", "Refused <b>", 1, "#finding-0"),
        Moment(START_NS, "note", "Offload"),
    ]
    tree = ET.fromstring(draw(seed().connections, moments, first_ns=START_NS, duration_ns=7 * 10**9))
    uses = {use.get("href") for use in tree.iter("use")}
    assert uses == {"#sign-error", "#sign-note"}
    assert [a.get("href") for a in tree.iter("a")] == ["#finding-0"]
    assert "error: Refused <b>" in [title.text for title in tree.iter("title")]


def test_a_capture_of_one_instant_and_one_of_decades_have_axes():
    for length in (0, 1, 10**9, 70 * 365 * 86400 * 10**9):
        svg = draw(connections(2), first_ns=START_NS, duration_ns=length)
        ticks = [t for t in ET.fromstring(svg).iter("text") if t.get("class") == "tick"]
        assert 1 <= len(ticks) <= 8


@pytest.mark.parametrize(
    ("seconds", "step"), [(0.0004, 0.0005), (0.3, 0.5), (0.7, 1), (1.4, 2), (12, 15), (40, 60), (4000, 7200)]
)
def test_steps_of_the_axis_are_round(seconds, step):
    assert _round_step(seconds) == pytest.approx(step)
