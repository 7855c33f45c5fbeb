"""Reports to pictures: which packets are drawn, what is marked on them, where they lead."""

from collections.abc import Iterable
from typing import Any, cast

import numpy as np
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from drawing import sequence, timeline
from drawing.folding import MOST_ROWS
from drawing.marks import Mark, Moment, Severity
from drawing.words import Language
from kb import reports
from kb.models import Capture, Finding, Report
from packets.columns import ICMP, ICMPV6, RST, TCP

# Evidence in another connection (the ping beside the refused SYN) is looked up in captures up to this many
# packets;
# it means a pass over the whole table.
SEARCHED_PACKETS = 300_000
MOST_MOMENTS, MOMENTS_OF_ONE = 60, 8
# On the capture page the diagram stands beside the findings: a few screens, with all the evidence.
ROWS_BESIDE = 80
ECHO_REPLIES = (0, 129)  # ICMP, ICMPv6


def text(value: bytes) -> str:
    """A text column of the tables."""
    return bytes(value).decode("ascii", "replace")


def marks(findings: Iterable[Finding], rows: np.ndarray, lang: Language) -> list[Mark]:
    """A mark for every packet of `rows` that is evidence of one of `findings`, gravest finding first."""
    found: dict[int, Mark] = {}
    by_frame = {int(row["frame"]): row for row in rows[np.isin(rows["frame"], _frames(findings))]}
    for finding in findings:
        for frame in finding.body(lang)["frames"]:
            if frame in by_frame and frame not in found:
                found[frame] = _mark(finding.body(lang)["culprit"], by_frame[frame])
    return list(found.values())


def _frames(findings: Iterable[Finding]) -> list[int]:
    return [frame for finding in findings for frame in finding.body_en["frames"]]


def _mark(culprit: dict[str, object], row: np.void) -> Mark:
    """Where a device on the path is to blame, its RSTs start between the lanes, and the rest is what they
    differ from.
    """
    frame = int(row["frame"])
    if culprit.get("kind") != "path" or row["from_client"]:
        return Mark(frame)
    if row["protocol"] == TCP and row["flags"] & RST:
        hops = culprit.get("hops_from_capture")
        return Mark(frame, gettext("hop %(hop)s") % {"hop": hops} if hops is not None else "", "path")
    if row["protocol"] in (ICMP, ICMPV6) and row["icmp_type"] not in ECHO_REPLIES:
        return Mark(frame)
    return Mark(frame, gettext("baseline"))


def with_evidence_elsewhere(report: Report, rows: np.ndarray, finding: Finding | None) -> np.ndarray:
    """`rows` of a connection, and the packets of other connections that the finding rests on, in order of
    frames.
    """
    if finding is None or not len(rows) or report.packets > SEARCHED_PACKETS:
        return rows
    frames = np.asarray(finding.body_en["frames"], np.int64)
    missing = frames[~np.isin(frames, rows["frame"])]
    if not len(missing):
        return rows
    packets = np.load(report.path / "packets.npy", mmap_mode="r", allow_pickle=False)
    others = np.array(packets[np.isin(packets["frame"], missing)])
    client = rows["source"][rows["from_client"]]
    server = rows["source"][~rows["from_client"]]
    if len(client):
        others["from_client"] = others["source"] == client[0]
    elif len(server):
        others["from_client"] = others["target"] == server[0]
    joined = np.concatenate([rows, others])
    return joined[np.argsort(joined["frame"], kind="stable")]


def places(report: Report, findings: Iterable[Finding]) -> dict[int, int]:
    """Frame → connection (-1: none) of the evidence of `findings`; empty where a search is too long."""
    return places_of(report, _frames(findings))


def places_of(report: Report, frames: list[int]) -> dict[int, int]:
    """Frame → connection (-1: none); empty where a search is too long."""
    if not frames or report.packets > SEARCHED_PACKETS:
        return {}
    packets = np.load(report.path / "packets.npy", mmap_mode="r", allow_pickle=False)
    hits = packets[np.isin(packets["frame"], frames)]
    return dict(zip(hits["frame"].tolist(), hits["connection"].tolist(), strict=True))


def connection_link(capture: Capture, number: int, frame: int | None = None) -> str:
    """The page of a connection; with a frame, the part of it that begins there."""
    page = reverse("connection", args=[capture.uid, number])
    return page if frame is None else f"{page}?from={frame}#f{frame}"


def diagram(
    capture: Capture, row: np.void, rows: np.ndarray, found: list[Mark], lang: Language, **how: Any
) -> SafeString:
    """The sequence diagram of a connection (`row` of the connections, `rows` of its packets).

    `how` is passed on: `most` rows of drawing, `folded`, `anchor`.
    """
    number, report = int(row["id"]), capture.report
    foreign = rows[rows["connection"] != number]
    owners = dict(zip(foreign["frame"].tolist(), foreign["connection"].tolist(), strict=True))

    def packet_page(frame: int) -> str:
        owner = owners.get(frame, number)
        return connection_link(capture, owner if owner >= 0 else number) + f"?from={frame}#p{frame}"

    svg = sequence.draw(
        rows,
        client=text(row["client"]),
        server=text(row["server"]),
        lang=lang,
        marks=found,
        link=packet_page,
        fold_link=lambda frame: connection_link(capture, number, frame),
        hosts=reports.hosts(report),
        base_ns=first_ns(report),
        **how,
    )
    return mark_safe(svg)  # noqa: S308 drawing escapes all that comes from the capture; see tests/drawing


def rows_beside(found: list[Mark]) -> int:
    """How many rows a diagram beside the findings may have: room for every mark, its neighbour and a fold."""
    return min(MOST_ROWS, max(ROWS_BESIDE, 3 * len(found) + 20))


def first_ns(report: Report) -> int:
    """The time of the capture's first packet, ns since the epoch."""
    return int(reports.summary(report)["lanes"]["first_ns"])


def capture_timeline(
    capture: Capture, connections: np.ndarray, findings: Iterable[Finding], lang: Language
) -> SafeString:
    """The whole capture as bars and marks."""
    report = capture.report
    lanes = reports.summary(report)["lanes"]
    svg = timeline.draw(
        connections,
        list(_moments(capture, connections, findings, lang)),
        first_ns=int(lanes["first_ns"]),
        duration_ns=int(lanes["duration_ns"]),
        lang=lang,
        link=lambda number: connection_link(capture, number),
    )
    return mark_safe(svg)  # noqa: S308 as above


def _moments(
    capture: Capture, connections: np.ndarray, findings: Iterable[Finding], lang: Language
) -> Iterable[Moment]:
    """Evidence of the findings that are more than information, an even selection of each."""
    telling = [f for f in findings if f.connection is not None and f.severity != "info"][:MOST_MOMENTS]
    chosen = np.asarray([f.connection for f in telling], np.int64)
    by_id = {int(row["id"]): row for row in connections[np.isin(connections["id"], chosen)]}
    left = MOST_MOMENTS
    for finding in telling:
        if finding.connection not in by_id or left <= 0:
            continue
        rows = reports.packet_rows(capture.report, by_id[finding.connection])
        body = finding.body(lang)
        hits = rows[np.isin(rows["frame"], body["frames"])]
        some = np.unique(np.linspace(0, len(hits) - 1, min(len(hits), MOMENTS_OF_ONE)).astype(int))
        left -= len(some)
        severity = cast(Severity, finding.severity)
        link = f"#finding-{finding.position}"
        for time_ns in hits["time_ns"][some]:
            yield Moment(int(time_ns), severity, body["title"], finding.connection, link)
