"""Where a capture was taken, told from TTLs: a host's packets carry their full initial TTL only before the
first router.
"""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

import numpy as np

from packets.kernel import hosts
from packets.ttl import INITIAL, Track

if TYPE_CHECKING:
    from packets.capture import Capture

WITNESSES = 8  # frames kept of an estimate

Place = Literal["client", "server", "between", "unknown"]


def fresh(track: Track) -> bool:
    """All packets of the host still have an initial TTL: it is the capture host, or on the same segment."""
    return bool(track.counts) and all(ttl in INITIAL for ttl in track.counts)


def place(client: Track, server: Track) -> Place:
    """At which end of a connection the capture was taken; unknown when both (or neither with packets) look
    near.
    """
    if fresh(client) and not fresh(server):
        return "client"
    if fresh(server) and not fresh(client):
        return "server"
    if client.counts and server.counts and not fresh(client):
        return "between"
    return "unknown"


@dataclass(frozen=True)
class Estimate:
    """Where the whole capture was taken, as far as it tells."""

    place: Literal["host", "segment", "between", "unknown"]
    host: int | None  # number of the host at which, or beside which, it was taken
    frames: tuple[int, ...]  # that show it


def estimate(capture: "Capture") -> Estimate:
    """At one host, on its segment, between routers, or not to be told.

    A host whose outgoing frames are seen before its network card finished them (checksums not yet filled in)
    is the capture host itself. Else the hosts tell whose packets have crossed no router, while those of all
    others have: if it is one, the capture stands on its segment; if it is none, between routers.
    """
    unfinished = capture.recording.wrong_checksums
    if len(unfinished) and len(np.unique(unfinished["source"])) == 1:
        return Estimate("host", int(unfinished["source"][0]), tuple(unfinished["frame"][:WITNESSES].tolist()))
    rows = capture.hosts
    ttls = rows[:, hosts.TTLS : hosts.RESETS].reshape(len(rows), hosts.SLOTS, -1)[:, :, 0] - 1
    seen = (rows[:, hosts.TTLS] > 0) & (rows[:, hosts.MANY] == 0)
    near = seen & (np.isin(ttls, INITIAL) | (ttls < 0)).all(axis=1)
    if near.sum() == 1 and seen.sum() > 1:
        number = int(np.flatnonzero(near)[0])
        return Estimate("segment", number, _witnesses(capture.track(number)))
    if seen.any() and not near.any():
        frames = (
            f for number in np.flatnonzero(seen).tolist() for f in _witnesses(capture.track(number))[:2]
        )
        return Estimate("between", None, tuple(islice(frames, WITNESSES)))
    return Estimate("unknown", None, ())


def _witnesses(track: Track) -> tuple[int, ...]:
    return tuple(sorted(frame for frames in track.frames.values() for frame in frames))[:WITNESSES]
