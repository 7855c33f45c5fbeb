"""Figures: right numbers, typed arrays, honest thinning, and what Plotly itself accepts."""

import base64
import json

import numpy as np
import pytest

from drawing.graphs import KINDS, _trips, figure
from drawing.thinning import thin
from packets.columns import ACK, COPY, SEEN_TWICE, SYN
from tests.sample_report import START_NS, packet, rows, ssh_refused, transfer


def values(array) -> np.ndarray:
    """What a trace's axis holds, typed (base64) or plain."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"]))
    return np.asarray(array)


def traces(made: dict) -> dict[str, dict]:
    return {trace["meta"]["role"]: trace for trace in made["data"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_figure_is_plain_json_with_titles_in_the_readers_language(kind, lang):
    made = json.loads(json.dumps(figure(transfer(50), kind, lang)))
    assert made["data"]
    title = made["layout"]["yaxis"]["title"]["text"]
    assert title.isascii() == (lang == "en")
    assert made["layout"]["meta"]["said"] == ""


def test_sequence_shows_data_repeats_acknowledgements_and_the_window_of_the_busier_side():
    roles = traces(figure(transfer(400), "sequence"))
    assert set(roles) == {"to_client", "again", "acknowledged", "window"}
    assert len(values(roles["again"]["x"])) == 1
    assert values(roles["acknowledged"]["y"]).max() == 1448 * 400 + 2
    edge = values(roles["window"]["y"]) - values(roles["acknowledged"]["y"])
    assert set(edge) == {64240}


def test_arrays_travel_typed():
    trace = traces(figure(transfer(400), "sequence"))["to_client"]
    assert trace["x"]["dtype"] == "f8"


def test_time_counts_from_the_start_of_the_capture():
    made = figure(transfer(5), "sequence", base_ns=START_NS - 10**9)
    assert values(traces(made)["to_client"]["x"]).min() == pytest.approx(1.012)


def test_a_round_trip_ends_with_the_first_acknowledgement_that_covers_it():
    table = rows(
        [
            packet(1, 0.0, True, ACK, seq=1, length=100),
            packet(2, 0.01, True, ACK, seq=101, length=100),
            packet(3, 0.05, False, ACK, ack=101),
            packet(4, 0.09, False, ACK, ack=201),
        ]
    )
    times, milliseconds = _trips(table, True)
    assert list((times - START_NS) / 1e9) == [0.0, 0.01]
    assert list(milliseconds) == pytest.approx([50.0, 80.0])


def test_what_was_sent_twice_has_no_round_trip():
    table = rows(
        [
            packet(1, 0.0, True, ACK, seq=1, length=100),
            packet(2, 0.3, True, ACK, seq=1, length=100, marks=SEEN_TWICE),
            packet(3, 0.35, False, ACK, ack=101),
        ]
    )
    assert len(_trips(table, True)[0]) == 0


def test_a_frame_that_was_recorded_twice_counts_once():
    twice = [packet(1, 0, True, SYN), packet(2, 0, True, SYN, marks=COPY), packet(3, 0.1, False, SYN | ACK)]
    made = figure(rows(twice), "round_trip")
    assert len(values(traces(made)["to_server"]["x"])) == 1


def test_throughput_adds_up_to_the_bytes_that_were_sent():
    trace = traces(figure(transfer(400), "throughput"))["to_client"]
    x, y = values(trace["x"]), values(trace["y"])
    assert y.sum() * (x[1] - x[0]) / 8 == pytest.approx(400 * 1448, rel=1e-6)


def test_very_many_points_are_thinned_and_the_page_says_so():
    made = figure(transfer(30_000), "sequence", "en")
    shown = sum(len(values(trace["x"])) for trace in made["data"])
    assert shown <= 20_000
    assert made["layout"]["meta"]["said"].startswith("90,")
    assert f"{shown:,} drawn" in made["layout"]["meta"]["said"]


def test_thinning_keeps_ends_and_extremes():
    chance = np.random.default_rng(7)
    x, y = np.sort(chance.random(100_000)), chance.random(100_000)
    y[[123, 77_777]] = -5, 9
    kept = thin(x, y, 1000)
    assert len(kept) <= 1000
    assert {0, 123, 77_777, 99_999} <= set(kept)
    assert (np.diff(kept) > 0).all()


def test_nothing_to_plot_is_said():
    made = figure(ssh_refused()[6:], "round_trip", "ja")
    assert made["data"] == []
    assert "ありません" in made["layout"]["meta"]["said"]
    assert figure(rows([]), "throughput")["layout"]["meta"]["said"]
