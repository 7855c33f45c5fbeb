"""A report: taken from the confined program's folder into rows, and read again for pages.

The folder was written by a process that handled a stranger's bytes, so nothing in it is trusted: sizes, types
and lengths are checked on the way in, arrays are checked against their documented dtype on the way out.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
from django.db import transaction
from django.utils.dateparse import parse_datetime

from kb import earlier, following
from kb.jobs import Claim, end
from kb.models import Capture, EarlierReport, Finding, Job, Report
from kb.search import index
from kb.streams import TooMuch, first_items, only_plain_files, read_object
from packets.columns import CONNECTION_DTYPE, PACKET_DTYPE

LANGUAGES = ("en", "ja")
FINDINGS_KEPT = 2000  # rows a report; the files keep all, most important first
LINES_SHOWN = 20  # lines of the overview; it has ten
CHUNK = 1 << 16  # bytes
OVERVIEWS = tuple(f"overview.{lang}.json" for lang in LANGUAGES)
SEVERITIES = ("error", "warning", "note", "info")
CONFIDENCES = ("certain", "likely", "possible")


class Unusable(Exception):
    """What the program left is not a report."""


def record(claim: Claim, folder: Path) -> bool:
    """Makes the folder the capture's report, whole, and ends the job as done: one short transaction.

    False when the attempt no longer owns the row, or the capture is gone: then nothing has changed. Raises
    Unusable when the folder does not hold a report. The folder of the report before it is removed on commit.
    """
    capture = claim.capture
    assert capture is not None
    try:
        only_plain_files(folder)
        columns, findings = read_columns(folder), read_findings(folder)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError, TooMuch) as error:
        raise Unusable(repr(error)) from error
    flush(folder)
    compared_with = compared(capture, folder, columns["quality"])
    with transaction.atomic():
        if not end(claim, Job.State.DONE):
            return False
        before = Report.objects.filter(capture=capture).first()
        name = f"reports/{folder.name}"
        columns["folder"] = name
        report, _ = Report.objects.update_or_create(capture=capture, defaults=columns)
        report.findings.all().delete()
        for finding in findings:
            finding.report = report
        Finding.objects.bulk_create(findings, batch_size=200)
        if compared_with is not None:
            compared_with.save()
        following.follow(report, connections(report))
        index.report(report)
        if before is not None and before.folder != name:
            old = before.path
            transaction.on_commit(lambda: shutil.rmtree(old, ignore_errors=True))
    return True


def compared(capture: Capture, folder: Path, quality: list[str]) -> EarlierReport | None:
    """The verdicts of the report before, with what changed since; None when there was none."""
    found = earlier.before(capture)
    if found is not None:
        rows = load(folder / "connections.npy", CONNECTION_DTYPE)
        found.changes = earlier.changes(found, rows, quality)
    return found


def flush(folder: Path) -> None:
    """Makes sure that the files are on disk before a row says that they are there."""
    for path in (*folder.rglob("*"), folder, folder.parent):
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def read_columns(folder: Path) -> dict[str, Any]:
    """The report's columns; checks that the files that pages need are there."""
    summary = read_object(folder / "summary.json")
    capture = read_object(folder / "capture.en.json")
    load(folder / "connections.npy", CONNECTION_DTYPE)
    load(folder / "packets.npy", PACKET_DTYPE)
    for name in ("capture.ja.json", "connections.json", "hosts.json", *OVERVIEWS):
        if not (folder / name).is_file():
            raise ValueError(f"{name} is missing")
    severity = summary.get("severity")
    return {
        "headline_en": str(summary["headline"]["en"])[:2000],
        "headline_ja": str(summary["headline"]["ja"])[:2000],
        "severity": severity if severity in SEVERITIES else "none",
        "packets": int(capture["packets"]),
        "connections": int(capture["connections"]),
        "first": moment(capture["first"]),
        "duration_s": float(capture["duration_s"]),
        "rules": str(summary["rules"])[:100],
        "quality": [str(finding["code"])[:40] for finding in capture["quality"]][:100],
        "created": datetime.now(UTC),
        "renewal_asked": None,
    }


def moment(text: str | None) -> datetime | None:
    """RFC 3339 with nine digits, to the microsecond; None for none, or for a year that Python lacks."""
    if text is None:
        return None
    head, point, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    try:
        return parse_datetime(f"{head}{point}{digits[:6]}{rest[len(digits) :]}")
    except ValueError:
        return None


def read_findings(folder: Path) -> list[Finding]:
    """Rows of the findings, most important first, then those of the capture's quality; not saved yet."""
    english, japanese = (first_items(folder / f"findings.{lang}.json", FINDINGS_KEPT) for lang in LANGUAGES)
    quality = [read_object(folder / f"capture.{lang}.json")["quality"][:FINDINGS_KEPT] for lang in LANGUAGES]
    pairs = [(en, ja, False) for en, ja in zip(english, japanese, strict=True)]
    pairs += [(en, ja, True) for en, ja in zip(*quality, strict=True)]
    return [finding(position, *pair) for position, pair in enumerate(pairs)]


