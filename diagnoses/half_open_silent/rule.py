"""One end has vanished without a word: the other sends and repeats, and nothing comes back, nor do new
connections to that host succeed.

Holds when all of these are true:

- one end sent data or keepalive probes at least four times, new and repeated, and its peer, heard before,
  sent nothing more
- the connection was open, and nobody had closed it
- no ICMP error explains the silence, and the sender heard nothing that is not in the capture
- the peer's window was open, and something that was repeated is not too large for the path
- the sender did not give up by a RST of its own
- the host is gone as a whole: new SYNs to it stayed unanswered as well, or it fell silent in the middle of
  the exchange, or the packets arrived there, where the capture was taken
- the silent host did not speak on other connections meanwhile

Supersedes timeout_retransmission, keepalive and fin_unanswered.
"""

from typing import Literal

from diagnoses import silences
from diagnoses.case import Connection
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, say
from diagnoses.silences import IDLE_S, Silence, asked_in_vain, elsewhere, silence

CODE = "half_open_silent"
SUPERSEDES: tuple[str, ...] = ("timeout_retransmission", "keepalive", "fin_unanswered")
candidates = silences.candidates
Sign = Literal["at_peer", "new_syns", "mid_exchange"]


def no_own_rst(c: Connection) -> bool:
    found = silence(c)
    return found is not None and found.rst is None


def host_gone(c: Connection) -> bool:
    found = silence(c)
    return found is not None and _sign(found) is not None


def silent_everywhere(c: Connection) -> bool:
    found = silence(c)
    return found is not None and not elsewhere(found)


CONDITIONS = (
    silences.in_vain,
    silences.nobody_closed,
    silences.nothing_unseen,
    silences.fits_path,
    no_own_rst,
    host_gone,
    silent_everywhere,
)


def _sign(found: Silence) -> Sign | None:
    """What shows that it is the host, and not a forgotten connection."""
    if found.connection.place == found.peer.name:
        return "at_peer"
    if asked_in_vain(found):
        return "new_syns"
    return "mid_exchange" if found.idle_s < IDLE_S else None


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = silence(c)
    assert found is not None, "find is called only when the conditions hold"
    sign, syns = _sign(found), asked_in_vain(found)
    assert sign is not None, "find is called only when the conditions hold"
    here = sign == "at_peer"
    values = found.values | {"syns": syns[:8], "connections": len(syns)}
    told = ["worked", "probes" if found.by_probes else "sent"]
    told += ["doubling"] * (found.doubling and not found.by_probes)
    return Finding(
        CODE,
        "error",
        _sure(sign),
        c.number,
        (c.client.address, c.server.address),
        (*found.evidence, *syns[:8]),
        say("title_here" if here else "title", **values),
        tuple(say(key, **values) for key in (*told, sign, "states")),
        _host(found) if here else Culprit(),
        found.numbers | {"later_connections_unanswered": len(syns)},
        _rejected(sign, values),
        say("settle_here" if here else "settle", **values),
    )


def _host(found: Silence) -> Culprit:
    return Culprit(found.peer.name, found.peer.address, 0)


def _sure(sign: Sign) -> Confidence:
    return "possible" if sign == "mid_exchange" else "likely"


def _rejected(sign: Sign, values: dict[str, object]) -> tuple[Rejected, ...]:
    return (
        Rejected("idle_flow_dropped", say(f"not_idle_{sign}", **values)),
        Rejected("half_open_reset", say("not_reset", **values)),
    )
