"""The compiled and the interpreted kernel say the same, of every capture and of what chance makes; and no
index of the kernel leaves its container, whatever the bytes: the compiled code would not notice.
"""

import os
import random
import struct
from dataclasses import fields as members
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packets.capture import read
from packets.engine import Compiled, Interpreted
from packets.errors import CaptureError
from packets.kernel import fields as f
from packets.kernel import hosts, run, tallies
from tests.packets import traces
from tests.packets.captures import ALL, name
from tests.packets.formats import build

pytestmark = pytest.mark.usefixtures("machine_code")
QUICK = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SEEDS = st.integers(0, 2**32)


def interpreted():
    return mock.patch.dict(os.environ, PACKETS_INTERPRETED="1")


def both(path):
    """The capture as each engine reads it; the refusals where it is none."""
    found = []
    for engine in (Compiled, Interpreted):
        with mock.patch.dict(os.environ, PACKETS_INTERPRETED="1" if engine is Interpreted else ""):
            try:
                found.append(read(path))
                assert type(found[-1]._engine) is engine
                found[-1].packets  # noqa: B018 (put in order by the same engine)
            except CaptureError as refused:
                found.append(refused.code)
    return found


def agree(path):
    """Raises where the two engines differ in anything."""
    one, other = both(path)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    for column in one.packets.dtype.names:
        assert np.array_equal(one.packets[column], other.packets[column]), column
    assert np.array_equal(one.table.rows, other.table.rows)
    assert np.array_equal(one.table.first_row, other.table.first_row)
    assert np.array_equal(one.hosts, other.hosts)
    assert np.array_equal(one._engine.tallies, other._engine.tallies)
    for member in members(one.recording):
        assert np.array_equal(getattr(one.recording, member.name), getattr(other.recording, member.name)), (
            member.name
        )


def agree_on(folder, content):
    path = folder / "made.pcap"
    path.write_bytes(content)
    agree(path)


@pytest.mark.parametrize("path", ALL, ids=name)
def test_both_kernels_agree_on_every_capture(path):
    agree(path)


@QUICK
@given(seed=SEEDS, polite=st.booleans())
def test_both_kernels_agree_on_what_chance_makes(tmp_path, seed, polite):
    agree_on(tmp_path, traces.capture(random.Random(seed), polite))


def test_both_kernels_agree_when_their_tables_grow(tmp_path):
    """More flows, hosts and packets than fit in what either engine begins with, and in one call."""
    chance, found = random.Random(7), []
    for flow in range(6000):
        ends = traces.Ends(chance, 4, (1024 + flow, 443), 0, [1000, 9000])
        (packet,) = ends.packets((0, 2, 0, 0, 0, 500, b""))
        packet = packet[:12] + struct.pack(">II", 0x0A000000 + flow, 0x0B000000 + flow % 100) + packet[20:]
        found.append((build.START + flow, ends.frame(packet)))
    agree_on(tmp_path, build.pcap(found))


def test_both_kernels_agree_when_every_packet_leaves_much_to_remember(tmp_path):
    """Each third packet opens a gap on both sides: three records of the pool for one packet."""
    found = []
    for flow in range(2500):
        ends = traces.Ends(random.Random(0), 4, (1024 + flow, 443), 0, [1000, 9000])
        for side, seq, ack in ((0, 1, 1), (1, 1, 11), (0, 100, 500)):
            (packet,) = ends.packets((side, 16, seq, ack, 10, 500, b""))
            found.append((build.START + len(found) * 1000, ends.frame(packet)))
    agree_on(tmp_path, build.pcap(found))


@pytest.mark.parametrize("shift", [0, 4, 20, 28, 34])
def test_addresses_that_differ_in_two_places_alike_are_as_quick_as_others(tmp_path, shift):
    """Keys that an attacker could make equal would have to be told apart one by one."""
    found = []
    for number in range(4000):
        source = (number << shift & (1 << 48) - 1).to_bytes(6, "big") + number.to_bytes(4, "big")
        header = struct.pack(">IHBB", 6 << 28, 8, 17, 64) + bytes(6) + source + bytes(15) + b"\1"
        found.append(
            (build.START + number, bytes(12) + b"\x86\xdd" + header + struct.pack(">HHHH", 9, 9, 8, 0))
        )
    path = tmp_path / "made.pcap"
    path.write_bytes(build.pcap(found))
    with mock.patch.object(hosts, "_is", wraps=hosts._is) as looked, interpreted():
        assert len(read(path).hosts) == 4001
    assert looked.call_count < 200_000  # two for each packet where nothing collides


