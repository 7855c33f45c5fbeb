"""Where a capture was taken, told from TTLs: a host's packets carry their full initial TTL only before the
first router.
"""

from typing import Literal

from packets.ttl import INITIAL, Track

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
