"""Packets go round in circles between routers until their TTL is used up.

Holds when all of these are true:

- an ICMP "time exceeded in transit" quotes a packet that the client is seen to send
- nothing came from the server after the first such message
- the packets pass the capture point with a TTL above 30, more than any path in use needs
- the client does not measure the path

Supersedes syn_unanswered and ping_loss.
"""

from diagnoses.case import Connection
from diagnoses.expiry import candidates, expiry, message_quotes_client, never_answered
from diagnoses.finding import Culprit, Finding, Rejected, say
from diagnoses.path_probes import LONGEST_PATH, no_measurement

CODE = "routing_loop"
SUPERSEDES = ("syn_unanswered", "ping_loss")
SEVERAL = 2  # messages: a loop that lasts shows itself with each packet

__all__ = ["CODE", "CONDITIONS", "SUPERSEDES", "candidates", "find"]


def given_enough(c: Connection) -> bool:
    return expiry(c).ttl > LONGEST_PATH


CONDITIONS = (message_quotes_client, never_answered, given_enough, no_measurement)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = expiry(c)
    values = found.values
    several = len(found.messages) >= SEVERAL
    return Finding(
        CODE,
        "error",
        "certain" if several else "likely",
        c.number,
        (c.client.address, c.server.address, *found.names),
        found.evidence,
        say("title", **values),
        (
            say("sent", **values),
            say("reported", **values),
            say("several" if len(found.reporters) > 1 else "one", **values),
        ),
        Culprit("path", str(values["reporter"]), found.distance),
        found.numbers,
        (
            Rejected("ttl_expired", say("enough", **values)),
            Rejected("icmp_unreachable", say("not_unreachable", **values)),
        ),
        say("settle", **values),
    )
