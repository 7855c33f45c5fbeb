"""A classic pcap file: little-endian, microseconds, Ethernet."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

MAGIC_MICROSECONDS = 0xA1B2C3D4
LINKTYPE_ETHERNET = 1
DEFAULT_SNAPLEN = 262_144  # tcpdump's default


@dataclass(frozen=True)
class Recorded:
    """One frame as the vantage point recorded it: nanoseconds since the Unix epoch, and all its bytes."""

    time_ns: int
    frame: bytes


def capture_bytes(frames: Iterable[Recorded], snaplen: int | None = None) -> bytes:
    """The file; of each frame at most ``snaplen`` bytes are kept."""
    limit = snaplen or DEFAULT_SNAPLEN
    parts = [struct.pack("<IHHiIII", MAGIC_MICROSECONDS, 2, 4, 0, 0, limit, LINKTYPE_ETHERNET)]
    for recorded in frames:
        seconds, nanoseconds = divmod(recorded.time_ns, 10**9)
        kept = recorded.frame[:limit]
        parts.append(
            struct.pack("<IIII", seconds, nanoseconds // 1000, len(kept), len(recorded.frame)) + kept
        )
    return b"".join(parts)
