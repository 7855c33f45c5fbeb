"""Whatever a stranger writes, reading ends soon, with an experiment or with sentences."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.declaration import Experiment, Mistakes, limits, read, read_bytes
from tests.experiments.declarations import GOOD, SIX, TIMEOUT

SOON_S = 1.0


def outcome(data):
    """What reading gives; nothing but Mistakes may be raised, and every sentence can be shown."""
    began = time.process_time()
    try:
        found = read_bytes(data, name="timeout") if isinstance(data, bytes) else read(data, name="timeout")
    except Mistakes as refused:
        found = refused.mistakes
        assert 0 < len(found) <= limits.MISTAKES
        for mistake in found:
            assert (mistake.en + mistake.ja).isprintable()
            assert len(mistake.en) < 4000
            assert mistake.row <= data.count(b"\n" if isinstance(data, bytes) else "\n") + 1
    assert time.process_time() - began < SOON_S
    return found


HUGE = limits.DECLARATION - len(TIMEOUT.encode()) - 100


VALUES_OF_WRONG_KINDS = [
    *(
        "9" * 5000,
        "0x" + "f" * 60,
        "-9223372036854775809",
        "9" * 63,
        "nan",
        "-inf",
        "1e400",
        "true",
        "[]",
        "{}",
    ),
    *("[[[[[[[[]]]]]]]]", "1979-05-27", "07:32:00", "1979-05-27T07:32:00", "0001-01-01T00:00:00+23:59"),
    *(
        "9999-12-31T23:59:59-23:59",
        '""',
        '" "',
        '"\\u0000"',
        '"\\u202e"',
        '"\\ud7ff\\U0010ffff"',
        "'''\r\n'''",
    ),
    *('"{"', '"{{{{"', '"{}"', '"{0}"', '"{a.b}"', '"{syn_retries!r}"', '"%s%n"'),
]
LONG_VALUES = [
    *(
        f'"{part * count}"'
        for part, count in (("{client}", 500), ("a", 100000), ("{", 100000), ("{a}", 30000))
    ),
    *(f'"{part * count}"' for part, count in (("1s", 50000), ("syn ", 30000), ("9", 100000))),
    *("[" + "1," * 50000 + "]", "[" + "{}," * 40000 + "]", '["' + '","'.join("abcdefgh" * 1000) + '"]'),
    "{" + ",".join(f"a{k}=1" for k in range(12000)) + "}",
]


@pytest.mark.parametrize("value", VALUES_OF_WRONG_KINDS + LONG_VALUES, ids=lambda value: ascii(value[:20]))
def test_a_hostile_value_in_any_place_is_a_sentence(value):
    keys = list(re.finditer(r"(?m)^( *[a-z_.]+ *= *)[^\n']+$", TIMEOUT))
    for found in keys[:: 11 if len(value) > 1000 else 1]:
        text = TIMEOUT[: found.end(1)] + value + TIMEOUT[found.end() :]
        outcome(text)


LONG_TEXTS = [
    *("", "\n" * 100000, "#" * 100000, "\ufeff", "\ud800", "\r" * 1000, "a = 1 # \x7f", "é" * 60000),
    *(mark * 100000 for mark in ("[", "{", '"', "'", "\\")),
    *("a=" * 60000, "a." * 60000, "[a." * 30000, "a = [" + "#\n" * 60000),
    *("a = '''" + "'" * 100000, 'a = """' + "\\" * 100000, 'a = """' + '"' * 99999),
    *(
        "[[a]]\n" * 20000,
        "[[step]]\n" * 14000,
        "[[expect]]\n" * 12000,
        "[[links]]\n[[links.faults]]\n" * 4000,
    ),
    "".join(f"[hosts.h{k}]\n" for k in range(8000)),
    "".join(f"[parameters.p{k}]\n" for k in range(6000)),
    "".join(f"k{k}=1\n" for k in range(12000)),
    "hosts.a={}\nhosts.b={}\nlinks=[" + '{path=["a","b"]},' * 7000 + "]",
    "hosts.a={}\nlinks=[{path=[" + '"a",' * 30000 + "]}]",
]
TABLES_OF_WRONG_KINDS = [
    "".join(f"{key} = {value}\n" for key in ("hosts", "links", "step", "expect", "record", "parameters"))
    for value in ("1", "[]", "{}", "[1]", "{a=1}", "[{}]", "[[]]", '""')
] + [
    "record = {captures=1}",
    "expect = [{finding = 1, packets = 1}]",
    "links = [{path = [1], faults = [[]]}]",
]


@pytest.mark.parametrize("text", LONG_TEXTS + TABLES_OF_WRONG_KINDS, ids=lambda text: ascii(text[:20]))
def test_a_hostile_text_is_sentences(text):
    outcome(text)


def test_a_text_of_the_largest_size_is_read_soon():
    text = TIMEOUT + "#" * HUGE
    assert isinstance(outcome(text), Experiment)
    assert outcome(text + "#" * 200)[0].row == 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_sentences(data):
    outcome(data)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.integers(0, len(TIMEOUT)), st.integers(0, 60))
def test_any_text_within_a_declaration_gives_sentences_or_an_experiment(piece, at, gone):
    outcome(TIMEOUT[:at] + piece + TIMEOUT[at + gone :])


VALUES = st.sampled_from(
    [
        *(
            "1",
            "-1",
            "0",
            "true",
            "nan",
            "2026-01-15T09:00:00Z",
            "[]",
            "{}",
            "[{}]",
            "[1, 2]",
            "{ least = 1 }",
        ),
        *(
            f'"{word}"'
            for word in ("1s", "5%", "syn", "*", "step 2", "client", "fw", "{client}", "{syn_retries}")
        ),
        *('["client"]', '["syn", "rst"]'),
    ]
)
LINES = TIMEOUT.splitlines(keepends=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), VALUES), min_size=1, max_size=4))
def test_any_value_at_any_key_gives_sentences_or_an_experiment(changes):
    lines = list(LINES)
    for row, value in changes:
        key, equals, _ = lines[row].partition("=")
        if equals:
            lines[row] = f"{key}= {value}\n"
    outcome("".join(lines))


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_lines_in_any_order_give_sentences_or_an_experiment(rng: random.Random, count):
    lines = (TIMEOUT + SIX).splitlines(keepends=True)
    rng.shuffle(lines)
    outcome("".join(lines[: count * 10]))


@pytest.mark.parametrize("name", GOOD)
def test_without_any_one_line_there_are_sentences_or_an_experiment(name):
    lines = GOOD[name].splitlines(keepends=True)
    for row in range(len(lines)):
        outcome("".join(lines[:row] + lines[row + 1 :]))
