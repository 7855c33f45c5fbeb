"""The report of a capture: the object of the command line contract, in pieces that can be written one after
the other.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnoses import overview
from diagnoses.case import NS, Case
from diagnoses.finding import SEVERITIES, Finding
from diagnoses.judge import Verdicts
from diagnoses.registry import CODES
from diagnoses.words import join, render
from packets import facts
from packets.capture import Capture
from packets.columns import CONNECTION_DTYPE, ICMP, ICMPV6, TCP, UDP
from packets.kernel.network import ARP
from packets.table import Table

if TYPE_CHECKING:
    from diagnoses.two_points import Comparison

RULES = "4"  # version of the rules; raised whenever a verdict may change
PROTOCOLS = {
    TCP: "tcp",
    UDP: "udp",
    ICMP: "icmp",
    ICMPV6: "icmpv6",
    ARP: "arp",
    2: "igmp",
    47: "gre",
    50: "esp",
    89: "ospf",
    132: "sctp",
}


def rfc3339(time_ns: int | None) -> str | None:
    """Nine digits of nanoseconds, UTC; None for a time outside the years 1 to 9999."""
    if time_ns is None:
        return None
    seconds, rest = divmod(time_ns, NS)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
    except (ValueError, OverflowError, OSError):
        return None


def finding_object(finding: Finding, language: str) -> dict[str, Any]:
    """A finding as the contract shows it, in one language."""
    code = finding.code
    explanation = join([render(code, s, language) for s in finding.explanation], language)
    settle = render(code, finding.would_settle, language) if finding.would_settle else None
    return {
        "code": code,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "connection": finding.connection,
        "hosts": list(dict.fromkeys(finding.hosts)),
        "frames": list(finding.frames),
        "culprit": {
            "kind": finding.culprit.kind,
            "ip": finding.culprit.ip,
            "hops_from_capture": finding.culprit.hops,
        },
        "numbers": finding.numbers,
        "title": render(code, finding.title, language),
        "explanation": explanation,
        "rejected": [{"code": r.code, "why": render(code, r.why, language)} for r in finding.rejected],
        "would_settle": settle,
    }


def capture_object(capture: Capture, verdicts: Verdicts, language: str) -> dict[str, Any]:
    """The "capture" part."""
    return {
        "packets": capture.packet_count,
        "connections": capture.connections,
        "first": rfc3339(capture.first_ns),
        "duration_s": round(capture.duration_ns / NS, 9),
        "link_types": capture.link_types,
        "truncated": capture.truncated,
        "quality": [finding_object(f, language) for f in verdicts.quality],
    }


class Lines:
    """The connections of a capture as the contract shows them, in stretches: there may be very many."""

    def __init__(self, capture: Capture, verdicts: Verdicts) -> None:
        self._capture, self._verdicts = capture, verdicts
        self._names = [*CODES, ""]  # index -1: no verdict
        self._hosts = _Names(capture)

    def stretches(self) -> Iterator[Table]:
        """The table, a stretch at a time."""
        return self._capture.stretches()

    def ends(self, table: Table, end: str) -> list[str]:
        """Endpoints as people write them: 192.0.2.1:443, [2001:db8::1]:443, or a bare address."""
        hosts, endpoints = self._hosts, table[end]
        pairs = zip((endpoints >> 16).tolist(), (endpoints & 0xFFFF).tolist(), strict=True)
        texts = [f"{hosts[host]}:{port}" for host, port in pairs]
        for at in np.flatnonzero(~np.isin(table["protocol"], (TCP, UDP))).tolist():
            texts[at] = self._capture.addresses[int(endpoints[at]) >> 16]
        return texts

    def verdicts(self, table: Table) -> list[str]:
        """Code of each connection's primary finding, empty: none."""
        return [self._names[n] for n in self._verdicts.codes[table.first : table.first + len(table)].tolist()]

    def json(self, table: Table) -> str:
        """The objects of a stretch. All texts are addresses and codes: none needs to be escaped."""
        quoted = {code: f'"{code}"' if code else "null" for code in self._names}
        columns = (
            range(table.first, table.first + len(table)),
            self.ends(table, "client"),
            self.ends(table, "server"),
            protocols(table),
            table["packets"].tolist(),
            table["bytes"].tolist(),
            states(table),
            [quoted[code] for code in self.verdicts(table)],
        )
        return ",\n".join([_OBJECT % values for values in zip(*columns, strict=True)])

    def rows(self, table: Table) -> NDArray[np.void]:
        """The same as CONNECTION_DTYPE rows."""
        out = np.zeros(len(table), CONNECTION_DTYPE)
        out["id"] = np.arange(table.first, table.first + len(table))
        for column in ("packets", "bytes", "first_row", "rows", "first_ns"):
            out[column] = table[column]
        out["duration_ns"] = table["last_ns"] - table["first_ns"]
        out["protocol"], out["state"] = protocols(table), states(table)
        out["client"], out["server"] = self.ends(table, "client"), self.ends(table, "server")
        out["verdict"] = self.verdicts(table)
        severities = self._verdicts.severities[table.first : table.first + len(table)]
        out["severity"] = np.array([*SEVERITIES, ""], "S8")[severities]
        return out


_OBJECT = (
    '{"id": %d, "client": "%s", "server": "%s", "protocol": "%s", "packets": %d, "bytes": %d, "state": "%s", '
    '"verdict": %s}'
)


MOST_NAMES = 65_536  # addresses remembered as text


class _Names(dict[int, str]):
    """Addresses by host number as they stand before a port (RFC 5952 section 6), made as they are needed."""

    def __init__(self, capture: Capture) -> None:
        super().__init__()
        self._addresses = capture.addresses

    def __missing__(self, host: int) -> str:
        if len(self) == MOST_NAMES:
            self.clear()
        address = self._addresses[host]
        self[host] = f"[{address}]" if ":" in address else address
        return self[host]


def protocols(table: Table) -> list[str]:
    """The protocol of each connection, by name."""
    numbers = table["protocol"].tolist()
    names = {number: PROTOCOLS.get(number, f"ip-{number}") for number in set(numbers)}
    return [names[number] for number in numbers]


def states(table: Table) -> list[str]:
    """The state of each connection, by name."""
    return [facts.STATES[number] for number in table["state"].tolist()]


def connections_json(lines: Lines) -> Iterator[str]:
    """The "connections" part, a stretch at a time."""
    yield "["
    for table in lines.stretches():
        yield (",\n" if table.first else "\n") + lines.json(table)
    yield "\n]"


def json_list(objects: Iterator[dict[str, Any]]) -> Iterator[str]:
    """A JSON list, piece by piece."""
    yield "["
    for number, item in enumerate(objects):
        yield (",\n" if number else "\n") + json.dumps(item, ensure_ascii=False)
    yield "\n]"


def json_pieces(
    capture: Capture, verdicts: Verdicts, language: str, comparison: "Comparison | None" = None
) -> Iterator[str]:
    """The whole report object as text, piece by piece; with "beside" where there is a comparison."""
    yield '{"capture": ' + json.dumps(capture_object(capture, verdicts, language), ensure_ascii=False)
    yield ', "connections": '
    yield from connections_json(Lines(capture, verdicts))
    yield ', "findings": '
    yield from json_list(finding_object(f, language) for f in verdicts.findings)
    yield ', "overview": '
    case = Case(capture)
    yield from json_list(overview.objects(case, overview.lines(case, verdicts), language))
    if comparison:
        from diagnoses.two_points.objects import beside_object

        yield ', "beside": ' + json.dumps(beside_object(comparison, language), ensure_ascii=False)
    yield "}"
