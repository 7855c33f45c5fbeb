"""The source as a whole: it opens what is there, counts what it reads, and raises only its own error."""

import gc
import os
import random
import weakref

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packets.errors import CaptureError, printable
from packets.formats.limits import Limits
from packets.source import open_source
from tests.packets.formats.build import FRAMES, option, pcap, pcapng, reads
from tests.packets.formats.test_compressed import CODECS, tarred, zipped

SEEDS = [
    pcap(), pcap(order=">", magic=0xA1B23C4D, tick=1), pcapng(), pcapng(order=">") + pcapng(),
    pcap() + pcapng(),
    *(pack(pcap()) for pack in CODECS.values()), zipped([("a", pcap()), ("b", b"no")]),
    tarred([("a", pcapng())]),
]  # fmt: skip
WORDS = [
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"\x0a\x0d\x0d\x0a",
    b"\xd4\xc3\xb2\xa1",
    bytes(64),
]


def test_progress_ends_at_the_size_of_the_file(tmp_path):
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap())
    with open_source(path) as source:
        assert source.size == path.stat().st_size
        list(source.batches())
        assert source.bytes_read == source.size


@pytest.mark.parametrize("codec", CODECS)
def test_nothing_of_a_file_that_was_read_stays_in_memory(tmp_path, codec):
    (tmp_path / "a").write_bytes(CODECS[codec](pcap()))
    source = open_source(tmp_path / "a")
    list(source.batches())
    source.close()
    there = weakref.ref(source)
    del source
    gc.collect()
    assert there() is None


def test_batches_stay_valid_when_the_next_ones_are_read(tmp_path):
    frames = [(t * 1000, bytes([t % 256]) * 30) for t in range(2000)]
    found = reads(tmp_path, pcap(frames), window=2048, most_record=512)
    assert len(found.batches) > 20
    assert found.frames == frames
    with pytest.raises(ValueError, match="read-only"):
        found.batches[0].data[0] = 1


def test_a_batch_holds_no_more_rows_than_the_limit(tmp_path):
    found = reads(tmp_path, pcap([(FRAMES[0][0], b"")] * 100), most_rows=40)
    assert [len(batch) for batch in found.batches] == [40, 40, 20]
    assert [batch.first_frame for batch in found.batches] == [1, 41, 81]


@pytest.mark.parametrize("path", ["missing", "", ".", "nul\0byte", "/dev/zero"])
def test_what_is_no_file_is_refused(tmp_path, path):
    with pytest.raises(CaptureError) as problem:
        open_source(os.path.join(tmp_path, path))
    assert problem.value.code == "unreadable"


def test_names_are_shown_without_their_tricks():
    assert printable(b"a\x1b[31m\r\n\xff") == "a\\x1b[31m\\r\\n\\xff"
    assert printable("evil\u202efdp.exe") == "evil\\u202efdp.exe"
    assert len(printable("x" * 4000)) == 80


def mutant(chance: random.Random) -> bytes:
    """A capture with a few bytes changed, put in, taken out or cut off."""
    content = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((1, 2, 5, 20))):
        at = chance.randrange(len(content)) if content else 0
        match chance.randrange(5):
            case 0 | 1:
                content[at : at + 1] = chance.randbytes(1)
            case 2:
                content[at & ~3 : (at & ~3) + 4] = chance.choice(WORDS)
            case 3:
                del content[at : at + chance.choice((1, 4, 17, len(content)))]
            case _:
                content[at:at] = chance.randbytes(chance.randrange(1, 20))
    return bytes(content)


def survives(folder, content: bytes, window: int) -> None:
    path = folder / "mutant"
    path.write_bytes(content)
    problem = None
    try:
        with open_source(path, Limits(window=window, most_record=4096)) as source:
            frames = 0
            for batch in source.batches():
                assert batch.first_frame == frames + 1
                frames += len(batch)
                assert (batch.offset + batch.captured <= len(batch.data)).all()
    except CaptureError as refusal:
        problem = refusal
    if problem:
        assert problem.text["ja"]
        assert problem.text["en"].endswith((".", "IN OUT.pcapng"))


@settings(max_examples=600, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), window=st.sampled_from([256, 4096, 1 << 20]))
def test_nothing_but_a_capture_error_comes_out_of_a_mutant(tmp_path, seed, window):
    survives(tmp_path, mutant(random.Random(seed)), window)


@settings(max_examples=200, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(["", *(seed[:24].hex() for seed in SEEDS)]), rest=st.binary(max_size=300))
def test_nothing_but_a_capture_error_comes_out_of_any_bytes(tmp_path, start, rest):
    survives(tmp_path, bytes.fromhex(start) + rest, 1 << 16)


@settings(max_examples=100, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lengths=st.lists(st.integers(0, 400), max_size=300),
    order=st.sampled_from("<>"),
    window=st.integers(64, 9000),
)
def test_any_frames_come_out_as_they_went_in(tmp_path, lengths, order, window):
    frames = [(FRAMES[0][0] + n * 1000, bytes([n % 256]) * length) for n, length in enumerate(lengths)]
    for content in (pcap(frames, order), pcapng(frames, order)):
        assert reads(tmp_path, content, window=window, most_record=512).frames == frames


def test_a_million_options_cost_no_time(tmp_path):
    from tests.packets.formats.build import interface, packet, section

    content = section() + interface(options=option(1, b"") * 1_000_000) + packet(5, b"x")
    found = reads(tmp_path, content)
    assert [frame for _, frame in found.frames] == [b"x"]
    assert found.codes == ["options"]
