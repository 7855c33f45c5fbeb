"""An established connection was reset, and the capture cannot tell by whom.

Holds when all of these are true:

- the connection was open when the RST came
- the sender of the RST stays open: its TTL neither matches nor excludes the host it names
- it took something away: data was outstanding, or no FIN had passed before
- the host it names had not been probing or repeating in vain, which would explain the RST as its own
- the host it names had not closed before: data to a closed socket is answered by a RST, and needs no other
  explanation

Supersedes nothing.
"""

from diagnoses import aborts, probing
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.reset_court import testimony

CODE = "reset_sender_unknown"
SUPERSEDES: tuple[str, ...] = ()
WITHHELD_BY = ("one_way_capture",)  # what it took away, and a FIN before it, may have passed unseen
candidates = aborts.candidates


def sender_open(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "unknown"


def not_closed_before(c: Connection) -> bool:
    return not aborts.first_abort(c).closed_before


CONDITIONS = (aborts.was_open, sender_open, aborts.did_harm, probing.no_own_timeout, not_closed_before)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    undecided = say(f"open_{found.ruling.reason}", **found.values)
    # A client that was not heard before may have closed before the capture began: it wants no more data then.
    unheard = found.sender is c.client and aborts.maybe_closed_unseen(c, found.sender, found.rst)
    return Finding(
        CODE,
        "note" if unheard else "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        found.evidence,
        say("title", **found.values),
        (say("reset", **found.values), *testimony(found.ruling, found.sender.address, (undecided,))),
        numbers=found.numbers,
        rejected=(
            Rejected("application_abort", say("not_excluded")),
            Rejected("half_open_reset", say("not_excluded")),
            Rejected("reset_on_path", say("not_excluded")),
        ),
        would_settle=say("settle", **found.values),
    )