def finding(position: int, en: dict[str, Any], ja: dict[str, Any], quality: bool) -> Finding:
    """One row. Raises ValueError or KeyError for what is no finding object."""
    if en["severity"] not in SEVERITIES or en["confidence"] not in CONFIDENCES or en["code"] != ja["code"]:
        raise ValueError("a finding has an unknown severity or confidence, or differs between languages")
    return Finding(
        position=position,
        code=str(en["code"])[:40],
        severity=en["severity"],
        confidence=en["confidence"],
        connection=None if en["connection"] is None else int(en["connection"]),
        body_en=en,
        body_ja=ja,
        quality=quality,
    )


def load(path: Path, dtype: np.dtype[Any]) -> np.ndarray:
    """A table of rows, mapped and not read. Raises ValueError when the file is not such a table."""
    rows: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    if rows.dtype != dtype or rows.ndim != 1:
        raise ValueError(f"{path.name} is not the table that it should be")
    return rows


def usable(report: Report) -> bool:
    """Whether the report's tables are there and have today's columns."""
    try:
        load(report.path / "connections.npy", CONNECTION_DTYPE)
        load(report.path / "packets.npy", PACKET_DTYPE)
        if not all((report.path / name).is_file() for name in OVERVIEWS):
            return False
    except (OSError, ValueError, EOFError):
        return False
    return True


def connections(report: Report) -> np.ndarray:
    """All connections, CONNECTION_DTYPE, ordered by id."""
    return load(report.path / "connections.npy", CONNECTION_DTYPE)


def connection_rows(
    report: Report,
    verdict: str | None = None,
    start: int = 0,
    count: int = 100,
    among: np.ndarray | None = None,
) -> tuple[np.ndarray, int]:
    """One page of connections, CONNECTION_DTYPE, and how many there are in all.

    `verdict` narrows to one code; the empty code means those without a verdict. `among`: a truth for each
    connection of the report.
    """
    rows = connections(report)
    chosen = np.ones(len(rows), bool) if among is None else among
    if verdict is not None:
        chosen = chosen & (rows["verdict"] == verdict.encode("ascii", "replace"))
    if among is not None or verdict is not None:
        rows = rows[chosen]
    start = max(start, 0)
    return np.array(rows[start : start + max(count, 0)]), len(rows)


def connection_row(report: Report, number: int) -> np.void:
    """The connection with that id. Raises LookupError when there is none."""
    rows = connections(report)
    at = int(np.searchsorted(rows["id"], number))
    if at >= len(rows) or rows[at]["id"] != number:
        raise LookupError(f"no connection {number}")
    row: np.void = np.array(rows[at : at + 1])[0]
    return row


def packet_rows(report: Report, connection: np.void) -> np.ndarray:
    """The connection's packets, PACKET_DTYPE, ordered by frame; mapped, so slice before you copy."""
    rows = load(report.path / "packets.npy", PACKET_DTYPE)
    first, count = max(int(connection["first_row"]), 0), max(int(connection["rows"]), 0)
    return rows[first : first + count]


def verdict_counts(report: Report) -> dict[str, int]:
    """How many connections have each verdict, most frequent first; the empty code: no verdict."""
    codes, counts = np.unique(connections(report)["verdict"], return_counts=True)
    pairs = sorted(zip(codes.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1])
    return {code.decode("ascii", "replace"): count for code, count in pairs}


def hosts(report: Report) -> list[str]:
    """Addresses; the columns source and target of a packet are indexes in this list."""
    return [str(host) for host in read_object(report.path / "hosts.json", list)]


def summary(report: Report) -> dict[str, Any]:
    """The program's own summary: headline, severity, rules, notes, lanes."""
    found: dict[str, Any] = read_object(report.path / "summary.json")
    return found


def overview(report: Report, lang: str) -> list[dict[str, Any]]:
    """The capture in at most ten lines (diagnoses/overview.py), the most severe first."""
    language = lang if lang in LANGUAGES else "en"
    found = first_items(report.path / f"overview.{language}.json", LINES_SHOWN)
    return [
        {
            "code": str(line["code"]),
            "severity": line["severity"] if line["severity"] in SEVERITIES else "",
            "connections": int(line["connections"]),
            "text": str(line["text"]),
        }
        for line in found
    ]


def notes(report: Report) -> list[dict[str, str]]:
    """What was left out or not understood, as {"en": sentence, "ja": sentence}."""
    return [{lang: str(note[lang]) for lang in LANGUAGES} for note in summary(report).get("notes", [])]


def stream(report: Report, lang: str) -> Iterator[bytes]:
    """The report object of the command line, in pieces; never held whole.

    All files are opened before the first piece, so a report that is replaced meanwhile is sent to its end.
    Raises FileNotFoundError when it has been replaced already.
    """
    language = lang if lang in LANGUAGES else "en"
    parts = (
        (b'{"capture": ', f"capture.{language}.json"),
        (b', "connections": ', "connections.json"),
        (b', "findings": ', f"findings.{language}.json"),
        (b', "overview": ', f"overview.{language}.json"),
    )
    with ExitStack() as stack:
        opened = [(key, stack.enter_context(open(report.path / name, "rb"))) for key, name in parts]
        return pieces(opened, stack.pop_all())


def pieces(opened: Sequence[tuple[bytes, IO[bytes]]], files: ExitStack) -> Iterator[bytes]:
    """The keys and files one after another, then the closing brace."""
    with files:
        for key, file in opened:
            yield key
            while chunk := file.read(CHUNK):
                yield chunk
        yield b"}"
