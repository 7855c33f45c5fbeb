"""The report of a capture: the object of the command line contract, in pieces that can be written one after
the other.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnoses.case import NS, endpoint_text
from diagnoses.finding import Finding
from diagnoses.judge import Verdicts
from diagnoses.words import join, render
from packets import facts
from packets.capture import Capture
from packets.columns import CONNECTION_DTYPE, ICMP, ICMPV6, TCP, UDP
from packets.decode import ARP

RULES = "1"  # version of the rules; raised whenever a verdict may change
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
        "packets": len(capture.packets),
        "connections": len(capture.table),
        "first": rfc3339(capture.first_ns),
        "duration_s": round(capture.duration_ns / NS, 9),
        "link_types": capture.link_types,
        "truncated": capture.truncated,
        "quality": [finding_object(f, language) for f in verdicts.quality],
    }


def connections_table(capture: Capture, verdicts: Verdicts) -> NDArray[np.void]:
    """CONNECTION_DTYPE rows, ordered by id."""
    table = capture.table
    out = np.zeros(len(table), CONNECTION_DTYPE)
    out["id"] = np.arange(len(table))
    for column in ("packets", "bytes", "first_row", "rows"):
        out[column] = table[column]
    out["first_ns"], out["duration_ns"] = table["first_ns"], table["last_ns"] - table["first_ns"]
    out["protocol"] = [_protocol(p) for p in table["protocol"].tolist()]
    out["state"] = [facts.STATES[s] for s in table["state"].tolist()]
    for end in ("client", "server"):
        out[end] = [
            _end(capture, p, e) for p, e in zip(table["protocol"].tolist(), table[end].tolist(), strict=True)
        ]
    for number, (code, severity) in verdicts.primary.items():
        out["verdict"][number], out["severity"][number] = code, severity
    return out


def _protocol(number: int) -> str:
    return PROTOCOLS.get(number, f"ip-{number}")


def _end(capture: Capture, protocol: int, endpoint: int) -> str:
    address = capture.addresses[endpoint >> 16]
    return endpoint_text(address, endpoint & 0xFFFF) if protocol in (TCP, UDP) else address


def connection_objects(rows: NDArray[np.void]) -> Iterator[dict[str, Any]]:
    """The "connections" part, one at a time: there may be hundreds of thousands."""
    for row in rows:
        yield {
            "id": int(row["id"]),
            **{name: row[name].decode() for name in ("client", "server", "protocol")},
            "packets": int(row["packets"]),
            "bytes": int(row["bytes"]),
            "state": row["state"].decode(),
            "verdict": row["verdict"].decode() or None,
        }


def json_list(objects: Iterator[dict[str, Any]]) -> Iterator[str]:
    """A JSON list, piece by piece."""
    yield "["
    for number, item in enumerate(objects):
        yield (",\n" if number else "\n") + json.dumps(item, ensure_ascii=False)
    yield "\n]"


def json_pieces(capture: Capture, verdicts: Verdicts, language: str) -> Iterator[str]:
    """The whole report object as text, piece by piece."""
    yield '{"capture": ' + json.dumps(capture_object(capture, verdicts, language), ensure_ascii=False)
    yield ', "connections": '
    yield from json_list(connection_objects(connections_table(capture, verdicts)))
    yield ', "findings": '
    yield from json_list(finding_object(f, language) for f in verdicts.findings)
    yield "}"
