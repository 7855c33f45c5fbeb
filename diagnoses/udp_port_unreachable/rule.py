"""A datagram is turned away with ICMP "port unreachable": no program takes it there.

Holds when all of these are true:

- one end sent datagrams, and an ICMP "port unreachable" quotes one of them
- the sender was asking or reporting, not answering: its peer's late answers may well find a closed port
- nothing came from the peer's port after the first such message
- the sender is not measuring the path (traceroute and tracepath end with just this message)
- it is not trying out the ports of its peer

Supersedes nothing: the message is the whole answer.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Connection, frames
from diagnoses.datagrams import distance, refusal
from diagnoses.finding import Confidence, Culprit, Finding, Kind, Rejected, Severity, Value, say
from diagnoses.path_probes import no_measurement
from packets.columns import UDP
from packets.table import Table
from packets.ttl import hops

CODE = "udp_port_unreachable"
SUPERSEDES: tuple[str, ...] = ()
# Ports of one host that turned one sender away from which on it is a scan: nobody needs so many closed ports.
A_SCAN = 16
LOOKED_AT = 4096  # connections of the two that are looked at to count them


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["protocol"] == UDP) & (table["icmp_errors"] > 0)
    return found


def datagram_turned_away(c: Connection) -> bool:
    found = refusal(c)
    return len(found.sent) > 0 and len(found.messages) > 0


def not_answering(c: Connection) -> bool:
    found = refusal(c)
    return found.sender is c.client or len(found.answers) == 0


def no_answer_afterwards(c: Connection) -> bool:
    return not refusal(c).answered_afterwards


def no_scan(c: Connection) -> bool:
    others = c.case.between(c.client.host, c.server.host)[:LOOKED_AT]
    ports = c.case.column("server")[others][c.case.column("icmp_errors")[others] > 0]
    return len(np.unique(ports)) < A_SCAN


CONDITIONS = (datagram_turned_away, not_answering, no_answer_afterwards, no_measurement, no_scan)


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    refused = refusal(c)
    found, sent, answers, target = refused.messages, refused.sent, refused.answers, refused.target
    first, asked = found[0], sent[sent["frame"] < found[0]["frame"]][-1:]
    by_host = refused.by_host
    reporter = c.case.capture.addresses[int(first["source"])]
    delay = float(first["time_ns"] - asked["time_ns"][0]) / NS if len(asked) else 0.0
    values = {
        "client": refused.sender.address,
        "server": target.shown,
        "host": target.address,
        "port": target.port,
        "reporter": reporter,
        "n": len(sent),
        "messages": len(found),
        "icmp": frames(found),
        "type": int(first["icmp_type"]),
        "code": int(first["icmp_code"]),
        "ttl": int(first["ttl"]),
        "hop": hops(int(first["ttl"])),
        "delay": delay,
        "answers": len(answers),
        "last": frames(answers)[-1:],
    }
    numbers: dict[str, Value] = {
        "datagrams": len(sent),
        "icmp_messages": len(found),
        "icmp_ttl": int(first["ttl"]),
        "delay_s": round(delay, 6),
        "answers_before": len(answers),
    }
    kind: Kind = ("server" if target is c.server else "client") if by_host else "path"
    hop = c.hops_to(target) if by_host else distance(refused.sender, first)
    severity: tuple[Severity, Confidence] = ("note" if len(answers) else "error", "certain")
    return Finding(
        CODE,
        *severity,
        c.number,
        (c.client.address, c.server.address, reporter),
        (*frames(asked), *frames(found), *frames(answers)[-1:]),
        say("title" if by_host else "title_device", **values),
        (
            say("reported", **values),
            say("by_host" if by_host else "by_device_here" if hop is None else "by_device", **values),
            say("open_before" if len(answers) else "effect", **values),
        ),
        Culprit(kind, reporter, hop),
        numbers,
        (Rejected("icmp_unreachable", say("host_is_up" if by_host else "device_only", **values)),),
        say("settle" if by_host else "settle_device", **values),
    )
