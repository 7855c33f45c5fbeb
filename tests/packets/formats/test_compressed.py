"""Compressed captures and archives of captures, and what attackers make of them."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import lz4.frame
import pytest
import zstandard

from tests.packets.formats.build import FRAMES, header, pcap, pcapng, reads, record, refused

CODECS = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
    "lz4": lz4.frame.compress,
}


def zipped(members, method=zipfile.ZIP_DEFLATED, out=None) -> bytes:
    buffer = out or io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class Unseekable(io.BytesIO):
    """What a pipe is to zipfile: sizes are then written behind the data."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("content", [pcap(), pcapng()])
def test_every_compression_gives_the_same_frames(tmp_path, codec, content):
    found = reads(tmp_path, CODECS[codec](content))
    assert found.frames == FRAMES
    assert found.notes == []
    assert found.format.startswith(codec + "+pcap")


@pytest.mark.parametrize("codec", CODECS)
def test_several_compressed_members_in_a_row_are_one_stream(tmp_path, codec):
    whole = pcap()
    found = reads(tmp_path, CODECS[codec](whole[:300]) + CODECS[codec](whole[300:]))
    assert found.frames == FRAMES


@pytest.mark.parametrize("codec", ["gzip", "bzip2", "xz", "lz4"])
def test_garbage_behind_compressed_data_is_told(tmp_path, codec):
    found = reads(tmp_path, CODECS[codec](pcap()) + b"garbage")
    assert found.frames == FRAMES
    assert found.codes == ["trailing_garbage"]


def test_compressed_data_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path):
    frames = [(t, bytes((i * 37 + n * n) % 256 for n in range(900))) for i, (t, _) in enumerate(FRAMES)]
    found = reads(tmp_path, gzip.compress(pcap(frames))[:-600])
    assert found.truncated
    assert found.frames == frames[: len(found.frames)]
    assert "compressed_cut" in found.codes


def test_a_wrong_checksum_is_told_and_the_packets_stay(tmp_path):
    content = bytearray(gzip.compress(pcap()))
    content[-6] ^= 1
    found = reads(tmp_path, bytes(content))
    assert found.codes[0] == "compressed_damaged"
    assert found.frames == FRAMES[: len(found.frames)]


def test_compressed_data_of_which_nothing_comes_out_is_refused(tmp_path):
    assert refused(tmp_path, gzip.compress(pcap())[:12]).code == "damaged_compression"
    assert refused(tmp_path, gzip.compress(b"\xd4\xc3", 0)[:-9]).code == "damaged_compression"
    assert refused(tmp_path, gzip.compress(b"<html>")).code == "not_a_capture"


@pytest.mark.parametrize("codec", CODECS)
def test_a_bomb_is_refused_by_its_ratio(tmp_path, codec):
    content = header() + record(0, bytes(200_000)) * 40
    problem = refused(tmp_path, CODECS[codec](content), free_expansion=1_000_000, most_ratio=20)
    assert problem.code == "bomb"


def test_a_bomb_is_refused_by_its_size(tmp_path):
    content = gzip.compress(header() + record(0, bytes(200_000)) * 40)
    assert refused(tmp_path, content, most_expanded=2_000_000).code == "bomb"
    assert len(reads(tmp_path, content).frames) == 40


def test_layers_upon_layers_are_refused(tmp_path):
    content = pcap()
    for _ in range(3):
        content = gzip.compress(content)
    assert reads(tmp_path, content).format == "gzip+gzip+gzip+pcap"
    for _ in range(7):
        content = gzip.compress(content)
    assert refused(tmp_path, content).code == "nested"


@pytest.mark.parametrize("archive", [zipped, tarred])
def test_all_captures_of_an_archive_are_read_in_order(tmp_path, archive):
    members = [
        ("../../etc/a.pcap", pcap()),
        ("read\u202eme.txt", b"hello"),
        ("b.pcapng.gz", gzip.compress(pcapng())),
    ]
    found = reads(tmp_path, archive(members))
    assert found.frames == FRAMES * 2
    assert found.codes == ["member", "member", "not_a_member"]
    assert "From frame 13 on the packets come from “b.pcapng.gz”" in found.notes[1].text["en"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zips_stored_or_written_to_a_pipe_are_read(tmp_path, method):
    assert reads(tmp_path, zipped([("a", pcap())], method)).frames == FRAMES
    if method == zipfile.ZIP_DEFLATED:
        content = zipped([("a", pcap()), ("b", pcap())], method, Unseekable())
        assert reads(tmp_path, content).frames == FRAMES * 2


def test_a_zip_whose_checksum_is_wrong_says_so(tmp_path):
    content = zipped([("a", pcap())], zipfile.ZIP_STORED).replace(bytes([5]) * 60, bytes([6]) * 60)
    assert "wrong_checksum" in reads(tmp_path, content).codes


def test_one_bad_member_does_not_spoil_an_archive(tmp_path):
    bad = header(version=(1, 0))
    found = reads(tmp_path, tarred([("bad\nname", bad), ("good", pcap())]))
    assert found.frames == FRAMES
    assert found.codes == ["member_refused", "member"]
    assert "bad\\nname" in found.notes[0].text["en"]


def test_an_archive_without_a_capture_is_refused_by_what_it_holds(tmp_path):
    problem = refused(tmp_path, zipped([("word/document.xml", b"<w/>")]))
    assert problem.code == "no_capture_inside"
    assert "word/document.xml" in str(problem)
    assert refused(tmp_path, zipped([])).code == "no_capture_inside"


def test_more_members_than_anybody_packs_are_left_unread(tmp_path):
    found = reads(tmp_path, tarred([(str(n), pcap(FRAMES[:1])) for n in range(6)]), most_members=4)
    assert len(found.frames) == 4
    assert "too_many_members" in found.codes


def test_members_that_cannot_be_read_are_not_told_without_end(tmp_path):
    encrypted = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 1, 8, 0, 0, 0, 1, 1, 1, 0) + b"nx"
    members, _, _ = zipped([("a", pcap())]).partition(b"PK\1\2")  # without its directory
    found = reads(tmp_path, members + encrypted * 6, most_members=4)
    assert found.codes.count("member_unreadable") == 3
    assert found.codes[-1] == "too_many_members"


def test_members_of_archives_in_archives_are_counted_together(tmp_path):
    inner = tarred([(str(n), b"no capture") for n in range(4)])
    found = reads(tmp_path, tarred([("a", pcap()), *((str(n), inner) for n in range(9))]), most_members=20)
    assert found.frames == FRAMES
    assert found.codes == ["member", "too_many_members", "not_a_member"]
    assert "15 files in the archive are no captures" in found.notes[2].text["en"]


def test_folders_without_end_are_not_walked_through(tmp_path):
    folder = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 2, 0) + b"n/"
    members, _, _ = zipped([("a", pcap())]).partition(b"PK\1\2")
    assert reads(tmp_path, folder * 9 + members, most_entries=10).frames == FRAMES
    assert refused(tmp_path, folder * 10 + members, most_entries=10).code == "no_capture_inside"
