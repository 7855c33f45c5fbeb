"""Hosts that measure a path on purpose: traceroute, tracepath, mtr. Their errors are their success."""

from diagnoses.case import Connection
from packets.columns import UDP

# traceroute begins at UDP port 33434 and goes one up with each probe; 30 hops of three probes end at 33523,
# the 255 hops that IPv4 knows at 34198. mtr and tracepath start there, too, or at 44444 (iputils tracepath).
PROBED_PORTS = (range(33434, 34199), range(44444, 44445))
# No path in use is longer: traceroute stops looking after 30 hops.
LONGEST_PATH = 30
# A host sends with one TTL, now and then with two. Two low ones are a search of the path.
SEARCHING = 2


def measures_path(c: Connection) -> bool:
    """The client of the connection is looking for the routers on its way, with this connection."""
    if int(c.record["protocol"]) == UDP and any(c.server.port in ports for ports in PROBED_PORTS):
        return True
    mine = c.rows[(c.rows["source"] == c.client.host) & c.rows["from_client"]]
    return searches(c) and bool((mine["ttl"] <= LONGEST_PATH).any())


def no_measurement(c: Connection) -> bool:
    """It is not: what is reported about the connection is not what its client wanted to learn."""
    return not measures_path(c)


def searches(c: Connection) -> bool:
    """The client sends packets with several low TTLs."""
    return len([ttl for ttl in c.client.track.counts if ttl <= LONGEST_PATH]) >= SEARCHING
