"""Packets are sent with so small a TTL that they do not reach their target.

Holds when all of these are true:

- an ICMP "time exceeded in transit" quotes a packet that the client is seen to send
- nothing came from the server after the first such message
- the packets pass the capture point with a TTL of 30 or less: they were not given enough
- the client does not measure the path (traceroute lives from these messages)

Supersedes syn_unanswered and ping_loss.
"""

from diagnoses.case import Connection
from diagnoses.expiry import candidates, expiry, message_quotes_client, never_answered
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Severity, say
from diagnoses.path_probes import LONGEST_PATH, no_measurement
from packets.columns import TCP, UDP

CODE = "ttl_expired"
SUPERSEDES = ("syn_unanswered", "ping_loss")
SEVERAL = 2  # packets: one alone may be a probe that somebody made by hand

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "candidates", "find"]


def not_given_enough(c: Connection) -> bool:
    return expiry(c).ttl <= LONGEST_PATH


CONDITIONS = (message_quotes_client, never_answered, not_given_enough, no_measurement)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = expiry(c)
    values = found.values
    at_client = found.ttl == found.distance
    told = [
        say("sent", **values),
        say("reported", **values),
        say("counted" if at_client else "on_the_way", **values),
    ]
    told.append(say("usual" if values["usual"] else "always", **values))
    return Finding(
        CODE,
        *_weight(c),
        c.number,
        (c.client.address, c.server.address, *found.names),
        found.evidence,
        say("title", **values),
        tuple(told),
        Culprit("client", c.client.address, c.hops_to(c.client)),
        found.numbers,
        (
            Rejected("routing_loop", say("no_loop", **values)),
            Rejected("icmp_unreachable", say("not_unreachable", **values)),
        ),
        say("settle", **values),
    )


def _weight(c: Connection) -> tuple[Severity, Confidence]:
    """A ping with a chosen TTL is somebody's question; data with one is a mistake."""
    several = len(expiry(c).sent) >= SEVERAL
    if int(c.record["protocol"]) in (TCP, UDP):
        return "error", "certain" if several else "likely"
    return ("warning", "certain") if several else ("note", "possible")
