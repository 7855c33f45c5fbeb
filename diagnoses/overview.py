"""The capture in ten lines: equal verdicts grouped, so that ten thousand connections can be read.

"37 connections to 10.0.3.2:443: nothing answers the SYN; the first at 1.2 s."
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, Case, endpoint_text
from diagnoses.finding import SEVERITIES, say
from diagnoses.judge import Verdicts
from diagnoses.registry import CODES
from diagnoses.words import render

Ints = NDArray[np.int64]
MOST_LINES = 10  # what a person reads at a glance; the rest is counted in the last line
MOST_SERVERS = 3  # lines of one code, a server each; with more of them the servers are counted
_INFO = SEVERITIES.index("info")
_RANKS: dict[str, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
_HOST = 16  # bits of an endpoint below the host number
_PORT = (1 << _HOST) - 1


@dataclass(frozen=True)
class Line:
    """Connections of one verdict. ``code`` empty: no verdict. ``servers``: endpoints, host << 16 | port."""

    code: str
    severity: str  # of the most severe of them; empty: no verdict
    connections: int
    servers: tuple[int, ...]
    first_ns: int
    working: int = 0  # healthy connections to the same host, when there is one server


def lines(case: Case, verdicts: Verdicts) -> list[Line]:
    """At most MOST_LINES lines, the most severe first, then the largest; together all connections."""
    found = [line for code in _numbers(verdicts) for line in _of_code(case, verdicts, code)]
    found.sort(key=lambda line: (_rank(line), -line.connections, line.first_ns))
    return _cut(found)


def _numbers(verdicts: Verdicts) -> list[int]:
    """The verdicts that occur, -1 for none."""
    numbers: list[int] = np.unique(verdicts.codes).tolist()
    return numbers


def _rank(line: Line) -> int:
    return _RANKS.get(line.severity, len(SEVERITIES))  # no verdict: below all others


def _of_code(case: Case, verdicts: Verdicts, code: int) -> list[Line]:
    members = np.flatnonzero(verdicts.codes == code)
    severity = int(verdicts.severities[members].min())
    if severity < 0 or severity == _INFO:
        return [_line(case, verdicts, code, members)]
    servers = case.column("server")[members]
    different = np.unique(servers)
    if len(different) > MOST_SERVERS:
        return [_line(case, verdicts, code, members)]
    return [
        _with_working(case, verdicts, _line(case, verdicts, code, members[servers == server]))
        for server in different.tolist()
    ]


def _line(case: Case, verdicts: Verdicts, code: int, members: Ints) -> Line:
    severity = int(verdicts.severities[members].min())
    servers = np.unique(case.column("server")[members])
    return Line(
        CODES[code] if code >= 0 else "",
        SEVERITIES[severity] if severity >= 0 else "",
        len(members),
        tuple(servers.tolist()),
        int(case.column("first_ns")[members].min()),
    )


def _with_working(case: Case, verdicts: Verdicts, line: Line) -> Line:
    same = case.column("server") >> _HOST == line.servers[0] >> _HOST
    return replace(line, working=int((same & (verdicts.severities == _INFO)).sum()))


def _cut(found: list[Line]) -> list[Line]:
    """The first lines, and one that counts what is left; healthy ones are counted with it."""
    if len(found) <= MOST_LINES:
        return found
    kept, rest = found[: MOST_LINES - 1], found[MOST_LINES - 1 :]
    servers = tuple(sorted({server for line in rest for server in line.servers}))
    connections = sum(line.connections for line in rest)
    return [*kept, Line("*", rest[0].severity, connections, servers, min(line.first_ns for line in rest))]


def text(case: Case, line: Line, language: str) -> str:
    """The line as a sentence."""
    values = {
        "n": line.connections,
        "brief": render(line.code, say("brief"), language) if line.code in CODES else "",
        "to": _servers(case, line, language),
        "first": (line.first_ns - (case.capture.first_ns or 0)) / NS,
        "working": line.working,
    }
    told = render("", say(_kind(line), **values), language)
    if line.working:
        told = render("", say("line_with", line=told, **values), language)
    return told


def _kind(line: Line) -> str:
    if line.code == "*":
        return "line_rest"
    if not line.code:
        return "line_silent"
    if line.severity == "info":
        return "line_info"
    return "line_one" if line.connections == 1 else "line"


def _servers(case: Case, line: Line, language: str) -> str:
    some, hosts = line.servers[:MOST_SERVERS], {server >> _HOST for server in line.servers}
    if len(line.servers) <= MOST_SERVERS:
        return render("", say("servers_few", servers=[_endpoint(case, server) for server in some]), language)
    if len(hosts) == 1:
        host, ports = case.capture.addresses[hosts.pop()], [server & _PORT for server in some]
        return render("", say("servers_ports", host=host, ports=ports, n=len(line.servers)), language)
    shown = [_endpoint(case, server) for server in some]
    return render("", say("servers", servers=shown, n=len(line.servers)), language)


def _endpoint(case: Case, server: int) -> str:
    address = case.capture.addresses[server >> _HOST]
    # ICMP and ARP have no ports: their endpoints hold other numbers there, and are not found by them.
    return endpoint_text(address, server & _PORT) if len(case.to_server(server)) else address


def objects(case: Case, found: list[Line], language: str) -> Iterator[dict[str, Any]]:
    """Lines as the report object shows them."""
    for line in found:
        yield {
            "code": line.code,
            "severity": line.severity,
            "connections": line.connections,
            "servers": [_endpoint(case, server) for server in line.servers[:MOST_SERVERS]],
            "server_count": len(line.servers),
            "first_s": round((line.first_ns - (case.capture.first_ns or 0)) / NS, 6),
            "working": line.working,
            "text": text(case, line, language),
        }
