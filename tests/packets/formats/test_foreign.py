"""Files that are no captures: each is refused by its own sentence."""

import random

import pytest

from tests.packets.formats.build import (
    FRAMES,
    header,
    interface,
    packet,
    pcap,
    pcapng,
    reads,
    record,
    refused,
    section,
)

TCPDUMP = b"12:00:00.000001 IP 10.0.0.1.4242 > 10.0.0.2.80: Flags [S], seq 1, win 64240, length 0\n" * 3
HEXDUMP = b"0000  45 00 00 28 00 01 00 00 40 06 00 00 0a 00 00 01   E..(\n0010  0a 00 00 02\n"
XXD = b"00000000: d4c3 b2a1 0200 0400 0000 0000 0000 0000  ................\n"
NAMED = {
    "empty": (b"", "empty", "0 bytes"),
    "one byte": (b"\xd4", "not_a_capture", "1 byte long"),
    "random": (random.Random(7).randbytes(5000), "not_a_capture", "5,000 bytes"),
    "zeros": (bytes(4096), "not_a_capture", "only zeros"),
    "magic only": (b"\xd4\xc3\xb2\xa1", "cut_in_header", "4 of 24 bytes"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "not_a_capture", "PNG picture"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(50), "not_a_capture", "JPEG picture"),
    "elf": (b"\x7fELF\2\1\1" + bytes(50), "not_a_capture", "program"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "not_a_capture", "PDF"),
    "html": (b"<!DOCTYPE html><title>Login</title>", "not_a_capture", "HTML page"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="x"></svg>', "not_a_capture", "SVG"),
    "snoop": (b"snoop\0\0\0\0\0\0\2\0\0\0\4", "foreign_format", "editcap"),
    "netmon": (b"GMBU\0\2" + bytes(100), "foreign_format", "Network Monitor 2"),
    "tcpdump": (TCPDUMP, "foreign_format", "tcpdump -w"),
    "hexdump": (HEXDUMP, "foreign_format", "text2pcap"),
    "xxd": (XXD, "foreign_format", "xxd -r"),
    "base64": (b"1MKyoQIABAAAAAAAAAAAAAAABAABAAAA", "foreign_format", "base64 -d"),
    "pdml": (b'<?xml version="1.0"?>\n<pdml version="0">', "foreign_format", "Save As"),
    "text": ("ただのメモ".encode(), "not_a_capture", "a text file"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(30), "foreign_format", "7-Zip"),
}


@pytest.mark.parametrize("name", NAMED)
def test_what_is_no_capture_is_named(tmp_path, name):
    content, code, words = NAMED[name]
    problem = refused(tmp_path, content)
    assert problem.code == code
    assert words in str(problem)


def test_no_two_kinds_share_a_sentence(tmp_path):
    sentences = [str(refused(tmp_path, content)) for name, (content, _, _) in NAMED.items() if name != "xxd"]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("made", [pcap, pcapng])
def test_a_capture_decoded_as_text_is_recognised(tmp_path, made, order):
    wild = [(t + i * 3_141_592_653, random.Random(i).randbytes(200)) for i, (t, _) in enumerate(FRAMES)]
    content = made(wild, order)
    for spoiled in (content.decode("utf-8", "replace").encode(), content.decode("latin-1").encode()):
        assert refused(tmp_path, spoiled).code == "spoiled_utf8"


def test_a_capture_sent_in_ascii_mode_is_recognised(tmp_path):
    wild = [(t, b"\n" + random.Random(i).randbytes(400)) for i, (t, _) in enumerate(FRAMES)]
    for content in (pcap(wild), pcapng(wild)):
        assert refused(tmp_path, content.replace(b"\n", b"\r\n")).code == "spoiled_ascii"
    assert refused(tmp_path, pcapng(wild).replace(b"\r\n", b"\n")).code == "spoiled_ascii"


def test_a_capture_of_text_that_is_only_cut_off_is_read(tmp_path):
    page = [(t, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n") for t, _ in FRAMES]
    for content in (pcap(page), section() + interface() + b"".join(packet(t // 1000, f) for t, f in page)):
        found = reads(tmp_path, content[:-5])
        assert found.frames == page[:-1]
        assert found.truncated


def test_a_first_record_that_is_garbage_leaves_nothing(tmp_path):
    assert refused(tmp_path, header() + b"\xa5" * 500).code == "damaged"
    assert len(reads(tmp_path, header() + record(1, b"x") + b"\xa5" * 500).frames) == 1
