"""SYN timers are fitted to models, never compared with one table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnoses import timers

MODELS = (
    timers.DOUBLING,
    timers.Model("linear", 1.0, 5),
    timers.Model("linear", 1.0, 3),
    timers.THREE_SECONDS,
)


@pytest.mark.parametrize(
    ("gaps", "name"),
    [
        ([1.0, 2.0, 4.0, 8.0, 16.0], "doubling"),  # Linux before 6.5
        ([1.03, 2.05, 4.10, 8.19, 16.4], "doubling"),
        ([1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.1, 8.2, 16.1], "linear"),  # Linux 6.5 and later
        ([1.03, 1.02, 1.02, 1.03, 1.02, 2.02, 4.22, 8.19], "linear"),
        ([1.02, 1.02], "linear"),
        ([1.0, 1.0, 1.0, 2.0, 4.1, 8.1], "linear"),  # tcp_syn_linear_timeouts = 2
        ([3.0, 6.0], "three_seconds"),  # older Windows
        ([2.9, 6.1], "three_seconds"),
        ([1.0], None),  # one gap cannot tell
        ([0.5, 0.5], None),
        ([1.0, 5.0], None),
    ],
)
def test_gaps_are_fitted_to_the_model_that_explains_them(gaps, name):
    model = timers.syn_model(gaps)
    assert (model.name if model else None) == name


@given(st.integers(3, 7), st.floats(0, 0.07))
def test_timers_that_run_late_are_still_known(count, late):
    for model in MODELS:
        gaps = [model.gap(n) * (1 + late) for n in range(1, count + 1)]
        found = timers.syn_model(gaps)
        assert found is None or (found.name, found.first) == (model.name, model.first)


def test_the_timeout_of_five_retries_is_63_seconds():
    model = timers.syn_model([1.0, 2.0, 4.0, 8.0, 16.0])
    assert sum(model.gap(n) for n in range(1, 7)) == 63


@pytest.mark.parametrize(
    ("gaps", "answer"), [([0.2, 0.4, 0.8], True), ([0.2, 0.2, 0.2], False), ([0.2], False), ([], False)]
)
def test_doubling_needs_two_gaps_that_double(gaps, answer):
    assert timers.doubling(gaps) is answer


@pytest.mark.parametrize(
    ("linear", "retries", "repeats"),
    [
        (0, 1, 1),
        (0, 5, 5),
        (0, 6, 6),
        (4, 1, 2),  # 3 s are over when the third repeat is due
        (4, 2, 5),  # 7 s are over when the sixth is due (measured on Linux 6.12)
        (4, 3, 7),
        (4, 5, 9),  # measured on Linux 6.12 and 6.18
        (4, 6, 10),
        (4, 8, 12),  # gaps end at 120 s
    ],
)
def test_linux_stops_by_number_or_by_time_whichever_is_first(linear, retries, repeats):
    model = timers.Model("linear", 1.0, linear + 1)
    assert timers.linux_repeats(model, retries) == repeats
    assert timers.linux_retries(model, repeats) == retries


@pytest.mark.parametrize("repeats", [1, 3, 4, 6])
def test_with_four_linear_repeats_no_setting_ends_after_some_numbers(repeats):
    assert timers.linux_retries(timers.Model("linear", 1.0, 5), repeats) is None


def test_while_the_gaps_stay_at_a_second_the_next_may_take_two():
    gaps = [1.0, 1.0, 1.0]
    assert timers.latest_gap(timers.linear_model(gaps), gaps) == 2.0
    assert timers.latest_gap(timers.DOUBLING, [1.0, 2.0]) == 4.0
