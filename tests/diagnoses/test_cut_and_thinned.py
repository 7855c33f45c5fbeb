"""Healthy captures that begin late, end early, lack a direction or some frames: a flaw of the recording is no
fault of the network.
"""

import random
import struct

import dpkt
import pytest

from diagnoses import expected, report

HEAD, RECORD = struct.Struct("<IHHiIII"), struct.Struct("<IIII")
MOST_FRAMES = 60  # of a capture that is cut at every frame
LAB = ("handshake", "close_by_server", "quick_server", "nagle_off", "keepalive_answered", "half_open_healthy")
HEALTHY = [
    *sorted(expected.LIBRARY.glob("*/healthy.pcap")),
    *(expected.EXPERIMENTS / f"shipped/{name}/recorded/6.12/captures/client.pcap" for name in LAB),
]
SHARES = (0.02, 0.1, 0.3)  # of the frames that are left out


def frames(path):
    """Head of the file, and its records."""
    data = path.read_bytes()
    head, at, records = data[: HEAD.size], HEAD.size, []
    while at < len(data):
        size = RECORD.size + RECORD.unpack_from(data, at)[2]
        records.append(data[at : at + size])
        at += size
    return head, records


def sender(record):
    """The address that a record names as sender, of IP packets."""
    packet = dpkt.ethernet.Ethernet(record[RECORD.size :]).data
    return getattr(packet, "src", None)


def cuts(records):
    """The records in part: each beginning, each end, one direction, some left out."""
    for at in range(1, min(len(records), MOST_FRAMES)):
        yield f"the first {at}", records[:at]
        yield f"without the first {at}", records[at:]
        yield f"without number {at}", records[: at - 1] + records[at:]
    for address in {sender(record) for record in records} - {None}:
        yield f"only from {address.hex()}", [one for one in records if sender(one) in (address, None)]
    for share in SHARES:
        for seed in range(4):
            chance = random.Random(f"{share} {seed}")
            yield f"thinned by {share}, seed {seed}", [one for one in records if chance.random() >= share]


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: f"{path.parts[-5]}-{path.parent.name}")
def test_a_flaw_of_the_recording_accuses_nobody(tmp_path, path):
    head, records = frames(path)
    for name, kept in cuts(records):
        part = tmp_path / "part.pcap"
        part.write_bytes(head + b"".join(kept))
        accused = [f["code"] for f in report(part)["findings"] if f["severity"] in ("error", "warning")]
        assert not accused, name
