"""The values of a case: what a finding and its connection say, under the names of the placeholders."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from drawing.words import Language
from kb import reports
from kb.earlier import text
from kb.models import Capture, Finding, Report
from kb.stepping.filling import KINDS
from kb.views import wording
from kb.views.pictures import SEARCHED_PACKETS
from packets.columns import PACKET_DTYPE

MOST_FRAMES = 24  # as many as a card lists
MOST_VALUES, LONGEST = 80, 300  # numbers of one finding; characters of one value


def of_finding(capture: Capture, report: Report, finding: Finding, lang: Language) -> dict[str, str]:
    """Placeholder → text. `=name` is the number alone, for commands; kb/stepping/filling.py says what may go
    into one.
    """
    body = finding.body(lang)
    row = connection_of(report, finding)
    found = numbers({n: v for n, v in body["numbers"].items() if n not in KINDS}, lang)
    found |= ends(row, body["hosts"])
    frames = [int(frame) for frame in body["frames"]]
    first, time = first_of(report, row, frames)
    hop = body["culprit"].get("hops_from_capture")
    found |= {
        "capture": capture.name,
        "frames": ", ".join(map(str, frames[:MOST_FRAMES])),
        "first_frame": first,
        "time": time,
        "hop": str(hop) if isinstance(hop, int) else "",
    }
    return {name: value[:LONGEST] for name, value in found.items() if value}


def connection_of(report: Report, finding: Finding) -> np.void | None:
    """The row of the finding's connection; None for a finding about hosts or about the capture."""
    if finding.connection is None:
        return None
    try:
        return reports.connection_row(report, finding.connection)
    except LookupError:
        return None


def ends(row: np.void | None, hosts: list[str]) -> dict[str, str]:
    """Both ends with their ports; of a finding about hosts the first two of them."""
    if row is None:
        first, second = [*map(str, hosts[:2]), "", ""][:2]
        return {"client": first, "server": second} if second else {"server": first}
    client, client_port = split(text(row["client"]))
    server, server_port = split(text(row["server"]))
    return {"client": client, "client_port": client_port, "server": server, "server_port": server_port}


def split(end: str) -> tuple[str, str]:
    """Address and port of "192.0.2.1:22", "[2001:db8::1]:22" or a bare address, whose port is empty."""
    if end.startswith("["):
        address, _, port = end[1:].partition("]")
        return address, port.removeprefix(":")
    if end.count(":") == 1:
        address, _, port = end.partition(":")
        return address, port
    return end, ""


def first_of(report: Report, row: np.void | None, frames: list[int]) -> tuple[str, str]:
    """The first frame of evidence and when it was recorded, UTC: the first in the finding's own connection,
    as the others are what it was compared with. An empty time where it was not looked up.
    """
    if not frames:
        return "", ""
    own = reports.packet_rows(report, row) if row is not None else None
    at = _first_at(own, frames) if own is not None else None
    if own is not None and at is not None:
        return str(own["frame"][at]), moment(int(own["time_ns"][at]))
    if report.packets > SEARCHED_PACKETS:
        return str(frames[0]), ""
    packets = reports.load(report.path / "packets.npy", PACKET_DTYPE)
    at = _first_at(packets, frames[:1])
    return str(frames[0]), "" if at is None else moment(int(packets["time_ns"][at]))


def _first_at(packets: np.ndarray, frames: list[int]) -> int | None:
    """Where the first of these frames is that is among the packets."""
    found = np.flatnonzero(np.isin(packets["frame"], np.asarray(frames, np.int64)))
    return int(found[0]) if len(found) else None


def moment(time_ns: int) -> str:
    """Nanoseconds since 1970 as 2026-01-01T00:00:00.002100Z."""
    seconds, rest = divmod(time_ns, 10**9)
    shown = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000, tzinfo=None)
    return shown.isoformat(timespec="microseconds") + "Z"


def numbers(values: dict[str, Any], lang: Language) -> dict[str, str]:
    """The finding's numbers with their units, and, as `=name`, without."""
    found: dict[str, str] = {}
    for name, value in list(values.items())[:MOST_VALUES]:
        if value is None:
            continue
        found[name] = wording.with_unit(name, value, lang)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[f"={name}"] = f"{value:.12g}" if isinstance(value, float) else str(value)
    return found
