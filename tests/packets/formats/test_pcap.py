"""pcap in all its variants, whole and damaged."""

import struct
import time

import pytest

from packets.source import open_source
from tests.packets.formats.build import FRAMES, START, header, pcap, reads, record, refused


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("magic", "tick", "form"), [(0xA1B2C3D4, 1000, "pcap"), (0xA1B23C4D, 1, "pcap-ns")])
def test_both_byte_orders_and_both_resolutions_give_the_same_frames(tmp_path, order, magic, tick, form):
    found = reads(tmp_path, pcap(order=order, magic=magic, tick=tick))
    assert found.frames == FRAMES
    assert (found.format, found.notes, found.truncated) == (form, [], False)
    assert found.batches[0].first_frame == 1


@pytest.mark.parametrize("size", [4096, 1 << 22])
@pytest.mark.parametrize("order", "<>")
def test_many_small_records_are_found_however_the_windows_fall(tmp_path, size, order):
    trap = struct.pack(order + "I", START // 10**9) * 3  # looks like the time of a record
    frames = [(START + i * 7_000_000, (trap + bytes(i % 90))) for i in range(6000)]
    found = reads(tmp_path, pcap(frames, order), window=size, most_record=1024)
    assert found.frames == frames


def test_times_that_jump_by_years_break_the_guess_but_not_the_walk(tmp_path):
    frames = [((i * 7919 % 4_000_000) * 10**12 // 1000 * 1000, b"x" * 40) for i in range(3000)]
    assert reads(tmp_path, pcap(frames)).frames == frames


@pytest.mark.parametrize(("magic", "extra", "form"), [
    (0xA1B2CD34, 8, "pcap-modified"), (0xA1B2CD34, 12, "pcap-modified"), (0xA1B2C3D4, 8, "pcap"),
    (0xA1B2C3D4, 4, "pcap"),
])  # fmt: skip
def test_modified_record_headers_are_recognised(tmp_path, magic, extra, form):
    found = reads(tmp_path, pcap(magic=magic, extra=b"\2\0\0\0\x08\0\4\0\0\0\0\0"[:extra]))
    assert found.frames == FRAMES
    assert found.format == form


@pytest.mark.parametrize("version", [(2, 2), (543, 0), (2, 3)])
def test_old_versions_with_exchanged_lengths_are_read(tmp_path, version):
    swapped = b"".join(record(t, f[:20], claims=len(f), original=20) for t, f in FRAMES)
    found = reads(tmp_path, header(version=version) + swapped)
    assert found.frames == [(t, f[:20]) for t, f in FRAMES]
    assert found.column("original") == [len(f) for _, f in FRAMES]


def test_the_fcs_bits_of_the_link_type_give_its_length(tmp_path):
    found = reads(tmp_path, pcap(network=0x24000001))
    assert set(found.column("fcs")) == {4}
    assert set(found.column("link_type")) == {1}


@pytest.mark.parametrize("snaplen", [0, 1, 0xFFFFFFFF])
def test_the_snaplen_of_the_header_is_not_believed(tmp_path, snaplen):
    assert reads(tmp_path, pcap(snaplen=snaplen)).frames == FRAMES


def test_a_header_without_packets_is_a_capture_of_none(tmp_path):
    found = reads(tmp_path, header())
    assert (found.frames, found.notes, found.truncated) == ([], [], False)


@pytest.mark.parametrize(("cut", "part"), [(3, "packet"), (70, "header")])
def test_a_file_cut_off_is_read_to_its_last_whole_record(tmp_path, cut, part):
    found = reads(tmp_path, pcap()[:-cut])
    assert found.frames == FRAMES[:-1]
    assert found.truncated
    assert (
        f"record 12 at byte 887 is cut off inside its {part}; 11 packets were read"
        in found.notes[0].text["en"]
    )


@pytest.mark.parametrize("claim", [0xFFFFFFFF, 0x80000000, 262_145])
def test_a_record_that_claims_too_much_ends_the_file_there(tmp_path, claim):
    found = reads(tmp_path, pcap() + record(START, b"x", claims=claim) + b"y" * 300_000)
    assert found.frames == FRAMES
    assert not found.truncated
    assert found.codes == ["ended_damaged"]
    assert "record 13 at byte 967 claims" in found.notes[0].text["en"]
    assert "12パケット" in found.notes[0].text["ja"]


def test_the_same_claim_in_the_first_record_leaves_nothing_to_read(tmp_path):
    problem = refused(tmp_path, header() + record(START, b"x" * 60, claims=0xFFFFFFFF))
    assert problem.code == "damaged"
    assert "4.0 GiB" in str(problem)


def test_zero_length_records_and_lying_lengths_are_frames(tmp_path):
    found = reads(
        tmp_path, header() + record(START, b"") + record(START, b"abc", original=1) + record(START, b"d")
    )
    assert found.frames == [(START, b""), (START, b"abc"), (START, b"d")]
    assert found.column("original") == [0, 1, 1]


@pytest.mark.parametrize("tail", [16, 4, 100_000])
def test_a_tail_of_zeros_holds_no_packets(tmp_path, tail):
    found = reads(tmp_path, pcap() + bytes(tail))
    assert found.frames == FRAMES
    assert found.codes == ["ended_zeros"]


def test_microseconds_above_a_second_are_carried_over_and_told(tmp_path):
    wild = struct.pack("<IIII", 5, 2_500_000, 1, 1) + b"x"
    found = reads(tmp_path, header() + record(START, b"a") + wild)
    assert found.frames[1][0] == 7_500_000_000
    assert [(note.code, note.frame) for note in found.notes] == [("fraction", 2)]


@pytest.mark.parametrize(("content", "code"), [
    (header()[:23], "cut_in_header"), (header()[:4], "cut_in_header"),
    (header(version=(1, 4)), "unknown_version"),
    (header(network=0x00300000), "unknown_link_type"),
])  # fmt: skip
def test_headers_that_cannot_be_trusted_are_refused(tmp_path, content, code):
    assert refused(tmp_path, content).code == code


def test_an_unknown_link_type_is_refused_only_where_there_are_packets(tmp_path):
    known = frozenset({1, 113})
    problem = refused(tmp_path, pcap(network=127), known_links=known)
    assert problem.code == "unknown_link_type"
    assert "127 (IEEE 802.11 radiotap)" in str(problem)
    assert reads(tmp_path, header(network=127), known_links=known).frames == []
    assert reads(tmp_path, pcap(network=113), known_links=known).frames == FRAMES


def test_glued_files_are_read_one_after_the_other(tmp_path):
    second = pcap(order=">", magic=0xA1B23C4D, tick=1, network=113)
    found = reads(tmp_path, pcap() + second)
    assert found.frames == FRAMES * 2
    assert found.codes == ["ended_glued"]
    assert found.column("link_type") == [1] * 12 + [113] * 12
    assert found.column("interface") == [0] * 12 + [1] * 12
    assert [batch.first_frame for batch in found.batches] == [1, 13]


def test_glued_files_that_look_like_one_chain_of_records_cost_no_more_than_their_bytes(tmp_path):
    tiny = header() + record(0, bytes(8), original=60)
    (tmp_path / "glued").write_bytes(tiny * 200 + record(0, b"", original=60) * 200_000)
    began = time.process_time()
    with open_source(tmp_path / "glued") as source:
        assert sum(map(len, source.batches())) == 200_200
    assert time.process_time() - began < 4  # seconds; twice as long when each file walks through all others
