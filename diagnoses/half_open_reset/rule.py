"""One end no longer knows the connection: it restarted, or lost the socket, and answers the other's segment
with a bare RST.

Holds when all of these are true:

- the connection was open when the RST came
- the RST is the host's own: its TTL is that of the host's other packets
- it is the answer of a kernel without the connection: no ACK, at the number that the peer's segment
  acknowledged
- the host had not closed before: no FIN of its own, seen or counted by the numbers
- it took something away: data was outstanding, or no FIN had passed before

Supersedes keepalive and clean_close.
"""

from diagnoses import aborts
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say

CODE = "half_open_reset"
SUPERSEDES = ("keepalive", "clean_close")
# What was acknowledged, and a FIN before the RST, may have passed unseen.
WITHHELD_BY = ("one_way_capture", "capture_drops")
candidates = aborts.candidates


def sent_by_host(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "host"


def knows_no_connection(c: Connection) -> bool:
    found = aborts.first_abort(c)
    return not found.ruling.reset.has_ack and found.answers_peer


def not_closed_before(c: Connection) -> bool:
    found = aborts.first_abort(c)
    return not found.closed_before and not aborts.counted_unseen(c, found.sender, found.rst)


CONDITIONS = (aborts.was_open, sent_by_host, knows_no_connection, not_closed_before, aborts.did_harm)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    return Finding(
        CODE,
        "error",
        "possible" if aborts.maybe_closed_unseen(c, found.sender, found.rst) else "likely",
        c.number,
        (c.client.address, c.server.address),
        found.evidence,
        say("title", **found.values),
        (
            say("answer", **found.values),
            say("idle", **found.values),
            say("same_ttl", **found.values),
            say("limits", **found.values),
        ),
        found.by_sender,
        found.numbers,
        (
            Rejected("reset_on_path", say("not_path", **found.values)),
            Rejected("application_abort", say("not_abort")),
        ),
        say("settle", **found.values),
    )
