"""Facts about one RST: what it carries, and how it compares with everything else its claimed sender sent."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.columns import ACK, RST
from packets.ttl import Track

NEAR_ID = 64  # a host's next packet of the same flow has an IP ID at most this much higher


@dataclass(frozen=True)
class Reset:
    """What one RST shows. ``own`` are the claimed sender's segments of the same connection, RSTs left out."""

    frame: int
    ttl: int
    track: Track  # the claimed sender's other packets in the whole capture
    same_flow: dict[int, int]  # TTLs of its segments after the handshake in this connection
    has_ack: bool
    window_raw: int
    has_timestamps: bool
    flow_has_timestamps: bool
    id_continues: bool  # its IP ID follows the sender's last one in this connection
    went_on: bool  # the claimed sender went on sending other segments after it
    alike: int  # RSTs of that address in the capture with this TTL, this one included

    @property
    def stateless(self) -> bool:
        """Made without knowledge of the connection, by a kernel or a device: window 0, no timestamps, ID not
        continued.
        """
        return self.window_raw == 0 and not self.has_timestamps and not self.id_continues

    @property
    def stateful(self) -> bool:
        """Carries what only the holder of the connection knows: timestamps, or a continued IP ID beside a
        window.
        """
        return self.has_timestamps or (self.id_continues and self.has_ack)


def describe(rst: np.void, own: NDArray[np.void], track: Track, alike: int) -> Reset:
    """Gather the facts of ``rst``; ``own``: all segments its sender is said to have sent there."""
    other = own[(own["flags"] & RST) == 0]
    before = other[other["frame"] < rst["frame"]]
    ttls = Counter(before["ttl"][before["seq"] > 0].tolist())
    return Reset(
        frame=int(rst["frame"]),
        ttl=int(rst["ttl"]),
        track=track,
        same_flow=dict(sorted(ttls.items())),
        has_ack=bool(rst["flags"] & ACK),
        window_raw=int(rst["window_raw"]),
        has_timestamps=int(rst["tsval"]) >= 0,
        flow_has_timestamps=bool((before["tsval"] >= 0).any()),
        id_continues=_continues(before, rst),
        went_on=bool((other["frame"] > rst["frame"]).any()),
        alike=alike,
    )


def _continues(before: NDArray[np.void], rst: np.void) -> bool:
    ids = before["ip_id"][before["ip_id"] > 0]
    if not len(ids) or rst["ip_id"] <= 0:
        return False
    return 0 < (int(rst["ip_id"]) - int(ids[-1])) % 65536 <= NEAR_ID
