"""A sender repeated its data until its patience was over, and gave up without a word, though the peer was up:
what was sent on this one connection, or the answers to it, were dropped from some moment on.

Giving up is the end of many stories, and most of them are told by what began them: a pause
(idle_flow_dropped), a host that is gone (half_open_silent), segments too large (pmtu_black_hole), a shut
window (zero_window_dead_peer), a RST at the end (reset_by_own_timeout). This diagnosis is for the rest.

Holds when all of these are true:

- one end sent data at least four times, new and repeated, and its peer, heard before, sent nothing more
- the connection was open, and nobody had closed it
- no ICMP error explains the silence, and the sender heard nothing that is not in the capture
- the peer's window was open, and something that was repeated is not too large for the path
- the gaps grew as those of a timer, and the next repeat was due before the end of the capture and did not
  come, nor a FIN or RST
- the silent host spoke on other connections meanwhile: so it was not gone
- the connection had not been idle for three seconds before, or the capture was taken at the silent end: so
  it was not forgotten while it was idle

Supersedes timeout_retransmission.
"""

from diagnoses import silences
from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, say
from diagnoses.giving_up import DEFAULT, ORPHAN, GivingUp
from diagnoses.silences import IDLE_S, Silence, elsewhere, heard_later, silence

CODE = "gave_up_retransmitting"
SUPERSEDES = ("timeout_retransmission",)
WITHHELD_BY = ("clock_step",)  # it would fake the end of the patience
candidates = silences.candidates


def data_in_vain(c: Connection) -> bool:
    found = silence(c)
    return found is not None and not found.by_probes


def gave_up(c: Connection) -> bool:
    found = silence(c)
    return found is not None and GivingUp(found).shown


def host_up(c: Connection) -> bool:
    found = silence(c)
    return found is not None and bool(elsewhere(found))


def not_forgotten(c: Connection) -> bool:
    found = silence(c)
    return found is not None and (found.idle_s < IDLE_S or _here(found))


CONDITIONS = (
    data_in_vain,
    silences.nobody_closed,
    silences.nothing_unseen,
    silences.fits_path,
    gave_up,
    host_up,
    not_forgotten,
)


def _here(found: Silence) -> bool:
    """The capture was taken at the silent end."""
    return found.connection.place == found.peer.name


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = silence(c)
    assert found is not None, "find is called only when the conditions hold"
    end, alive, here = GivingUp(found), elsewhere(found)[:4], _here(found)
    later = heard_later(found, end.latest_ns)
    least, most = end.bounds_s
    values = found.values | {
        "alive": alive,
        "due": end.next_due_s,
        "quiet": end.quiet_s,
        "later": (later,) if later else (),
        "retries": end.retries,
        "least": least,
        "most": most,
    }
    told = ("sent", "doubling", "stopped", "sender_up" if later else "sender_open", _limit(end), "alive")
    return Finding(
        CODE,
        "error",
        "certain" if later else "likely",
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, *alive, *values["later"]),  # type: ignore[misc]  # a tuple, among other values
        say("title_here" if here else "title", **values),
        tuple(say(key, **values) for key in (*told, "here" if here else "dropped")),
        _host(found) if here else Culprit(),
        found.numbers
        | {
            "patience_least_s": round(least, 1),
            "patience_most_s": round(most, 1),
            "linux_retries2": end.retries,
        },
        (
            Rejected("idle_flow_dropped", say("not_idle_here" if here else "not_idle", **values)),
            Rejected("half_open_silent", say("not_gone", **values)),
        ),
        say("settle_here" if here else "settle", **values),
    )


def _limit(end: GivingUp) -> str:
    """Which sentence tells what the patience says of the sender's settings."""
    named = {DEFAULT: "limit_default", ORPHAN: "limit_orphan", None: "limit_time"}
    return named.get(end.retries, "limit_retries")


def _host(found: Silence) -> Culprit:
    return Culprit(found.peer.name, found.peer.address, 0)
