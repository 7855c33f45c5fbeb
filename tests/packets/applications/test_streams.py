"""Streams: however segments are cut, repeated and shuffled, the same is read; and memory has its bounds."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.applications import NOTES, ApplicationLimits, Applications, limits
from tests.packets.applications.build import (
    CLIENT,
    SERVER,
    client_hello,
    dns,
    extension,
    fed,
    over_tcp,
    question,
    same,
    server_hello,
    sni,
    stream,
    texts,
    tls_record,
    told,
)

TLS = b"".join(
    (
        tls_record(22, client_hello(sni(b"www.example.org"), extension(99, bytes(300)))[:200]),
        tls_record(22, client_hello(sni(b"www.example.org"), extension(99, bytes(300)))[200:]),
        *(tls_record(20, b"\1"), tls_record(22, b"\xaa" * 40), tls_record(23, b"x" * 2000)),
        *(tls_record(23, b"y" * 100), tls_record(21, b"z" * 26)),
    )
)
HTTP = (
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n"
    + b"GET / HTTP/1.1\r\n" * 18
    + b"123456789012"
    b"PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nGET /y \r\n0\r\n\r\nHEAD /z HTTP/1.1\r\n\r\n"
)
RESPONSES = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1 body!HTTP/1.1 404 Not Found\r\nHost: b\r\n\r\n"
)
DNS = b"".join(over_tcp(dns(question(b"a%d.example.org" % n), number=n)) for n in range(20))
SPOKEN = {"tls": TLS, "http": HTTP, "responses": RESPONSES, "dns": DNS}
streams = st.sampled_from(list(SPOKEN.values()))


@given(st.data())
def test_however_a_stream_is_cut_the_same_is_read(data):
    whole = data.draw(streams)
    cuts = data.draw(st.lists(st.integers(1, len(whole)), max_size=12))
    assert same(fed(*stream(whole, cuts)), fed(*stream(whole)))


@pytest.mark.parametrize("whole", SPOKEN.values(), ids=SPOKEN)
def test_byte_by_byte_the_same_is_read(whole):
    facts = fed(*stream(whole, range(len(whole))))
    assert same(facts, fed(*stream(whole)))
    assert len(facts.dns) + len(facts.tls) + len(facts.http) >= 3


@given(st.data())
def test_however_segments_are_shuffled_and_repeated_the_same_is_read(data):
    whole = data.draw(streams)
    segments = stream(whole, data.draw(st.lists(st.integers(1, len(whole)), max_size=12)))
    segments += data.draw(st.lists(st.sampled_from(segments), max_size=5))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    overlap = [(CLIENT, start + 1, whole[start:end])] if start < end else []
    shuffled = data.draw(st.permutations(segments + overlap))
    assert same(fed(*shuffled), fed(*stream(whole)))


@given(st.data())
def test_a_stream_that_ends_anywhere_gives_the_beginning_of_its_rows(data):
    whole = data.draw(streams)
    size = data.draw(st.integers(0, len(whole) - 1))
    facts, complete = fed(*stream(whole[:size])) if size else fed(), fed(*stream(whole))
    for name in ("dns", "tls", "http"):
        some, every = getattr(facts, name), told(getattr(complete, name))
        assert len(some) <= len(every)
        assert all(found in every for found in told(some[some["whole"]]))


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-5, 60), st.binary(max_size=40)), max_size=12))
def test_no_segments_raise(segments):
    facts = fed(*segments)
    assert facts.notes.keys() <= NOTES.keys()


@given(st.data())
@settings(max_examples=200)
def test_no_damage_raises_and_no_text_is_dangerous(data):
    damaged = bytearray(data.draw(streams))
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    segments = stream(bytes(damaged), data.draw(st.lists(st.integers(1, len(damaged)), max_size=6)))
    cut = [
        (*segment, len(segment[2]) + data.draw(st.sampled_from([0, 0, 0, 7, 2000]))) for segment in segments
    ]
    facts = fed(*data.draw(st.permutations(cut)))
    assert all(32 <= byte < 127 and byte not in b"<>\"'`" for text in texts(facts) for byte in text)


def test_the_first_copy_of_a_byte_counts():
    facts = fed((CLIENT, 1, b"GET /true HT"), (CLIENT, 5, b"/fake HTTP/1.1\r\n\r\n"))
    assert facts.http["target"].tolist() == [b"/true"]


def test_a_hole_that_is_never_filled_is_counted_and_the_next_message_is_found():
    records = [tls_record(22, client_hello()), tls_record(23, bytes(9)), tls_record(21, b"\2\x28")]
    first, second = len(records[0]), len(records[1])
    facts = fed((CLIENT, 1, records[0]), (CLIENT, 1 + first + second, records[2]))
    assert facts.tls["content_type"].tolist() == [22, 21]
    assert facts.notes == {"hole": 1}


def test_a_hole_inside_a_record_costs_only_that_record():
    hello = tls_record(22, server_hello(extension(99, bytes(500))))
    rest = tls_record(20, b"\1") + tls_record(21, bytes(26))
    facts = fed((SERVER, 1, hello[:100]), (SERVER, 301, hello[300:] + rest))
    assert facts.tls[["content_type", "whole"]].tolist() == [(22, False), (21, True)]
    assert facts.notes == {"hole": 1}
    cut = fed((SERVER, 1, hello[:100], len(hello)), (SERVER, 1 + len(hello), rest))
    assert cut.tls["encrypted"].tolist() == [False, True]
    assert cut.notes == {"cut": 1}


def test_a_stream_that_begins_with_other_words_is_read_from_its_first_hello():
    assert fed((CLIENT, 500, tls_record(22, client_hello(sni(b"mail.example.org"))))).tls["sni"] == [
        b"mail.example.org"
    ]


def test_both_protocols_are_seen_whatever_the_port():
    facts = fed((CLIENT, 1, TLS), (SERVER, 1, b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
    assert facts.http["status"].tolist() == [400]
    assert facts.tls["handshake"].tolist()[0] == 1


def test_what_is_neither_is_counted_once():
    facts = fed(*stream(b"EHLO mail.example.org\r\n" * 50, range(0, 1000, 23)))
    assert facts.notes == {"not_recognised": 1}


def test_a_message_that_never_ends_is_counted():
    assert fed((CLIENT, 1, b"GET / HTTP/1.1\r\nHost: a")).notes == {"unfinished": 1}
    assert fed((CLIENT, 1, b"GET / HTTP/1.1\r\n\r\n")).notes == {}


def test_what_waits_behind_a_hole_is_bounded_in_one_direction():
    hello = tls_record(22, client_hello())
    late = [(CLIENT, 1 + len(hello) + 1000 * n, b"\x17\x03\x03\x03\xe3" + bytes(995)) for n in range(100)]
    segments = [*late[::-1], (CLIENT, 1, hello)]
    assert fed(*segments).tls["content_type"].tolist() == [23, 22]  # by frame
    for bound in (ApplicationLimits(most_pieces=50), ApplicationLimits(most_held=50_000)):
        facts = fed(*segments, limits=bound)
        assert facts.tls["content_type"].tolist() == [23]


def test_what_is_sent_again_after_the_reading_ended_is_not_read_again():
    head = b"HTTP/1.1 200 OK\r\n\r\n"  # and then all until the close
    facts = fed((SERVER, 1, head), (SERVER, 1, head + b"and some body"))
    assert facts.http["status"].tolist() == [200]
    body = (SERVER, 1 + len(head), b"body" * 9), (SERVER, 1 + len(head), head)
    facts = fed((SERVER, 1, head), body[0], (SERVER, 1, head), body[1])
    assert facts.http["status"].tolist() == [200]


def test_all_that_waits_is_bounded_over_all_directions():
    applications = Applications(ApplicationLimits(most_kept=1_000_000))
    half = tls_record(22, client_hello(extension(99, bytes(15_000))))[:-1]
    tracemalloc.start()
    for connection in range(2_000):
        applications.segment(connection, 0, 1, 0, 1, half, len(half))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    facts = applications.finish()
    assert size < 10_000_000
    assert facts.notes["memory"] > 1_900
    assert facts.notes["memory"] + facts.notes["unfinished"] == 2_000
    assert len(facts.tls) == 2_000


def test_directions_are_bounded_and_the_quietest_are_given_up():
    applications = Applications(ApplicationLimits(most_streams=20))
    head = b"GET / HTTP/1.1\r\n"
    applications.segment(0, 0, 1, 0, 1, head, len(head))
    for connection in range(1, 100):
        applications.segment(connection, 0, 2, 0, 1, head, len(head))
        applications.segment(0, 0, 3, 0, 17 + 6 * (connection - 1), b"a: b\r\n", 6)
    applications.segment(0, 0, 4, 0, 17 + 6 * 99, b"\r\n", 2)
    facts = applications.finish()
    assert facts.http["whole"].tolist().count(True) == 1
    assert 80 <= facts.notes["forgotten"] <= 90


HOSTILE = {
    "bytes in reverse": [(CLIENT, 100_000 - n, b"G") for n in range(99_000)],
    "one byte a segment": stream(b"GET / HTTP/1.1\r\n" + b"a" * 60_000, range(60_016)),
    "a record byte by byte": stream(tls_record(22, client_hello(extension(9, bytes(15_000)))), range(16_000)),
    "empty records": [(CLIENT, 1 + 60_000 * n, b"\x17\x03\x03\0\0" * 12_000) for n in range(5)],
    "tiny messages": [(CLIENT, 1 + 60_005 * n, tls_record(22, b"\x0e\0\0\0" * 4000) * 4) for n in range(3)],
    "tiny lines": stream(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 30_000),
    "jumps": [(CLIENT, 2**40 * (n % 7) - 2**39, b"\x17\x03\x03") for n in range(50_000)],
    "empty lines": stream(b"\r\n" * 50_000, range(0, 100_000, 5)),
}


@pytest.mark.parametrize("segments", HOSTILE.values(), ids=HOSTILE)
def test_hostile_streams_cost_no_more_than_others(segments):
    started = time.perf_counter()
    fed(*segments)
    assert time.perf_counter() - started < 3


def test_segments_of_which_the_capture_has_nothing_do_no_harm():
    facts = fed((CLIENT, 1, b"", 100), (CLIENT, 101, b"", 0), (CLIENT, 101, b"GET / HTTP/1.1\r\n\r\n"))
    assert facts.http["whole"].tolist() == [True]


def test_nothing_at_all_gives_empty_tables():
    facts = fed()
    assert (len(facts.dns), len(facts.tls), len(facts.http), facts.notes) == (0, 0, 0, {})


def test_every_described_note_is_counted_somewhere():
    sources = [path.read_text("utf-8") for path in Path(limits.__file__).parent.glob("*.py")]
    code = "".join(source for source in sources if "NOTES = {" not in source)
    assert {name for name in NOTES if f'"{name}"' not in code} == set()
