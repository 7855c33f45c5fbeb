"""Folding: the bound always holds, and what matters is never folded away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drawing.folding import MOST_ROWS, Arrow, Fold, Pause, fold
from packets.columns import ACK, FIN, PACKET_DTYPE, RST, SEEN_TWICE, SYN, TCP
from tests import sample_report as sample


def arrows(steps) -> list[int]:
    return [step.row for step in steps if isinstance(step, Arrow)]


def rows_of(steps) -> list[int]:
    """Every row that the steps stand for, in order."""
    found: list[int] = []
    for step in steps:
        if isinstance(step, Arrow):
            found.append(step.row)
        elif isinstance(step, Fold):
            found.extend(range(step.first, step.last + 1))
    return found


def random_rows(count: int, seed: int, share: float) -> np.ndarray:
    """Packets of which about `share` carry flags or marks that make them matter."""
    chance = np.random.default_rng(seed)
    rows = np.zeros(count, PACKET_DTYPE)
    rows["frame"] = np.arange(1, count + 1)
    rows["time_ns"] = np.cumsum(chance.choice([10_000, 1_000_000, 5_000_000_000], count, p=[0.7, 0.2, 0.1]))
    rows["protocol"], rows["flags"] = TCP, ACK
    rows["flags"][chance.random(count) < share] = RST
    rows["marks"][chance.random(count) < share] = SEEN_TWICE
    return rows


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 3000),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 0.01, 0.3, 1.0]),
    st.integers(0, 400),
    st.sampled_from([60, 120, MOST_ROWS]),
)
def test_never_more_rows_than_allowed_and_no_packet_lost_or_twice(count, seed, share, evidence, most):
    rows = random_rows(count, seed, share)
    steps = fold(rows, range(1, evidence + 1), most)
    assert len(steps) <= most
    assert rows_of(steps) == list(range(count))


def test_a_short_connection_is_drawn_whole():
    steps = fold(sample.ssh_refused()[:6])
    assert arrows(steps) == [0, 1, 2, 3, 4, 5]
    assert not any(isinstance(step, Fold) for step in steps)


def test_a_page_that_asks_for_a_slice_gets_all_of_it():
    rows = sample.transfer(400)[100:300]
    assert len(arrows(fold(rows, (), MOST_ROWS, MOST_ROWS))) == 200


def test_evidence_stays_wherever_it_is():
    rows = sample.transfer(3000)
    evidence = [int(frame) for frame in rows["frame"][[17, 1999, 2000, 4444, 6000]]]
    drawn = {int(rows["frame"][row]) for row in arrows(fold(rows, evidence))}
    assert set(evidence) <= drawn


def test_a_hundred_frames_of_evidence_all_stay():
    rows = sample.transfer(3000)
    evidence = [int(frame) for frame in rows["frame"][50:5950:59]]
    drawn = {int(rows["frame"][row]) for row in arrows(fold(rows, evidence))}
    assert len(evidence) == 100
    assert set(evidence) <= drawn


def test_packets_that_open_and_close_and_what_was_sent_again_stay():
    rows = sample.transfer(3000)
    matter = np.flatnonzero((rows["flags"] & (SYN | FIN | RST)) | (rows["marks"] & SEEN_TWICE))
    assert set(matter) <= set(arrows(fold(rows)))


def test_a_silence_is_a_break_with_its_length_and_the_packets_on_both_sides_are_drawn():
    rows = sample.transfer(400)
    steps = fold(rows)
    at = next(i for i, step in enumerate(steps) if isinstance(step, Pause))
    pause, after = steps[at], steps[at + 1]
    assert isinstance(pause, Pause)
    assert isinstance(after, Arrow)
    assert pause.length_ns == rows["time_ns"][after.row] - rows["time_ns"][after.row - 1]
    assert pause.length_ns == pytest.approx(30e9, rel=0.01)
    assert isinstance(steps[at - 1], Arrow)


def test_a_fold_of_one_packet_is_that_packet():
    for step in fold(sample.transfer(3000), range(1, 400, 2)):
        assert not isinstance(step, Fold) or step.last > step.first


def test_a_million_packets_fold_within_a_second():
    import time

    rows = random_rows(1_000_000, 1, 0.3)
    begun = time.perf_counter()
    assert len(fold(rows, range(1, 100))) <= MOST_ROWS
    assert time.perf_counter() - begun < 1.5