def test_no_address_of_ipv6_is_one_of_ipv4(tmp_path):
    """:: (address detection) and 0.0.0.0 (DHCP) stand in the same captures."""
    six = struct.pack(">IHBB", 6 << 28, 8, 17, 64) + bytes(32) + struct.pack(">HHHH", 9, 9, 8, 0)
    four = (
        struct.pack(">BBHHHBBH", 0x45, 0, 28, 1, 0, 64, 17, 0) + bytes(8) + struct.pack(">HHHH", 9, 9, 8, 0)
    )
    path = tmp_path / "made.pcap"
    frames = [bytes(12) + b"\x86\xdd" + six, bytes(12) + b"\x08\0" + four]
    path.write_bytes(build.pcap([(build.START + number, frame) for number, frame in enumerate(frames)]))
    agree(path)
    assert [int(host[hosts.VERSION]) for host in read(path).hosts] == [6, 4]


TIMES = st.sampled_from([0, 1, 2**31, 2**32 - 1, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1])


@QUICK
@given(
    times=st.lists(TIMES, min_size=1, max_size=12),
    resolution=st.sampled_from([0, 3, 6, 9, 20, 0x80, 0x8A, 0xBF]),
)
def test_both_kernels_agree_on_times_that_nobody_lives_in(tmp_path, times, resolution):
    ends = traces.Ends(random.Random(0), 4, (1024, 443), 0, [1000, 9000])
    content = build.section() + build.interface(options=build.option(9, bytes([resolution])))
    for number, time in enumerate(times):
        side = number % 2
        (packet,) = ends.packets(
            (side, 16, 1 + 10 * (number // 2), 1 + 10 * (number // 2 + side), 10, 500, b"")
        )
        content += build.packet(time, ends.frame(packet))
    agree_on(tmp_path, content)


class Guarded:
    """Numbers that may be asked only for what is there, and keep only what a 64-bit integer holds."""

    def __init__(self, items):
        self.items = (
            [Guarded(item) if isinstance(item, list) else item for item in items] if _deep(items) else items
        )

    def __len__(self):
        return len(self.items)

    def __getitem__(self, at):
        assert 0 <= at < len(self.items), f"index {at} of {len(self.items)}"
        return self.items[at]

    def __setitem__(self, at, value):
        assert 0 <= at < len(self.items), f"index {at} of {len(self.items)}"
        assert -(2**63) <= value < 2**63, f"{value} does not fit"
        self.items[at] = value


def _deep(items):
    return isinstance(items, list) and bool(items) and isinstance(items[0], list)


def guarded():
    """The interpreted kernel, its containers watched."""
    whole = run.run

    def watched(*arguments):
        return whole(*(Guarded(a) if isinstance(a, list | memoryview) else a for a in arguments))

    return mock.patch.object(run, "run", watched)


def watch(path):
    with interpreted(), guarded():
        try:
            capture = read(path)
        except CaptureError:
            return
    assert capture.packets["frame"].size == int(capture._engine.tallies[tallies.FRAMES])


@pytest.mark.parametrize("path", [path for path in ALL if path.stat().st_size < 100_000], ids=name)
def test_no_index_leaves_its_container_on_any_capture(path):
    watch(path)


@QUICK
@given(seed=SEEDS)
def test_no_index_leaves_its_container_on_what_chance_makes(tmp_path, seed):
    path = tmp_path / "made.pcap"
    path.write_bytes(traces.capture(random.Random(seed)))
    watch(path)


SAMPLES = [path for path in ALL if path.stat().st_size < 10_000]


@QUICK
@given(seed=SEEDS)
def test_no_index_leaves_its_container_on_any_mutant_and_both_kernels_agree(tmp_path, seed):
    """Frames of real captures, of every link type there is, with bytes changed and cut off."""
    path = tmp_path / "mutant.pcap"
    path.write_bytes(mutant(random.Random(seed)))
    watch(path)
    agree(path)


def mutant(chance):
    content = bytearray(chance.choice(SAMPLES).read_bytes())
    for _ in range(chance.choice((1, 5, 20, 100))):
        at = chance.randrange(24, max(len(content), 25)) if len(content) > 24 else 0
        content[at : at + 1] = chance.choice((chance.randbytes(1), b"\0", b"\xff", b"\x45", b"\x06"))
    return bytes(content)


def test_the_guard_itself_refuses():
    row = Guarded([0] * f.WIDTH)
    for at in (-1, f.WIDTH):
        with pytest.raises(AssertionError):
            row[at]
    with pytest.raises(AssertionError):
        row[0] = 2**63
