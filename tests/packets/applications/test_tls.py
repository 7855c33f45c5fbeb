"""TLS records: hellos, certificates and alerts, and what an attacker makes of them."""

import shutil
import ssl
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.applications import ApplicationLimits
from packets.applications.tls_hellos import RETRY
from tests.packets.applications.build import (
    CLIENT,
    SERVER,
    certificate,
    client_hello,
    conversation,
    extension,
    fed,
    handshake,
    row,
    server_hello,
    sni,
    tls_record,
    vector,
)

ALPN = extension(16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1")))
VERSIONS = extension(43, vector(1, b"\x5a\x5a\x03\x04\x03\x03"))
HELLO = client_hello(sni(b"www.example.org"), ALPN, VERSIONS)


def heard(*records, side=CLIENT, limits=None):
    return fed((side, 1, b"".join(records)), limits=limits)


def test_a_client_hello_tells_what_it_offers():
    found = row(heard(tls_record(22, HELLO, 0x0301)).tls)
    assert (found["handshake"], found["content_type"], found["record_version"]) == (1, 22, 0x0301)
    assert (found["legacy_version"], found["version"], found["ciphers"]) == (0x0303, 0x0304, 2)
    assert (found["sni"], found["alpn"], found["whole"]) == (b"www.example.org", b"h2", True)
    assert (found["cipher"], found["alert_level"], found["not_after"]) == (-1, -1, -1)
    assert found["record_length"] == len(HELLO) == found["length"] + 4


def test_a_server_hello_tells_what_it_chose():
    chosen = extension(43, b"\x03\x04") + extension(16, vector(2, vector(1, b"h2")))
    found = row(heard(tls_record(22, server_hello(chosen, cipher=0x1301)), side=SERVER).tls)
    assert (found["side"], found["handshake"], found["retry"]) == (1, 2, False)
    assert (found["legacy_version"], found["version"], found["cipher"]) == (0x0303, 0x0304, 0x1301)
    assert (found["alpn"], found["ciphers"]) == (b"h2", -1)


def test_hellos_without_extensions_are_whole():
    rows = heard(tls_record(22, client_hello(version=0x0301)), tls_record(22, server_hello())).tls
    assert rows["whole"].all()
    assert rows["version"].tolist() == [0x0301, 0x0303]


def test_a_hello_retry_request_is_known_by_its_random_and_what_follows_is_still_read():
    ccs = tls_record(20, b"\1")
    rows = heard(tls_record(22, server_hello(random=RETRY)), ccs, tls_record(22, server_hello())).tls
    assert rows["retry"].tolist() == [True, False]


def test_a_draft_counts_only_where_no_final_version_is_offered():
    draft = extension(43, vector(1, b"\x7f\x1c\x03\x03"))
    assert row(heard(tls_record(22, client_hello(draft))).tls)["version"] == 0x0303
    draft = extension(43, vector(1, b"\x7f\x1c"))
    assert row(heard(tls_record(22, client_hello(draft))).tls)["version"] == 0x7F1C


def test_alerts_in_clear_text_have_level_and_description_and_others_only_say_that_they_are_encrypted():
    rows = heard(tls_record(21, b"\2\x28"), tls_record(20, b"\1"), tls_record(21, bytes(26))).tls
    assert rows["alert_level"].tolist() == [2, -1]
    assert rows["alert_description"].tolist() == [40, -1]
    assert rows["encrypted"].tolist() == [False, True]


def test_only_the_first_application_data_of_a_direction_is_a_row():
    facts = fed((CLIENT, 1, tls_record(23, bytes(50)) * 3), (SERVER, 1, tls_record(23, bytes(9))))
    assert facts.tls[["side", "frame", "record_length"]].tolist() == [(0, 1, 50), (1, 2, 9)]


def test_encrypted_handshakes_are_no_rows():
    rows = heard(tls_record(22, HELLO), tls_record(20, b"\1"), tls_record(22, bytes(40))).tls
    assert rows["handshake"].tolist() == [1]
    facts = heard(tls_record(22, b"\x9a" * 40), tls_record(21, b"\1\0"))
    assert (row(facts.tls)["alert_level"], facts.notes) == (1, {"tls_unknown_handshake": 1})


def test_a_nonce_of_zeros_is_no_row_and_a_true_hello_request_is_one():
    assert heard(tls_record(22, bytes(8) + b"\x9a" * 32)).notes == {"tls_unknown_handshake": 1}
    assert heard(tls_record(22, bytes(8) + b"\x9a" * 32)).tls.tolist() == []
    assert heard(tls_record(22, b"\x0e\0\0\1\0")).tls.tolist() == []
    assert row(heard(tls_record(22, bytes(4))).tls)["handshake"] == 0


def test_several_messages_in_one_record_and_one_message_in_several_records():
    both = server_hello() + handshake(11, vector(3, b"")) + handshake(14, b"")
    pieces = [tls_record(22, both[at : at + 11]) for at in range(0, len(both), 11)]
    for records in ([tls_record(22, both)], pieces):
        assert heard(*records).tls["handshake"].tolist() == [2, 11, 14]


def test_a_message_is_complete_in_the_frame_of_its_last_byte():
    data = tls_record(22, HELLO)
    facts = fed(
        (CLIENT, 1, data[:3]), (CLIENT, 4, data[3:20]), (CLIENT, 21, data[20:]), (CLIENT, 21, data[20:])
    )
    assert facts.tls[["first_frame", "frame", "time_ns"]].tolist() == [(1, 3, 3000)]


def test_a_message_in_two_records_begins_in_the_frame_of_the_first():
    one, two = tls_record(22, HELLO[:50]), tls_record(22, HELLO[50:])
    facts = fed((CLIENT, 1, one), (CLIENT, 1 + len(one), two))
    assert facts.tls[["first_frame", "frame"]].tolist() == [(1, 2)]


def test_half_a_message_is_told_when_no_record_follows():
    facts = heard(tls_record(22, HELLO[:100]), b"\x99" * 50)
    assert facts.tls[["handshake", "whole", "sni"]].tolist() == [(1, False, b"www.example.org")]


def test_frames_are_those_of_arrival_when_segments_arrive_out_of_order():
    data = tls_record(22, HELLO)
    facts = fed((CLIENT, 21, data[20:]), (CLIENT, 4, data[3:20]), (CLIENT, 1, data[:3]))
    assert facts.tls[["first_frame", "frame", "time_ns"]].tolist() == [(1, 3, 3000)]


def test_a_name_with_markup_and_control_bytes_is_escaped():
    name = b"<script>alert('\x1b[31m')</script>\xe2\x80\xae\0\\x"
    found = row(heard(tls_record(22, client_hello(sni(name)))).tls)["sni"]
    assert found == (b"\\x3cscript\\x3ealert(\\x27\\x1b[31m\\x27)\\x3c/script\\x3e\\xe2\\x80\\xae\\x00\\x5cx")


LIES = {
    "extensions longer than the message": client_hello(extension(0, b"")[:2] + b"\xff\xff"),
    "name longer than its extension": client_hello(extension(0, vector(2, b"\0\xff\xffabc"))),
    "protocol longer than its list": client_hello(extension(16, b"\0\x03\xffh2")),
    "more extensions than there are": client_hello(ALPN)
    .replace(ALPN, b"")
    .replace(vector(2, ALPN)[:2], b"\xff\xff" + ALPN),
    "more ciphers than bytes": handshake(1, b"\3\3" + bytes(33) + b"\xff\xfe\x13\x01"),
    "session id longer than the message": handshake(1, b"\3\3" + bytes(32) + b"\xff"),
    "no random": handshake(2, b"\3\3"),
}


@pytest.mark.parametrize("message", LIES.values(), ids=LIES)
def test_lengths_that_lie_inside_a_hello_end_its_reading_and_nothing_else(message):
    facts = heard(tls_record(22, message), tls_record(21, b"\2\x32"))
    assert facts.tls["whole"].tolist() == [False, True]
    assert facts.tls["alert_description"].tolist() == [-1, 50]
    assert facts.notes == {"tls_malformed": 1}


def test_a_handshake_that_claims_16_mib_is_not_waited_for():
    facts = heard(tls_record(22, b"\x0b\xff\xff\xff" + bytes(100)), tls_record(21, b"\2\x28"))
    assert (row(facts.tls)["alert_description"], facts.notes) == (40, {"tls_long_handshake": 1})


def test_a_record_of_a_wrong_version_or_length_ends_the_reading_until_one_begins_a_segment():
    for bad in (b"\x17\x09\x03\0\1a", b"\x17\x03\x03\xff\xffa", b"\x99\x03\x03\0\1a"):
        first = tls_record(22, HELLO) + bad
        facts = fed((CLIENT, 1, first), (CLIENT, 1 + len(first), tls_record(21, b"\1\0")))
        assert facts.tls["content_type"].tolist() == [22, 21]
        assert facts.notes == {"tls_bad_record": 1}


def test_a_hello_cut_by_the_snaplen_tells_what_is_there():
    data = tls_record(22, client_hello(ALPN, sni(b"www.example.org"), extension(99, bytes(200))))
    facts = fed((CLIENT, 1, data[:100], len(data)), (CLIENT, 1 + len(data), tls_record(21, b"\2\x28")))
    assert facts.tls["whole"].tolist() == [False, True]
    assert facts.tls["sni"].tolist() == [b"www.example.org", b""]
    assert facts.notes == {"cut": 1}


needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="needs openssl (Debian package openssl)"
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """The records that a TLS 1.2 server with a real certificate says first."""
    pem = certificate(tmp_path_factory.mktemp("tls"))
    said = conversation(pem, ssl.TLSVersion.TLSv1_2)
    return next(data for side, data in said if side == SERVER)


@needs_openssl
def test_a_certificate_tells_names_and_times(chain):
    rows = heard(chain, side=SERVER).tls
    found = rows[rows["handshake"] == 11][0]
    assert (found["subject"], found["issuer"], found["certificates"]) == (b"example.org", b"example.org", 1)
    assert found["sans"] == b"example.org,www.example.org,192.0.2.1"
    assert found["not_after"] - found["not_before"] == 30 * 86400


@needs_openssl
@given(data=st.data())
def test_no_damage_to_a_certificate_raises(chain, data):
    damaged = bytearray(chain)
    for at in data.draw(st.lists(st.integers(0, len(chain) - 1), min_size=1, max_size=4)):
        damaged[at] = data.draw(st.integers(0, 255))
    heard(bytes(damaged), side=SERVER)


def der(tag, *parts):
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else b"\x82" + struct.pack(">H", len(data))
    return bytes([tag]) + size + data


def name(*texts, tag=0x0C):
    return der(0x30, *(der(0x31, der(0x30, der(6, b"\x55\x04\x03"), der(tag, text))) for text in texts))


def presented(subject, first=b"500101000000Z", last=b"20500101000000Z", sans=()):
    names = der(0x30, *(der(0x82, text) for text in sans))
    extensions = der(0xA3, der(0x30, der(0x30, der(6, b"\x55\x1d\x11"), der(4, names))))
    times = der(0x30, der(0x17, first), der(0x18, last))
    start = der(0xA0, der(2, b"\2")), der(2, b"\1"), der(0x30)
    inner = der(0x30, *start, name(b"CA"), times, subject, der(0x30), extensions)
    return row(heard(tls_record(22, handshake(11, vector(3, vector(3, der(0x30, inner)))))).tls)


def test_times_of_two_and_of_four_digits_and_times_that_are_none():
    found = presented(name(b"a"))
    assert (found["not_before"], found["not_after"]) == (-631152000, 2524608000)
    found = presented(name(b"a"), b"490101000000Z", b"20230230000000Z")
    assert (found["not_before"], found["not_after"]) == (2493072000, -1)
    assert presented(name(b"a"), b"\xff" * 13, b"+9999999999999Z")["not_before"] == -1


def test_the_last_common_name_counts_and_utf_16_is_read():
    assert presented(name(b"example", b"www.example.org"))["subject"] == b"www.example.org"
    assert presented(name("a<b".encode("utf-16-be"), tag=0x1E))["subject"] == b"a\\x3cb"


def test_many_alternative_names_are_cut_and_commas_inside_them_are_escaped():
    assert presented(name(b""), sans=[b"a,b", b"c"])["sans"] == b"a\\x2cb,c"
    found = presented(name(b""), sans=[b"%03d.example.org" % n for n in range(200)])["sans"]
    assert (len(found), found[-2:]) == (253, b"\\~")


def test_der_that_lies_is_counted_and_the_message_is_still_a_row():
    for bad in (b"\x30\x84\xff\xff\xff\xff", b"\x30\x80\0\0", b"", b"\x30", b"\x30\x02\x30\x7f"):
        facts = heard(tls_record(22, handshake(11, vector(3, vector(3, bad)))))
        assert (row(facts.tls)["certificates"], facts.notes) == (1, {"certificate_unreadable": 1})


def test_rows_behind_the_bound_are_counted():
    facts = heard(tls_record(21, b"\1\0") * 10, limits=ApplicationLimits(most_rows=4))
    assert (len(facts.tls), facts.notes) == (4, {"tls_rows_left_out": 6})
