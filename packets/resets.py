"""Facts about one RST: what it carries, and how it compares with everything else its claimed sender sent."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packets.columns import ACK, RST, SYN
from packets.ttl import Track

LATE = 10  # an answer that takes more than so many of the fastest round trips is an answer to something later
FEWEST_OF_CARD = 3  # segments from one card before another one is worth a word
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
    delay_ns: int = -1  # since the segment that it answers, where only one can be meant; -1: it is no answer
    fastest_ns: int = -1  # the shortest round trip to that address that the capture shows; -1: not known
    outside: bool = False  # at a number that the other side neither acknowledged nor has a window for
    other_card: bool = False  # from another network card than all other segments of its sender here

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


def describe(
    rst: np.void, own: NDArray[np.void], theirs: NDArray[np.void], track: Track, alike: int, fastest_ns: int
) -> Reset:
    """Gather the facts of ``rst``; ``own``: all segments its sender is said to have sent there, ``theirs``:
    those of the other side.
    """
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
        delay_ns=_delay(rst, before, theirs[theirs["frame"] < rst["frame"]], fastest_ns),
        fastest_ns=fastest_ns,
        outside=_outside(rst, before, theirs[theirs["frame"] < rst["frame"]]),
        other_card=_other_card(rst, before),
    )


def _delay(rst: np.void, own: NDArray[np.void], theirs: NDArray[np.void], fastest_ns: int) -> int:
    """Time since the one segment that the RST can be an answer to.

    A RST without ACK answers a segment that acknowledged its number; one with ACK acknowledges what it
    answers. One that acknowledges nothing new may be the holder's own wish, and tells nothing. Where an
    earlier segment, not long before, may be meant as well, the delay is not known.
    """
    if not len(theirs):
        return -1
    asked, last = theirs[-1], int(theirs["time_ns"][-1])
    if rst["flags"] & ACK:
        end = int(asked["seq"]) + int(asked["length"]) + bool(asked["flags"] & SYN)
        answers = end > int(asked["seq"]) and int(rst["ack"]) == end
    else:
        answers = int(rst["seq"]) == int(asked["ack"])
    since = int(own["time_ns"][-1]) if len(own) else -1
    earlier = theirs["time_ns"][(theirs["time_ns"] > since) & (theirs["time_ns"] < last)]
    near = len(earlier) > 0 and int(rst["time_ns"]) - int(earlier[-1]) < LATE * fastest_ns
    return int(rst["time_ns"]) - last if answers and not near else -1


def _outside(rst: np.void, own: NDArray[np.void], theirs: NDArray[np.void]) -> bool:
    """Its number is none that the other side ever acknowledged, none that comes next, and in no window."""
    known = theirs[theirs["ack"] >= 0]
    if not len(own) or not len(known) or known["window"][-1] < 0:
        return False
    expected, following = int(known["ack"].max()), int((own["seq"] + own["length"]).max())
    seq = int(rst["seq"])
    beyond = max(
        expected + max(int(known["window"][-1]), 1), following + 1
    )  # + 1: its FIN, if it was not seen
    return not (expected <= seq <= beyond) and seq not in known["ack"]


def _other_card(rst: np.void, own: NDArray[np.void]) -> bool:
    cards = own[["mac", "interface"]]
    one = len(own) >= FEWEST_OF_CARD and bool((cards == cards[0]).all())
    return (
        one
        and int(rst["mac"]) >= 0
        and (rst["mac"], rst["interface"]) != (own["mac"][0], own["interface"][0])
    )


def _continues(before: NDArray[np.void], rst: np.void) -> bool:
    ids = before["ip_id"][before["ip_id"] > 0]
    if not len(ids) or rst["ip_id"] <= 0:
        return False
    return 0 < (int(rst["ip_id"]) - int(ids[-1])) % 65536 <= NEAR_ID
