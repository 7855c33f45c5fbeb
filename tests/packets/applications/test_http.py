"""HTTP/1 heads: what the rows say of them, how bodies are passed over, and heads that are no such thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.applications import NOTES, ApplicationLimits
from tests.packets.applications.build import CLIENT, SERVER, client_hello, fed, row, stream, tls_record

GET = b"GET /a?b=c HTTP/1.1\r\nHost: example.org\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def said(data, side=CLIENT):
    return fed((side, 1, data))


def test_a_request_tells_its_line_and_the_fields_that_matter():
    data = (
        b"POST /up HTTP/1.1\r\nhOsT:\texample.org \r\nContent-Length: 5\r\nExpect: 100-Continue\r\n"
        b"Connection: keep-alive, Close\r\nUpgrade: h2c\r\nX-Other: 1\r\n folded\r\n\r\nhello"
    )
    found = row(said(data).http)
    assert (found["request"], found["method"], found["target"]) == (True, b"POST", b"/up")
    assert (found["version"], found["host"], found["content_length"]) == (b"1.1", b"example.org", 5)
    assert (found["expect_continue"], found["close"], found["upgrade"]) == (True, True, b"h2c")
    assert (found["status"], found["chunked"], found["whole"]) == (-1, False, True)


def test_a_response_tells_its_line_and_the_fields_that_matter():
    data = b"HTTP/1.0 302 Moved <b>\r\nLocation: http://example.org/?a=1\r\n"
    data += b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
    found = row(said(data, SERVER).http)
    assert (found["request"], found["status"], found["version"]) == (False, 302, b"1.0")
    assert (found["reason"], found["location"]) == (b"Moved \\x3cb\\x3e", b"http://example.org/?a=1")
    assert (found["chunked"], found["content_length"], found["side"]) == (True, -1, 1)


NEXT = {
    "length": OK,
    "length 0": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "short length": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nH",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5;a="b"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n',
    "no content": b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7000\r\n\r\n",
    "continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "answer to HEAD": b"HTTP/1.1 200 OK\r\nContent-Length: 7000\r\n\r\n",
    "bare newlines": b"HTTP/1.1 200\nContent-Length: 2\n\nab",
}


@pytest.mark.parametrize("first", NEXT.values(), ids=NEXT)
def test_the_next_response_is_found_behind_the_body(first):
    facts = said(first + b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", SERVER)
    assert facts.http["status"].tolist()[1:] == [404]
    assert facts.http["whole"].all()
    assert facts.notes == {}


def test_requests_one_behind_the_other_are_all_found():
    put = b"PUT /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    facts = said(GET + put + b"\r\n" + GET + b"PROPFIND / HTTP/1.1\r\n\r\n")
    assert facts.http["method"].tolist() == [b"GET", b"PUT", b"GET", b"PROPFIND"]


def test_a_body_costs_nothing_and_may_be_missing():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    facts = fed((SERVER, 1, head + b"0" * 100), (SERVER, len(head) + 1000001, OK))
    assert facts.http["status"].tolist() == [200, 200]
    assert facts.notes == {}


def test_a_body_may_be_missing_from_its_first_byte():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    facts = fed((SERVER, 1, head), (SERVER, len(head) + 1000001, OK))
    assert facts.http["content_length"].tolist() == [1000000, 5]
    assert facts.notes == {}


def test_chunks_may_be_many():
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n"
    assert said(chunks + OK, SERVER).http["status"].tolist() == [200, 200]


def test_a_body_until_the_close_ends_where_a_segment_begins_a_response():
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    facts = fed((SERVER, 1, head), (SERVER, 20, b"body HTTP/1.1 500 No"), (SERVER, 40, OK))
    assert facts.http["status"].tolist() == [200, 200]


def test_after_connect_the_same_direction_speaks_tls():
    connect = b"CONNECT example.org:443 HTTP/1.1\r\n\r\n"
    answer = b"HTTP/1.1 200 Connection established\r\n\r\n"
    hello = tls_record(22, client_hello())
    facts = fed(
        *((CLIENT, 1, connect), (SERVER, 1, answer)),
        *((CLIENT, 1 + len(connect), hello), (SERVER, 1 + len(answer), tls_record(21, b"\2\x28"))),
    )
    assert facts.http["target"].tolist() == [b"example.org:443", b""]
    assert facts.tls["content_type"].tolist() == [22, 21]


def test_http_2_in_clear_text_is_named_and_not_followed():
    facts = said(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(30))
    assert (row(facts.http)["method"], facts.notes) == (b"PRI", {"http_2": 1})


def test_a_request_without_a_version_is_one_of_http_0_9():
    found = row(said(b"GET /old thing\r\n\r\n").http)
    assert (found["target"], found["version"]) == (b"/old thing", b"")


LENGTHS = {
    b"5": 5, b"5\r\nContent-Length: 5": 5, b"5\r\nContent-Length: 6": -1, b"-5": -1, b"+5": -1, b"5, 5": -1,
    b"": -1, b"9" * 18: 10**18 - 1, b"9" * 19: -1, b"\xb2": -1,
}  # fmt: skip


@pytest.mark.parametrize(("text", "length"), LENGTHS.items())
def test_a_length_that_is_none_or_contradicts_itself_is_absent(text, length):
    assert (
        row(said(b"GET / HTTP/1.1\r\nContent-Length: " + text + b"\r\n\r\n").http)["content_length"] == length
    )


def test_a_target_of_strange_bytes_is_escaped_and_cut():
    found = row(said(b"GET /\x1b[2J<img src=x>" + b"%41" * 200 + b" HTTP/1.1\r\n\r\n").http)["target"]
    assert found.startswith(b"/\\x1b[2J\\x3cimg src=x\\x3e%41")
    assert (len(found), found[-2:]) == (256, b"\\~")


def test_a_line_without_a_colon_ends_the_head_and_is_counted():
    facts = said(b"GET / HTTP/1.1\r\nHost: a\r\nrubbish\r\n\r\n")
    found = row(facts.http)
    assert (found["host"], found["whole"], facts.notes) == (b"a", False, {"http_malformed": 1})


@pytest.mark.parametrize("chunk", [b"xyz", b"-1", b"f" * 16, b""])
def test_a_chunk_size_that_is_none_ends_the_reading(chunk):
    facts = said(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + b"\r\n" + OK, SERVER)
    assert (row(facts.http)["whole"], facts.notes) == (True, {"http_malformed": 1})


@pytest.mark.parametrize("size", range(4, len(GET)))
def test_a_head_cut_by_the_snaplen_tells_what_is_there(size):
    facts = fed((CLIENT, 1, GET[:size], len(GET)), (CLIENT, 1 + len(GET), GET))
    assert facts.http["whole"].tolist() == [False, True] if size > 3 else [True]
    assert facts.http["method"].tolist() == [b"GET", b"GET"]
    assert facts.http["target"][0] == GET[4:10][: size - 4]
    assert facts.notes == {"cut": 1}


def test_a_head_of_a_megabyte_is_a_row_that_is_not_whole():
    for head in (b"a: " + b"b" * 2**20, b"a: b\r\n" * 2**18):
        facts = fed(*stream(b"GET / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n", range(0, 2**21, 1400)))
        found = row(facts.http)
        assert (found["host"], found["whole"], facts.notes) == (b"x", False, {"http_long_head": 1})


def test_a_long_line_is_no_reason_to_lose_the_others():
    limits = ApplicationLimits(most_line=100)
    data = b"GET /" + b"a" * 200 + b" HTTP/1.1\r\nCookie: " + b"b" * 300 + b"\r\nHost: x\r\n\r\n"
    for cuts in ((), range(0, 600, 1), range(0, 600, 7)):
        facts = fed(*stream(data + GET, cuts), limits=limits)
        assert facts.http["host"].tolist() == [b"x", b"example.org"]
        assert facts.http["target"].tolist()[1] == b"/a?b=c"


@given(st.binary(max_size=200))
def test_no_bytes_in_a_head_raise(data):
    for start in (
        b"GET ",
        b"HTTP/1.1 200 ",
        b"GET / HTTP/1.1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ):
        assert said(start + data).notes.keys() <= NOTES.keys()
