"""Words in both languages, numbers as people read them, text that cannot act."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawing import measure
from drawing.text import escape, visible
from drawing.words import keys, word


@pytest.mark.parametrize("key", keys())
def test_every_word_is_there_in_both_languages_with_the_same_gaps(key):
    english, japanese = word(key, "en"), word(key, "ja")
    gaps = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, japanese)
    ]
    assert gaps[0] == gaps[1]
    assert english.isascii() or re.search("[·,]", english)
    assert re.search(r"[぀-ヿ一-鿿]", japanese)


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (0, "0 s", "0 秒"),
        (0.000_000_25, "250 ns", "250 ns"),
        (0.000_25, "250 µs", "250 µs"),
        (0.0023, "2.3 ms", "2.3 ms"),
        (0.9996, "1.0 s", "1.0 秒"),
        (8.0199, "8.0 s", "8.0 秒"),
        (30.04, "30 s", "30 秒"),
        (30.7, "30.7 s", "30.7 秒"),
        (59.96, "1 min", "1 分"),
        (63.02, "1 min 3 s", "1 分 3 秒"),
        (7875, "2 h 11 min", "2 時間 11 分"),
        (3 * 86400 + 4 * 3600, "3 d 4 h", "3 日 4 時間"),
        (-2.5, "−2.5 s", "−2.5 秒"),
    ],
)
def test_durations_have_sensible_units(seconds, english, japanese):
    assert (measure.duration(seconds, "en"), measure.duration(seconds, "ja")) == (english, japanese)


@given(st.floats(-1e11, 1e11))
def test_no_duration_has_more_than_five_digits_in_a_row(seconds):
    assert not re.search(r"\d{6,}", measure.duration(seconds, "en").replace("d", "")) or abs(seconds) > 1e9


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 B"),
        (974, "974 B"),
        (1214, "1.2 kB"),
        (65_066, "65.1 kB"),
        (999_600, "1.0 MB"),
        (10**10, "10 GB"),
    ],
)
def test_bytes_are_counted_in_thousands(octets, text):
    assert measure.size(octets) == text


@pytest.mark.parametrize(
    ("number", "text"), [(63, "63"), (0.1 + 0.2, "0.3"), (12345, "12,345"), (1.23456, "1.235")]
)
def test_numbers_never_have_fifteen_digits(number, text):
    assert measure.decimal(number) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain.pcap", "plain.pcap"),
        ("日本語.pcap", "日本語.pcap"),
        ("a\x00b\x1b[31m", "a␀b␛[31m"),
        ("evil\u202egpj.pcap", "evil⟨U+202E⟩gpj.pcap"),
        ("zero\u200bwidth\u2028", "zero⟨U+200B⟩width⟨U+2028⟩"),
        ("\x7f\x85", "␡⟨U+0085⟩"),
    ],
)
def test_what_has_no_shape_gets_one(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_escaped_text_holds_no_markup_and_nothing_unseen(text):
    shown = escape(text)
    assert not re.search(r"[<>\"']", shown)
    assert visible(shown) == shown
