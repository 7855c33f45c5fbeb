"""Copies are believed where they are the rule."""

import numpy as np

from packets.doubling import EVERYBODY, NOBODY, believed


def of(*flows):
    """(flow, packets that look like copies, packets) for each connection."""
    return believed(*np.array(flows, np.int64).T)


def test_a_single_pair_is_chance():
    assert of((0, 1, 2), (1, 0, 40)) is NOBODY


def test_a_flow_that_is_mostly_doubled_is_believed_and_the_others_are_not():
    assert of((0, 5, 10), (1, 0, 90), (2, 1, 3)).tolist() == [1, 0, 0]


def test_the_connections_of_a_flow_count_together():
    assert of((0, 1, 3), (0, 1, 3), (1, 0, 90)).tolist() == [1, 0]
    assert of((0, 1, 3), (0, 1, 9), (1, 0, 90)) is NOBODY


def test_a_capture_that_is_mostly_doubled_is_believed_everywhere():
    assert of((0, 5, 10), (1, 0, 2)) is EVERYBODY
