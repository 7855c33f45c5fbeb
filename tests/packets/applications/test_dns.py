"""DNS messages: what the rows say of them, and of those that lie."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.applications import NOTES, ApplicationLimits, Applications
from tests.packets.applications.build import dns, dns_name, question, record, row

V6 = bytes.fromhex("20010db8000000000000000000000001")


def datagram(data, whole=True, limits=None):
    applications = Applications(limits) if limits else Applications()
    applications.datagram(3, 1, 9, 1234, data, whole)
    return applications.finish()


def test_a_query_is_a_row_with_its_place_and_its_question():
    found = row(datagram(dns(question(b"www.example.org", 28), number=0xBEEF)).dns)
    assert (found["connection"], found["side"], found["frame"], found["time_ns"]) == (3, 1, 9, 1234)
    assert (found["id"], found["response"], found["rd"], found["whole"]) == (0xBEEF, False, True, True)
    assert (found["qname"], found["qtype"], found["qclass"]) == (b"www.example.org", 28, 1)
    assert (found["transport"], found["edns_size"], found["smallest_ttl"]) == (0, -1, -1)


def test_an_answer_gives_its_addresses_alias_and_smallest_ttl():
    records = (
        *(record(5, dns_name(b"cdn.example.net"), ttl=300), record(1, b"\xc0\0\2\1", ttl=20)),
        *(record(28, V6, ttl=50), record(16, b"\4text", ttl=5)),
    )
    found = row(datagram(dns(question(), *records, flags=0x8580, counts=(1, 4, 0, 0))).dns)
    assert (found["response"], found["aa"], found["ra"], found["answers"]) == (True, True, True, 4)
    assert found["addresses"] == b"192.0.2.1,2001:db8::1"
    assert (found["cname"], found["smallest_ttl"]) == (b"cdn.example.net", 5)


def test_only_the_first_four_addresses_are_kept():
    answers = [record(1, bytes([192, 0, 2, number])) for number in range(1, 8)]
    found = row(datagram(dns(question(), *answers, flags=0x8180, counts=(1, 7, 0, 0))).dns)
    assert found["addresses"] == b"192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4"


def test_the_response_code_has_its_upper_bits_from_edns():
    opt = record(41, b"", b"\0", ttl=0x01008000, kind_class=1232)
    found = row(datagram(dns(question(), opt, flags=0x8180, counts=(1, 0, 0, 1))).dns)
    assert (found["rcode"], found["edns_size"], found["edns_do"]) == (16, 1232, True)


def test_the_flag_to_flush_the_cache_hides_no_address_of_multicast_dns():
    answer = record(1, b"\xc0\0\2\1", dns_name(b"printer.local"), kind_class=0x8001)
    found = row(datagram(dns(answer, flags=0x8400, counts=(0, 1, 0, 0))).dns)
    assert (found["addresses"], found["qname"], found["qtype"]) == (b"192.0.2.1", b"", -1)


def test_the_root_is_a_dot_and_a_dot_inside_a_label_is_escaped():
    assert row(datagram(dns(question(b""))).dns)["qname"] == b"."
    name = b"\5a.b<c\3org\0" + b"\0\1\0\1"
    assert row(datagram(dns(name)).dns)["qname"] == b"a\\x2eb\\x3cc.org"


def test_a_name_of_strange_bytes_stays_within_its_field_and_says_that_it_was_cut():
    found = row(datagram(dns((b"\x3f" + b"\xff" * 63) * 3 + b"\0\0\1\0\1")).dns)["qname"]
    assert len(found) == 253
    assert found.startswith(b"\\xff\\xff")
    assert found.endswith(b"\\~")


BAD = {
    "pointer to itself": dns(b"\xc0\x0c\0\1\0\1"),
    "pointers in a circle": dns(b"\xc0\x0e\xc0\x0c\0\1\0\1"),
    "pointer forward": dns(b"\xc0\x20\0\1\0\1" + bytes(40)),
    "name too long": dns((b"\x3f" + b"a" * 63) * 5 + b"\0\0\1\0\1"),
    "label of an unknown kind": dns(b"\x80abc\0\0\1\0\1"),
    "65,535 questions": dns(question(), counts=(65535,) * 4),
    "65,535 answers": dns(question(), flags=0x8180, counts=(1, 65535, 65535, 65535)),
    "record longer than the message": dns(question(), b"\0\0\1\0\1\0\0\0\1\xff\xff", counts=(1, 1, 0, 0)),
    "address of five bytes": dns(question(), record(1, b"12345"), counts=(1, 1, 0, 0)),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_message_that_contradicts_itself_is_a_row_that_is_not_whole(data):
    facts = datagram(data)
    assert not row(facts.dns)["whole"]
    assert facts.notes == {"dns_malformed": 1}


def test_what_stands_before_the_damage_is_kept():
    found = row(datagram(dns(question(), record(1, b"\xc0\0\2\1"), b"\xff", counts=(1, 2, 0, 0))).dns)
    assert (found["qname"], found["addresses"]) == (b"www.example.org", b"192.0.2.1")


def test_a_pointer_chain_ends_however_long_it_is():
    chain = b"".join((0xC000 | 12 + 2 * max(n - 1, 0)).to_bytes(2, "big") for n in range(8000))
    chain = b"\1a\0\0" + chain  # the first pointers lead to a real name
    started = time.perf_counter()
    for _ in range(50):
        datagram(dns(chain, counts=(4000, 0, 0, 0)))
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(("jumps", "is_followed"), [(20, True), (100, False)])
def test_pointers_are_followed_more_often_than_anyone_needs_and_no_more(jumps, is_followed):
    places = [
        12,
        *range(30, 30 + 2 * jumps, 2),
    ]  # each pointer leads to the one before it, the first to a name
    *chain, last = [(0xC000 | place).to_bytes(2, "big") for place in places]
    records = record(10, b"".join(chain), b"\0"), record(5, last, b"\0")
    facts = datagram(dns(question(b"a"), *records, counts=(1, 2, 0, 0)))
    assert row(facts.dns)["cname"] == (b"a" if is_followed else b"")
    assert row(facts.dns)["whole"] == is_followed


def test_a_message_of_too_many_records_is_read_up_to_the_bound():
    many = dns(question(), *[record(1, b"\xc0\0\2\1")] * 900, counts=(1, 900, 0, 0))
    facts = datagram(many, limits=ApplicationLimits(most_records=10))
    assert facts.notes == {"dns_records_left_out": 1}
    assert row(facts.dns)["answers"] == 900


def test_rows_behind_the_bound_are_counted():
    applications = Applications(ApplicationLimits(most_rows=100))
    for frame in range(1, 251):
        applications.datagram(0, 0, frame, 0, dns(question()), True)
    facts = applications.finish()
    assert (len(facts.dns), facts.notes) == (100, {"dns_rows_left_out": 150})


def test_what_is_too_short_for_a_header_is_counted_and_is_no_row():
    facts = datagram(bytes(11))
    assert (len(facts.dns), facts.notes) == (0, {"dns_short": 1})


FULL = dns(
    question(), record(5, b"\3cdn\xc0\x10"), record(1, b"\xc0\0\2\1"), record(41, b"", b"\0"),
    flags=0x8180, counts=(1, 2, 0, 1),
)  # fmt: skip


@pytest.mark.parametrize("size", range(12, len(FULL)))
def test_a_message_cut_anywhere_is_a_row_of_what_is_there(size):
    facts = datagram(FULL[:size], whole=False)
    found = row(facts.dns)
    assert not found["whole"]
    assert found["qname"] == (b"www.example.org" if size >= 29 else b"")
    assert found["addresses"] == (b"192.0.2.1" if size >= 67 else b"")
    assert facts.notes in ({"dns_cut": 1}, {})


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise(data, whole):
    facts = datagram(data, whole)
    assert len(facts.dns) == (len(data) >= 12)
    assert facts.notes.keys() <= NOTES.keys()


@given(st.data())
def test_no_damage_raises(data):
    damaged = bytearray(FULL)
    for at in data.draw(st.lists(st.integers(0, len(FULL) - 1), max_size=4)):
        damaged[at] = data.draw(st.sampled_from([0, 1, 0xC0, 0x3F, 0xFF]))
    assert len(datagram(bytes(damaged)).dns) == 1
