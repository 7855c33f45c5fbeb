"""pcapng: sections, interfaces, every packet block, and what is wrong with them."""

import struct

import pytest

from packets.columns import NO_LINK
from packets.formats.limits import Limits
from packets.source import open_source
from tests.packets.formats.build import (
    FRAMES,
    START,
    block,
    interface,
    option,
    packet,
    pcap,
    pcapng,
    reads,
    refused,
    section,
    simple,
)  # fmt: skip


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("window", [512, 1 << 22])
def test_frames_and_times_come_out_as_they_went_in(tmp_path, order, window):
    frames = [(START + i * 1000, bytes(i % 200)) for i in range(3000)]
    found = reads(tmp_path, pcapng(frames, order), window=window)
    assert found.frames == frames
    assert found.notes == []


def test_each_interface_has_its_own_clock_and_link_type(tmp_path):
    offset = struct.pack("<q", 1_000_000_000)
    content = (
        section()
        + interface()
        + interface(link=101, options=option(9, b"\x09"))
        + interface(link=113, options=option(9, b"\x00") + option(14, offset))
        + interface(link=228, options=option(9, b"\x8a"))
        + packet(1_700_000_000_000_001, b"a")
        + packet(1_700_000_000_000_000_002, b"b", number=1)
        + packet(700_000_000, b"c", number=2)
        + packet(1_700_000_000 * 1024 + 512, b"d", number=3)
    )
    found = reads(tmp_path, content)
    assert found.frames == [
        (START + 1000, b"a"),
        (START + 2, b"b"),
        (START, b"c"),
        (START + 500_000_000, b"d"),
    ]
    assert found.column("link_type") == [1, 101, 113, 228]
    assert found.column("interface") == [0, 1, 2, 3]


def test_sections_may_change_byte_order_and_number_their_interfaces_anew(tmp_path):
    content = pcapng() + pcapng(order=">") + pcapng() + pcapng()
    found = reads(tmp_path, content)
    assert found.frames == FRAMES * 4
    assert found.column("interface") == [n for n in range(4) for _ in FRAMES]


