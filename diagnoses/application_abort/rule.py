"""One end aborts an established connection itself: its application closed with unread data or without
lingering, or exited.

Holds when all of these are true:

- the connection was open when the RST came
- the RST is the host's own: its TTL is that of the host's other packets
- it was made by the holder of the connection: it carries an ACK, which a kernel that knows no connection
  does not send here
- it took something away: data was outstanding, or no FIN had passed before
- the host had not been probing or repeating in vain before it

Supersedes keepalive and clean_close.
"""

from diagnoses import aborts, probing
from diagnoses.aborts import Abort
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, Severity, say

CODE = "application_abort"
SUPERSEDES = ("keepalive", "clean_close")
# What was acknowledged, and a FIN before the RST, may have passed unseen.
WITHHELD_BY = ("one_way_capture", "capture_drops")
candidates = aborts.candidates


def sent_by_host(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "host"


def made_by_holder(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.reset.has_ack


CONDITIONS = (aborts.was_open, sent_by_host, made_by_holder, aborts.did_harm, probing.no_own_timeout)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    reset = found.ruling.reset
    lost = aborts.surely_outstanding(c, found.rst)
    signs = (
        "holder_timestamps" if reset.has_timestamps else "holder_id" if reset.id_continues else "holder_ack"
    )
    return Finding(
        CODE,
        _severity(c, found, lost),
        found.ruling.confidence,
        c.number,
        (c.client.address, c.server.address),
        found.evidence,
        say("title", **found.values),
        (
            say("same_ttl", **found.values),
            say(signs),
            say("outstanding" if lost else "all_read", lost=lost),
            say("limits", **found.values),
        ),
        found.by_sender,
        found.numbers | {"outstanding_bytes": lost},
        (
            Rejected("reset_on_path", say("not_path", **found.values)),
            Rejected("half_open_reset", say("not_half_open")),
        ),
        say("settle", **found.values),
    )


def _severity(c: Connection, found: Abort, lost: int) -> Severity:
    """A server that aborts fails somebody. A client that drops a finished exchange (a pool, a closed tab)
    harms nobody.
    """
    if found.sender is c.server:
        return "error"
    return "warning" if lost else "note"
