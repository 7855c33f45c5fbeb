"""Times, shares and rates are read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.declaration.mistakes import Wrong
from experiments.declaration.quantities import duration_ns, percent, rate_bit


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("0s", 0), ("1ns", 1), ("7us", 7_000), ("200ms", 200_000_000), ("0.2s", 200_000_000),
        ("90s", 90 * 10**9),
        ("1m3s", 63 * 10**9), ("1min3s", 63 * 10**9), ("2h11m15s", 7875 * 10**9), ("24h", 86400 * 10**9),
        ("0.000000001s", 1), ("1.5us", 1500),
    ],
)  # fmt: skip
def test_a_time_has_a_unit(text, ns):
    assert duration_ns(text) == ns


@pytest.mark.parametrize(
    "text",
    ["", "5", "s", "5 s", "-1s", "1e3s", "5sec", "3s1m", "1s1s", "1m1min", ".5s", "5.s", "５s", "1s\n"],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(Wrong, match="is not a time such as"):
        duration_ns(text)


def test_nothing_is_finer_than_a_nanosecond():
    with pytest.raises(Wrong, match=r"'0\.5ns' is finer than a nanosecond\."):
        duration_ns("0.5ns")


@pytest.mark.parametrize(("text", "share"), [("1%", 1.0), ("0.5%", 0.5), ("0%", 0.0), ("100%", 100.0)])
def test_a_share_has_a_percent_sign(text, share):
    assert percent(text) == share


@pytest.mark.parametrize("text", ["", "1", "%", "101%", "-1%", "1 %", "nan%", "100.0000001%"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(Wrong, match="is not a share from 0% to 100%"):
        percent(text)


@pytest.mark.parametrize(
    ("text", "bits"), [("9600bit", 9600), ("512kbit", 512_000), ("10mbit", 10**7), ("1.5gbit", 1_500_000_000)]
)
def test_a_rate_counts_in_powers_of_ten(text, bits):
    assert rate_bit(text) == bits


@pytest.mark.parametrize("text", ["", "10", "10mb", "0bit", "0.5bit", "-1bit", "10Mbit", "10 mbit"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(Wrong, match="is not a rate such as"):
        rate_bit(text)


@pytest.mark.parametrize("read", [duration_ns, percent, rate_bit])
@given(st.text(max_size=80))
def test_any_text_is_a_quantity_or_a_sentence(read, text):
    try:
        value = read(text)
    except Wrong as wrong:
        value, sentences = 0, wrong.en + wrong.ja
    else:
        sentences = ""
    assert value >= 0
    assert sentences.isprintable()