def test_simple_and_obsolete_packets_are_frames(tmp_path):
    old = struct.pack("<HHIIII", 0, 7, *divmod(START // 1000, 2**32), 3, 90) + b"old"
    content = section() + interface(snaplen=4) + block(2, old) + simple(b"abcd", original=60)
    found = reads(tmp_path, content)
    assert found.frames == [(START, b"old"), (START, b"abcd")]
    assert found.column("original") == [90, 60]
    assert found.codes == ["untimed"]


def test_unknown_blocks_are_counted_custom_blocks_keep_a_number_and_secrets_are_told(tmp_path):
    secret = b"CLIENT_RANDOM 0123"
    content = (
        section() + interface() + block(0x77, b"?") + block(10, struct.pack("<II", 0x544C534B, 18) + secret)
        + block(0xBAD, b"\0\0\0\1data") + packet(START // 1000, b"x") + block(4, b"\0\0\0\0")
    )  # fmt: skip
    found = reads(tmp_path, content)
    assert found.column("link_type") == [NO_LINK, 1]
    assert sorted(found.codes) == ["numbered", "secrets", "skipped_block"]
    assert not any("CLIENT" in note.text["en"] + note.text["ja"] for note in found.notes)


def test_comments_of_the_file_and_of_packets_are_kept_as_harmless_text(tmp_path):
    def said(text):
        return option(1, text)

    content = (
        section(options=said("全体について\u202e".encode())) + interface() + packet(1, b"x")
        + packet(2, b"xyz", options=said(b"slow\x1b[31m here") + said(b"second")) + packet(3, b"x")
    )  # fmt: skip
    (tmp_path / "said.pcapng").write_bytes(content)
    with open_source(tmp_path / "said.pcapng") as source:
        list(source.batches())
        assert [(c.frame, c.text) for c in source.comments] == [
            (None, "全体について\\u202e"),
            (2, "slow\\x1b[31m here"),
        ]


def test_more_comments_than_people_write_are_counted(tmp_path):
    content = section() + interface() + packet(1, b"x", options=option(1, b"c" * 900)) * 5
    (tmp_path / "many.pcapng").write_bytes(content)
    with open_source(tmp_path / "many.pcapng", Limits(most_comments=3, most_comment=10)) as source:
        list(source.batches())
        assert [c.text for c in source.comments] == ["ccccccccc…"] * 3
        assert [note.code for note in source.notes] == ["comments"]


def test_secrets_are_kept_for_whoever_decrypts_and_shown_to_nobody(tmp_path):
    keys = b"CLIENT_RANDOM 0123"
    dsb = block(10, struct.pack("<II", 0x544C534B, len(keys)) + keys)
    lying = block(10, struct.pack("<II", 0x544C534B, 1 << 30) + b"rest")
    (tmp_path / "keys.pcapng").write_bytes(
        section() + interface() + dsb + lying + block(10, b"") + packet(1, b"x")
    )
    with open_source(tmp_path / "keys.pcapng") as source:
        list(source.batches())
        assert [(secret.kind, secret.data) for secret in source.secrets] == [
            (0x544C534B, keys),
            (0x544C534B, b"rest"),
        ]
        assert "CLIENT" not in repr(source.secrets) + repr(source.notes)
    with open_source(tmp_path / "keys.pcapng", Limits(most_secrets=20)) as source:
        list(source.batches())
        assert len(source.secrets) == 1


def test_drops_are_taken_from_the_last_statistics_of_each_interface(tmp_path):
    def statistics(drops):
        return block(5, struct.pack("<III", 0, 0, 0) + option(5, struct.pack("<Q", drops)))

    assert reads(tmp_path, pcapng() + statistics(3) + statistics(9)).dropped == 9


def test_the_fcs_length_is_given_by_the_interface_or_by_the_flags_of_a_packet(tmp_path):
    content = (
        section() + interface(options=option(13, b"\x04")) + packet(1, b"abcde")
        + packet(2, b"abcde", options=option(2, struct.pack("<I", 2 << 5)))
    )  # fmt: skip
    assert reads(tmp_path, content).column("fcs") == [4, 2]


@pytest.mark.parametrize("total", [0, 4, 8, 33, 0xFFFFFFF0, 0xFFFFFFFF])
def test_a_block_whose_length_leads_nowhere_ends_the_file_there(tmp_path, total):
    found = reads(tmp_path, pcapng() + block(6, b"x" * 40, total=total) + pcapng())
    assert found.frames == FRAMES
    assert found.codes == ["ended_damaged"]


def test_a_trailer_that_differs_ends_the_file_there(tmp_path):
    found = reads(tmp_path, pcapng() + block(6, b"x" * 40, trailer=44))
    assert found.frames == FRAMES
    assert "52 bytes at its start and as 44 at its end" in found.notes[0].text["en"]


def test_a_bad_packet_costs_only_itself(tmp_path):
    content = (
        section() + packet(0, b"early") + interface() + packet(1000, b"a") + packet(2000, b"b", claims=10**9)
        + packet(3000, b"c", number=70_000) + packet(4000, b"d")
    )  # fmt: skip
    found = reads(tmp_path, content)
    assert found.frames == [(1_000_000, b"a"), (4_000_000, b"d")]
    assert sorted(found.codes) == ["bad_packet", "no_interface"]


@pytest.mark.parametrize("options", [
    option(9, b"\x09") + b"\x09\0\xff\xff", option(1, b"") * 5000 + option(9, b"\x09"), option(9, b"\x09"),
    option(9, b"\x09") + option(1, "ä\u202e<b>=1+1\x1b[31m".encode("latin-1", "replace")),
])  # fmt: skip
def test_hostile_options_never_end_the_file(tmp_path, options):
    found = reads(tmp_path, section() + interface(options=options) + packet(START, b"x"))
    assert [frame for _, frame in found.frames] == [b"x"]


@pytest.mark.parametrize("resolution", [0x7F, 0xFF, 0x00, 0x80, 0x0C, 0xA2, 0xBF])
@pytest.mark.parametrize("ticks", [0, 1, 2**32, 2**63 - 1, 2**64 - 1])
def test_any_resolution_gives_the_exact_time_or_the_last_that_fits(tmp_path, resolution, ticks):
    unit = 2 ** (resolution & 127) if resolution & 128 else 10**resolution
    exact = min(ticks * 10**9 // unit, 2**63 - 1)
    found = reads(
        tmp_path, section() + interface(options=option(9, bytes([resolution]))) + packet(ticks, b"x")
    )
    assert found.frames[0][0] == exact


def test_the_smallest_offset_is_bounded(tmp_path):
    content = section() + interface(options=option(14, struct.pack("<q", -(2**63)))) + packet(0, b"x")
    found = reads(tmp_path, content)
    assert found.frames[0][0] < -9 * 10**18
    assert found.codes == ["time"]


def test_fifty_thousand_interfaces_are_only_slow(tmp_path):
    found = reads(tmp_path, section() + interface() * 50_000 + packet(START // 1000, b"x", number=49_999))
    assert found.column("interface") == [49_999]


def test_a_packet_with_four_mebibytes_of_comments_is_read(tmp_path):
    comments = option(1, b"c" * 65_000) * 64
    found = reads(
        tmp_path, section() + interface() + packet(START // 1000, b"x", options=comments), window=4096
    )
    assert found.frames == [(START, b"x")]


def test_versions_and_short_headers_are_refused(tmp_path):
    assert refused(tmp_path, section(version=(2, 0))).code == "unknown_version"
    assert refused(tmp_path, section()[:20]).code == "cut_in_header"
    assert refused(tmp_path, section()[:6]).code == "cut_in_header"
    assert refused(tmp_path, block(0x0A0D0D0A, section()[8:24], total=33)).code == "damaged"


def test_a_later_section_of_unknown_version_ends_the_file_there(tmp_path):
    found = reads(tmp_path, pcapng() + section(version=(2, 0)))
    assert found.frames == FRAMES
    assert found.codes == ["ended_damaged"]


def test_a_lying_section_length_changes_nothing(tmp_path):
    content = section(length=3) + interface() + packet(START // 1000, b"x")
    assert reads(tmp_path, content).frames == [(START, b"x")]


def test_one_known_interface_among_unknown_ones_is_enough(tmp_path):
    content = section() + interface(link=147) + interface() + packet(1, b"a") + packet(2, b"b", number=1)
    assert len(reads(tmp_path, content, known_links=frozenset({1})).frames) == 2
    assert refused(tmp_path, content, known_links=frozenset({113})).code == "unknown_link_type"


def test_pcapng_and_pcap_may_be_glued_either_way(tmp_path):
    assert reads(tmp_path, pcap() + pcapng()).frames == FRAMES * 2
    found = reads(tmp_path, pcapng() + pcap())
    assert found.frames == FRAMES * 2
    assert found.codes == ["ended_glued"]
