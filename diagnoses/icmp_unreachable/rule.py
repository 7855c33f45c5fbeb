"""A router, firewall or host says by ICMP that the connection cannot be made.

Holds when all of these are true:

- the client sent a SYN, and no SYN-ACK came
- an ICMP "destination unreachable" quotes that SYN
- the message names a reason that ends the attempt (not "fragmentation needed", which only asks for smaller
  packets)

Supersedes syn_unanswered.
"""

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import Connection
from diagnoses.finding import Culprit, Finding, Rejected, say
from packets import facts
from packets.columns import ICMP, ICMPV6, SYN
from packets.table import Table
from packets.ttl import INITIAL, hops
from packets.vantage import fresh

CODE = "icmp_unreachable"
SUPERSEDES = ("syn_unanswered",)
_V4, _V6 = 3, 1  # type "destination unreachable" of RFC 792 and RFC 4443
_FRAGMENTATION_NEEDED = 4
# Code to the key of its words. RFC 792, RFC 1812 section 5.2.7.1; RFC 4443 section 3.1.
_REASONS_V4 = {
    0: "no_route",
    1: "host",
    2: "protocol",
    3: "port",
    5: "no_route",
    6: "no_route",
    7: "host",
} | dict.fromkeys((9, 10, 13), "prohibited")
_REASONS_V6 = {0: "no_route", 1: "prohibited", 3: "host", 4: "port", 5: "prohibited", 6: "no_route"}
# Linux asks three times, a second apart, for a neighbour before it reports "host unreachable".
ROUTER_GIVES_UP_S = 1.0


def candidates(table: Table) -> NDArray[np.bool_]:
    """Connections worth a look."""
    found: NDArray[np.bool_] = (table["state"] == facts.SYN_SENT) & (table["icmp_errors"] > 0)
    return found


def messages(c: Connection) -> NDArray[np.void]:
    """The "destination unreachable" messages about the connection."""
    rows = c.rows
    v4 = (rows["protocol"] == ICMP) & (rows["icmp_type"] == _V4)
    v6 = (rows["protocol"] == ICMPV6) & (rows["icmp_type"] == _V6)
    found: NDArray[np.void] = rows[v4 | v6]
    return found


def syn_without_answer(c: Connection) -> bool:
    return c.client.syn > 0 and c.server.packets == 0


def icmp_quotes_syn(c: Connection) -> bool:
    return len(messages(c)) > 0


def ends_the_attempt(c: Connection) -> bool:
    found = messages(c)
    return bool(((found["protocol"] == ICMPV6) | (found["icmp_code"] != _FRAGMENTATION_NEEDED)).any())


CONDITIONS = (syn_without_answer, icmp_quotes_syn, ends_the_attempt)


def _reason(message: np.void) -> str:
    reasons = _REASONS_V4 if message["protocol"] == ICMP else _REASONS_V6
    return reasons.get(int(message["icmp_code"]), "other")


def find(c: Connection) -> Finding:
    """The finding, once all conditions hold."""
    found = messages(c)
    first, reason = found[0], _reason(found[0])
    syns = c.client.rows[(c.client.rows["flags"] & SYN) != 0]
    reporter = c.case.capture.addresses[int(first["source"])]
    by_server = int(first["source"]) == c.server.host
    delay = float(first["time_ns"] - syns["time_ns"][0]) / 1e9
    values = {
        "client": c.client.address,
        "server": c.server.shown,
        "host": c.server.address,
        "port": c.server.port,
        "reporter": reporter,
        "type": int(first["icmp_type"]),
        "code": int(first["icmp_code"]),
        "n": len(found),
        "icmp": found["frame"].tolist(),
        "syns": syns["frame"].tolist(),
        "ttl": int(first["ttl"]),
        "hop": hops(int(first["ttl"])),
        "delay": delay,
    }
    told = [say("reported", **values), say(f"reason_{reason}", **values)]
    if reason == "host" and delay >= ROUTER_GIVES_UP_S:
        told.append(say("neighbour", **values))
    near = _distance(c, first, by_server) is None
    told.append(say("by_server" if by_server else "by_device_here" if near else "by_device", **values))
    return Finding(
        CODE,
        "error",
        "certain",
        c.number,
        (c.client.address, c.server.address, reporter),
        (*values["syns"], *values["icmp"]),
        say(f"title_{reason}", **values),
        tuple(told),
        Culprit("server" if by_server else "path", reporter, _distance(c, first, by_server)),
        {
            "icmp_type": values["type"],
            "icmp_code": values["code"],
            "icmp_ttl": values["ttl"],
            "delay_s": round(delay, 6),
            "syns": len(syns),
        },
        (Rejected("port_closed", say("not_closed")), Rejected("syn_unanswered", say("not_silent"))),
    )


def _distance(c: Connection, message: np.void, by_server: bool) -> int | None:
    """Hops to the sender of the message; None where the capture host itself, or its neighbour, sent it."""
    if by_server:
        return c.hops_to(c.server)
    ttl = int(message["ttl"])
    return None if ttl in INITIAL and not fresh(c.client.track) else hops(ttl)
