"""Read a capture file whole: decoded packets, connections, hosts, and what the file itself has to say."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from packets import decode, links
from packets.connections import Connected, connect
from packets.errors import CaptureError, Note
from packets.hosts import Hosts
from packets.source import NO_LINK, Limits, open_source

# Checksums are looked at in the first packets only: an offloading host shows it at once.
CHECKED_PACKETS = 50_000
Progress = Callable[[dict[str, object]], None]


@dataclass(frozen=True)
class Capture:
    """All facts of one capture file."""

    connected: Connected
    addresses: list[str]
    link_types: list[str]  # names of the LINKTYPE registry, in order of appearance
    notes: list[Note]
    truncated: bool  # the file is cut off

    @property
    def packets(self) -> NDArray[np.void]:
        """PACKET_DTYPE rows ordered by (connection, frame)."""
        return self.connected.packets

    @property
    def raw(self) -> NDArray[np.void]:
        """DECODED_DTYPE rows, aligned with ``packets``."""
        return self.connected.raw

    @property
    def table(self) -> NDArray[np.void]:
        """TABLE_DTYPE rows, one a connection."""
        return self.connected.table

    @cached_property
    def first_ns(self) -> int | None:
        """Time of the first packet of the file, None without packets."""
        return int(self.packets["time_ns"][np.argmin(self.packets["frame"])]) if len(self.packets) else None

    @cached_property
    def duration_ns(self) -> int:
        """From the earliest to the latest packet."""
        times = self.packets["time_ns"]
        return int(times.max() - times.min()) if len(times) else 0


def read(path: Path | str, progress: Progress | None = None, limits: Limits | None = None) -> Capture:
    """Read a capture. Raises CaptureError, with one sentence, when the file is none; nothing else."""
    hosts, parts, types = Hosts(), [], dict[int, None]()

    def tell(step: str, done: int, of: int, packets: int) -> None:
        if progress:
            progress({"step": step, "read": done, "of": of, "packets": packets, "connections": 0})

    with open_source(path, limits or Limits(known_links=links.KNOWN_LINK_TYPES)) as source:
        seen = 0
        for batch in source.batches():
            parts.append(decode.decode(batch, hosts, checksums=seen < CHECKED_PACKETS))
            types.update(dict.fromkeys(np.unique(batch.link_type).tolist()))
            seen += len(batch.offset)
            tell("read", source.bytes_read, source.size, seen)
        tell("connect", source.size, source.size, seen)
        connected = connect(parts)
        return Capture(
            connected,
            hosts.addresses,
            [links.name(t) for t in types if t != NO_LINK],
            source.notes,
            source.truncated,
        )


__all__ = ["Capture", "CaptureError", "read"]
