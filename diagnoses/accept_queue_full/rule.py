"""A listener has no room for more: while some connections to the port are answered, others are ignored.

Holds when all of these are true:

- the server ignored at least two SYNs of the client; or it repeated its SYN-ACK at least twice although the
  client had acknowledged it (once, if it ignored the client's data as well)
- the port of the client is fresh: no connection on it ended shortly before
- the same client has other connections to the same port that were answered meanwhile, or whose requests are
  acknowledged and not served
- it is no single loss: three SYNs were ignored, or another connection was ignored, too, or the capture was
  taken at the server
- no RST came from the server, and no ICMP error quotes the connection

Supersedes syn_unanswered, syn_ack_lost, handshake_ack_lost and timeout_retransmission: data sent after the
ignored ACK is ignored, too, and repeated.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses import listening, openings, reuse
from diagnoses.case import NS, Connection, frames, gaps_s
from diagnoses.finding import Confidence, Culprit, Finding, Rejected, Value, say
from packets.table import Table

CODE = "accept_queue_full"
SUPERSEDES = ("syn_unanswered", "syn_ack_lost", "handshake_ack_lost", "timeout_retransmission")
ENOUGH = 2  # a single ignored SYN is everyday loss; a single repeated SYN-ACK may have crossed the ACK
_WHERE = {  # taken at the server, by its repeated SYN-ACK: key of the words
    (True, False): "at_server",
    (True, True): "at_server_ack",
    (False, False): "elsewhere",
    (False, True): "elsewhere_ack",
}
SURELY = 3  # SYNs in a row that chance does not lose while others get through


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    repeated = (table["client_syn"] >= ENOUGH) | (table["server_syn_ack"] >= ENOUGH)
    found: NDArray[np.bool_] = repeated & (table["icmp_errors"] == 0) & (table["server_rst"] == 0)
    return found


def ignored(c: Connection) -> bool:
    if not c.server.packets:
        return c.client.syn >= ENOUGH
    late = len(listening.ignored_acks(c))
    data_too = c.client.data_segments > 0 and c.client.repeated > 0
    return len(listening.ignored_syns(c)) >= ENOUGH or late >= ENOUGH or (late > 0 and data_too)


def fresh_port(c: Connection) -> bool:
    return not reuse.reused(c)


def others_get_through(c: Connection) -> bool:
    found = listening.others(c)
    return bool(found.answered) or (bool(found.waiting) and (found.alive or c.server.packets > 0))


def no_single_loss(c: Connection) -> bool:
    several = len(listening.ignored_syns(c)) >= SURELY or len(listening.ignored_acks(c)) > 0
    return several or listening.others(c).ignored > 0 or listening.at_server(c)


def no_other_answer(c: Connection) -> bool:
    return c.server.rst == 0 and c.record["icmp_errors"] == 0


CONDITIONS = (ignored, fresh_port, others_get_through, no_single_loss, no_other_answer)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    syns, late, found = listening.ignored_syns(c), listening.ignored_acks(c), listening.others(c)
    by_ack = len(syns) < ENOUGH
    shown = late if by_ack else syns
    here, sure = listening.at_server(c), _confidence(c, by_ack)
    values = _values(c, shown)
    numbers: dict[str, Value] = {
        "ignored_syns": len(syns),
        "repeated_syn_acks": len(late),
        "gaps_s": gaps_s(shown),
        "others_answered": len(found.answered),
        "others_waiting": len(found.waiting),
        "others_ignored": found.ignored,
    }
    witnesses = (*found.answered[:4], *found.waiting[:4])
    return Finding(
        CODE,
        "warning" if _served(c) else "error",
        sure,
        c.number,
        (c.client.address, c.server.address),
        (*frames(shown), *((c.client.first_ack,) if by_ack else ()), *witnesses),
        say(f"title_{'ack' if by_ack else 'syn'}_{sure}", **values),
        (
            say("acks" if by_ack else "syns", **values),
            *((say("answered", **values),) if found.answered else ()),
            *((say("waiting", **values),) if found.waiting else ()),
            say(_WHERE[here, by_ack], **values),
            say("served" if _served(c) else "never_served", **values),
        ),
        Culprit("server", c.server.address, 0 if here else c.hops_to(c.server))
        if here or by_ack
        else Culprit(),
        numbers,
        (
            Rejected("syn_unanswered", say("not_unanswered", **values)),
            Rejected("port_reuse_ignored", say("not_reused", **values)),
        ),
        say("settle_here" if here else "settle", **values),
    )


def _confidence(c: Connection, by_ack: bool) -> Confidence:
    """Packets alone prove it only where the ACK is seen to arrive and others are seen to wait."""
    here, waiting = listening.at_server(c), bool(listening.others(c).waiting)
    if by_ack:
        return "certain" if here and waiting else "likely"
    return "likely" if waiting or (here and listening.others(c).answered) else "possible"


def _served(c: Connection) -> bool:
    """In the end the server took the connection: it acknowledged data, sent some, or closed it."""
    answered = c.server.first_syn_ack > 0 and not len(listening.ignored_acks(c))
    return answered or c.server.max_ack > 1 or c.server.data_segments + c.server.fin > 0


def _values(c: Connection, shown: NDArray[np.void]) -> dict[str, object]:
    found, asked = listening.others(c), openings.syns(c)
    begun = asked if len(asked) else shown  # the capture may have begun behind the first SYN
    return {
        "client": c.client.address,
        "client_port": c.client.port,
        "host": c.server.address,
        "server": c.server.shown,
        "port": c.server.port,
        "n": len(shown),
        "shown": frames(shown),
        "gaps": gaps_s(shown),
        "ack": (c.client.first_ack,),
        "lasted": float(shown["time_ns"][-1] - begun["time_ns"][0]) / NS,
        "m": len(found.answered),
        "answered": found.answered,
        "w": len(found.waiting),
        "waiting": found.waiting,
    }
