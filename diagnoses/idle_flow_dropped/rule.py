"""A connection worked, was idle, and is dead afterwards without a word: as when a device forgets idle
connections and drops what comes later.

Holds when all of these are true:

- one end sent data or keepalive probes at least four times, new and repeated, and its peer, heard before,
  sent nothing more
- the connection was open, and nobody had closed it
- it had been idle for three seconds or more before the first of them
- no ICMP error explains the silence, and the sender heard nothing that is not in the capture
- the peer's window was open, and something that was repeated is not too large for the path
- the sender did not give up by its keepalive timer
- the capture was not taken at the silent end: there the packets would have arrived
- new SYNs to the silent host, where there are any, did not stay unanswered as well

Supersedes timeout_retransmission, reset_by_own_timeout, keepalive and fin_unanswered.
"""

from diagnoses import silences
from diagnoses.case import Connection
from diagnoses.finding import Confidence, Finding, Rejected, Sentence, say
from diagnoses.silences import IDLE_S, Silence, asked_in_vain, died_alike, elsewhere, silence

CODE = "idle_flow_dropped"
SUPERSEDES = ("timeout_retransmission", "reset_by_own_timeout", "keepalive", "fin_unanswered")
WITHHELD_BY = ("clock_step",)  # it would fake the pause
candidates = silences.candidates


def idle_before(c: Connection) -> bool:
    found = silence(c)
    return found is not None and found.idle_s >= IDLE_S


def not_at_silent_end(c: Connection) -> bool:
    found = silence(c)
    return found is not None and c.place != found.peer.name and c.client.host != c.server.host


def host_not_gone(c: Connection) -> bool:
    found = silence(c)
    return found is not None and not (asked_in_vain(found) and not elsewhere(found))


CONDITIONS = (
    silences.in_vain,
    silences.nobody_closed,
    idle_before,
    silences.nothing_unseen,
    silences.fits_path,
    silences.no_failed_keepalive,
    not_at_silent_end,
    host_not_gone,
)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = silence(c)
    assert found is not None, "find is called only when the conditions hold"
    alive, others = elsewhere(found), died_alike(found)
    pauses = [silent.idle_s for silent in (found, *others)]
    firsts = tuple(int(other.first["frame"]) for other in others)
    values = found.values | {
        "alive": alive[:4],
        "others": len(others),
        "firsts": firsts,
        "shortest": min(pauses),
        "longest": max(pauses),
    }
    sure = _sure(alive, others)
    return Finding(
        CODE,
        "error",
        sure,
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, *alive[:4], *firsts),
        say("title" if sure == "possible" else "title_likely", **values),
        tuple(say(key, **values) for key in _told(found, bool(alive), bool(others))),
        numbers=found.numbers
        | {"idle_survived_s": round(found.survived_s, 3) or None, "others_alike": len(others)},
        rejected=(_host(bool(alive), values), Rejected("half_open_reset", say("not_reset", **values))),
        would_settle=say("settle", **values),
    )


def _sure(alive: tuple[int, ...], others: tuple[Silence, ...]) -> Confidence:
    """A host that is up drops no connection silently: its kernel would answer with a RST."""
    if alive and others:
        return "certain"
    return "likely" if alive or others else "possible"


def _told(found: Silence, alive: bool, others: bool) -> list[str]:
    told = ["worked", "probes" if found.by_probes else "sent"]
    if found.doubling and not found.by_probes:
        told.append("doubling")
    told += ["alive"] * alive + ["alike"] * others
    told.append("forgets" if not found.survived_s else "forgets_between")
    told += ["own_rst"] * (found.rst is not None)
    return told


def _host(alive: bool, values: dict[str, object]) -> Rejected:
    why: Sentence = say("host_alive" if alive else "host_open", **values)
    return Rejected("half_open_silent", why)
