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

from diagnoses import aborts
from diagnoses.case import Connection
from diagnoses.finding import Finding, Rejected, say
from diagnoses.probing import own_timeout

CODE = "reset_sender_unknown"
SUPERSEDES: tuple[str, ...] = ()
candidates = aborts.candidates


def was_open(c: Connection) -> bool:
    return bool(aborts.candidates(c.record))


def sender_open(c: Connection) -> bool:
    return aborts.first_abort(c).ruling.sender == "unknown"


def did_harm(c: Connection) -> bool:
    return not aborts.harmless(c, aborts.first_abort(c).rst)


def no_own_timeout(c: Connection) -> bool:
    return not own_timeout(aborts.first_abort(c))


def not_closed_before(c: Connection) -> bool:
    return not aborts.first_abort(c).closed_before


CONDITIONS = (was_open, sender_open, did_harm, no_own_timeout, not_closed_before)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = aborts.first_abort(c)
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address),
        found.evidence,
        say("title", **found.values),
        (say("reset", **found.values), say(f"open_{found.ruling.reason}", **found.values)),
        numbers=found.numbers,
        rejected=(
            Rejected("application_abort", say("not_excluded")),
            Rejected("half_open_reset", say("not_excluded")),
            Rejected("reset_on_path", say("not_excluded")),
        ),
        would_settle=say("settle", **found.values),
    )
