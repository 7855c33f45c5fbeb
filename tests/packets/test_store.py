"""The packets of a connection, found again in the order of the file; of long ones those that tell most."""

import numpy as np
import pytest

from packets import store
from packets.capture import read
from packets.columns import ACK, FIN, SEEN_TWICE
from packets.engine import chunks
from tests.packets.hostile.frames import answered, capture, handshake, sent, talk, timed


@pytest.fixture
def two_at_once(tmp_path):
    """Two connections whose packets alternate, and a frame that belongs to none."""
    first, second = talk(b"a" * 50, b"b" * 70), talk(b"c" * 50, b"d" * 70, ports=(50_000, 80))
    mixed = [frame for pair in zip(first, second, strict=True) for frame in pair]
    (tmp_path / "two.pcap").write_bytes(capture([*mixed[:6], b"\0" * 60, *mixed[6:]]))
    return read(tmp_path / "two.pcap")


def test_packets_of_no_connection_come_first_then_each_connection_in_the_order_of_the_file(two_at_once):
    packets = two_at_once.packets
    assert packets["connection"].tolist() == [-1] + [0] * 10 + [1] * 10
    assert packets["frame"][0] == 7
    for number in (0, 1):
        mine = two_at_once.packets_of(number)
        assert (np.diff(mine["frame"]) > 0).all()
        assert mine.tolist() == packets[packets["connection"] == number].tolist()


def test_direction_is_told_by_the_client_of_each_connection(two_at_once):
    for number in (0, 1):
        assert two_at_once.packets_of(number)["from_client"].tolist() == [
            True, False, True, True, False, False, True, True, False, True,
        ]  # fmt: skip


def test_the_table_says_where_the_packets_of_each_connection_begin(two_at_once):
    table = two_at_once.table
    assert table["first_row"].tolist() == [1, 11]
    assert table["rows"].tolist() == [10, 10]


def test_a_very_long_connection_shows_its_ends_and_what_is_marked_between(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "MOST_ROWS", 30)
    data = [sent(1001 + 10 * n, 5001, ACK, b"0123456789") for n in range(200)]
    again = data[90]
    close = [sent(3001, 5001, FIN | ACK), answered(5001, 3002, FIN | ACK), sent(3002, 5002, ACK)]
    (tmp_path / "long.pcap").write_bytes(capture([*handshake(), *data[:120], again, *data[120:], *close]))
    found = read(tmp_path / "long.pcap")
    rows = found.packets_of(0)
    assert len(rows) == 21
    assert rows["frame"].tolist() == [*range(1, 11), 124, *range(198, 208)]
    assert rows["marks"][10] == SEEN_TWICE
    assert found.frame(150)["frame"] == 150  # also those that are left out
    assert found.frame(150)["from_client"]
    assert found.record(0)["client_payload"] == 2000  # the facts count all


def test_many_connections_and_long_files_give_the_same_rows_in_small_and_in_large_pieces(
    tmp_path, monkeypatch
):
    frames = [frame for n in range(40) for frame in talk(b"q" * n, b"r" * n, ports=(40_000 + n, 80))]
    (tmp_path / "many.pcap").write_bytes(capture(frames))
    whole = read(tmp_path / "many.pcap")
    monkeypatch.setattr(store, "_IN_MEMORY", 0)
    monkeypatch.setattr("packets.engine._IN_MEMORY", 0)
    monkeypatch.setattr("packets.engine._HOSTS_IN_MEMORY", 0)
    monkeypatch.setattr("packets.scratch.FORGET_EVERY", 1)
    monkeypatch.setattr("packets.engine.CHUNK", 64)
    monkeypatch.setattr("packets.engine.Compiled.chunk", 64)
    monkeypatch.setattr("packets.capture.STRETCH", 7)
    pieces = read(tmp_path / "many.pcap")
    assert pieces.packets.tolist() == whole.packets.tolist()
    assert sum(len(table) for table in pieces.stretches()) == 40
    joined = np.concatenate([table["client_payload"] for table in pieces.stretches()])
    assert joined.tolist() == whole.table["client_payload"].tolist() == list(range(40))


def test_times_between_packets_are_those_of_their_connection(two_at_once):
    assert set(two_at_once.packets_of(0)["gap_ns"][1:].tolist()) == {2_000_000, 3_000_000}
    assert two_at_once.packets_of(0)["gap_ns"][0] == -1
    assert len(timed([])) == 0


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 4100, 6143, 6144, 6145, 22_000, 65_536])
def test_parts_are_equal_and_never_larger_than_there_is_room_for(count):
    parts = list(chunks(count, 4096))
    assert sum(size for _, size in parts) == count
    assert [first for first, _ in parts] == [sum(size for _, size in parts[:n]) for n in range(len(parts))]
    assert all(0 < size <= 6144 for _, size in parts)
    assert max((size for _, size in parts), default=0) - min((size for _, size in parts), default=0) <= len(
        parts
    )
