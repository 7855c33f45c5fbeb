"""The guest's words: whatever arrives, in whatever pieces, is understood or Malformed, and nothing else."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workers.lab import channel
from workers.lab.channel import Channel, Malformed, files_of

WANTED = files_of(["client.pcap"])
WHOLE = (
    b'{"at":1000,"step":2}\n'
    b'{"file":"record.json","bytes":3}\n{}\n'
    b'{"file":"trace.txt","bytes":0}\n'
    b'{"file":"captures/client.pcap","bytes":7}\n\n{"end"'
    b'{"end":true}\n'
)
FILES = {"record.json": b"{}\n", "trace.txt": b"", "captures/client.pcap": b'\n{"end"'}


def heard(data: bytes, most: int = 10_000, size: int = 1 << 30, wanted=WANTED) -> Channel:
    """A channel that has heard the data in pieces of that size."""
    one = Channel(wanted, most)
    for start in range(0, len(data), size):
        one.hear(data[start : start + size])
    return one


def outcome(data: bytes, size: int) -> object:
    """Everything that the channel knows afterwards, or that it was refused."""
    told = []
    one = Channel(WANTED, 10_000, told.append)
    try:
        for start in range(0, len(data), size):
            one.hear(data[start : start + size])
    except Malformed:
        return Malformed
    return one.files, one.ended, one.refused, one.failed, one.complete(), one.coming, bytes(one.waiting), told


def test_files_are_announced_then_follow_whatever_is_in_them():
    one = heard(WHOLE)
    assert one.files == FILES
    assert one.complete()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 30, 64])
def test_pieces_of_any_size_say_the_same(size):
    assert outcome(WHOLE, size) == outcome(WHOLE, len(WHOLE))


def test_progress_is_handed_on_within_bounds():
    told = []
    one = Channel(WANTED, 10_000, told.append)
    one.hear(b'{"at":5,"step":1}\n{"at":-5,"step":-1}\n{"at":%d,"step":99999}\n' % 10**30)
    assert told == [{"at_ns": 5, "step": 1}, {"at_ns": 0, "step": 0}, {"at_ns": 1 << 62, "step": 1000}]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"no JSON",
        b"[]",
        b'"end"',
        b"null",
        b"\0",
        b"\xff\xfe",
        b"{",
        b'{"end":1}',
        b'{"end":"true"}',
        b'{"end":false}',
        b'{"at":1}',
        b'{"at":true,"step":1}',
        b'{"at":1.5,"step":1}',
        b'{"at":"1","step":1}',
        b'{"at":NaN,"step":1}',
        b'{"file":"record.json"}',
        b'{"file":"record.json","bytes":true}',
        b'{"file":"record.json","bytes":1.0}',
        b'{"file":"record.json","bytes":"1"}',
        b'{"file":"record.json","bytes":null}',
        b'{"file":"record.json","bytes":-1}',
        b'{"file":"record.json","bytes":1000000}',
        b'{"file":["record.json"],"bytes":1}',
        b'{"file":"/etc/passwd","bytes":1}',
        b'{"file":"captures/../record.json","bytes":1}',
        b'{"file":"captures/other.pcap","bytes":1}',
        b'{"file":"record.json\\u0000","bytes":1}',
        b'{"file":"\\ud800","bytes":1}',
        b'{"refused":1}',
        b'{"failed":null}',
        b'{"\\ud800":1}',
        b'{"ready":"6.1","refused":[]}',
        b'{"bytes":' + b"9" * 5000 + b"}",
        b"[" * 50_000,
        b'{"a":' * 10_000,
    ],
)
def test_what_the_agent_never_says_is_malformed(line):
    with pytest.raises(Malformed) as refused:
        heard(line + b"\n", 1_000_000)
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()


def test_a_file_comes_once():
    with pytest.raises(Malformed, match="nobody asked for"):
        heard(b'{"file":"trace.txt","bytes":0}\n' * 2)


def test_words_after_the_end_are_malformed_and_bytes_after_it_leave_the_answer_incomplete():
    with pytest.raises(Malformed, match="after the end"):
        heard(WHOLE + b'{"at":1,"step":1}\n')
    assert not heard(WHOLE + b"x").complete()


@pytest.mark.parametrize("count", range(len(FILES)))
def test_an_answer_without_one_of_its_files_is_not_complete(count):
    said = b"".join(b'{"file":"%s","bytes":0}\n' % name.encode() for name in sorted(WANTED)[:count])
    one = heard(said + b'{"end":true}\n')
    assert one.ended
    assert not one.complete()


def test_a_file_that_stops_halfway_is_not_complete():
    one = heard(b'{"file":"trace.txt","bytes":9}\nhalf')
    assert "trace.txt" not in one.files
    assert not one.complete()


def test_more_than_was_allowed_is_malformed_before_it_is_kept():
    with pytest.raises(Malformed, match="more than 100 bytes"):
        heard(b"x" * 101, most=100)
    with pytest.raises(Malformed, match="90 bytes of trace"):
        heard(b'{"file":"trace.txt","bytes":90}\n', most=100)


@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_a_line_is_too_long_in_one_piece_as_in_many(size):
    padding = b" " * channel.LINE
    with pytest.raises(Malformed, match="without end"):
        heard(padding + b'{"end":true}\n', 1 << 20, size)
    fits = b" " * (channel.LINE - 12) + b'{"end":true}\n'
    assert heard(fits, 1 << 20, size).ended


def test_lines_are_counted():
    line = b'{"at":1,"step":1}\n'
    heard(line * channel.LINES, 1 << 20)
    with pytest.raises(Malformed, match="too many lines"):
        heard(line * (channel.LINES + 1), 1 << 20)


@pytest.mark.parametrize("word", ["refused", "failed"])
def test_the_guests_sentence_ends_the_run_and_is_bounded_text(word):
    said = {word: "\0\ud800" + "x" * 5000}
    one = heard(json.dumps(said).encode() + b"\n")
    kept = getattr(one, word)
    assert one.ended
    assert len(kept) == channel.SAID
    assert "\0" not in kept
    kept.encode()


FUZZ = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
WORDS = st.sampled_from(
    [*WHOLE.splitlines(keepends=True), b"\n", b"{", b"\0", b'{"file":"trace.txt","bytes":3}\n']
)


@FUZZ
@given(st.lists(WORDS | st.binary(max_size=40), max_size=12).map(b"".join), st.integers(1, 50))
def test_only_malformed_escapes_and_the_pieces_do_not_matter(data, size):
    assert outcome(data, size) == outcome(data, len(data) or 1)


TEXT = st.text("a\0é/", max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(["at", "step", "file", "bytes", "end", "refused", "failed"])


@FUZZ
@given(st.dictionaries(KEYS, JSON | st.sampled_from(sorted(WANTED)), max_size=3))
def test_any_object_is_understood_or_malformed(said):
    outcome(json.dumps(said).encode() + b"\n", 1 << 20)
