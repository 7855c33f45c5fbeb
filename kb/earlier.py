"""A report beside the one before it: which verdicts changed, and what came or went about the capture itself.

The verdicts of the report before are kept as one byte a connection: 240,000 connections are a few kilobytes,
as most have one of few verdicts. They are compared once, when the next report is recorded; pages read the
outcome.
"""

import hashlib
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.models import Capture, EarlierReport, Report
from kb.streams import cleaned

MOST_CONNECTIONS = 1 << 20  # compared; of a larger capture the first so many
MOST_CODES = 255  # one byte; there are fewer diagnoses
MOST_PAIRS = 100  # pairs of verdicts that are told apart, most frequent first
FIRST = 8  # connections named for each pair


def taken(report: Report) -> EarlierReport | None:
    """The verdicts of this report, not saved yet. None when its table cannot be read.

    Columns that another version had besides do not matter.
    """
    try:
        rows = _table(report.path)
        verdicts, first_ns, count = rows["verdict"], rows["first_ns"], len(rows)
    except (OSError, ValueError, EOFError, IndexError):
        return None
    codes, indexes = packed(verdicts[:MOST_CONNECTIONS])
    return EarlierReport(
        capture_id=report.capture_id,
        rules=report.rules,
        created=report.created,
        quality=report.quality,
        connections=count,
        codes=codes,
        verdicts=zlib.compress(indexes.tobytes()),
        fingerprint=fingerprint(first_ns),
    )


def _table(folder: Path) -> NDArray[np.void]:
    """The connections, mapped; of whatever version."""
    rows: NDArray[np.void] = np.load(folder / "connections.npy", mmap_mode="r", allow_pickle=False)
    if rows.ndim != 1 or rows.dtype.names is None:
        raise ValueError("connections.npy is not a table")
    return rows


def packed(verdicts: NDArray[np.bytes_]) -> tuple[list[str], NDArray[np.uint8]]:
    """The codes that occur, the empty one first and then by frequency, and each connection's index of them.

    Beyond MOST_CODES, which no honest report reaches, a verdict counts as none.
    """
    found, inverse, counts = np.unique(verdicts, return_inverse=True, return_counts=True)
    order = [at for at in np.argsort(-counts, kind="stable").tolist() if found[at]][: MOST_CODES - 1]
    index = np.zeros(len(found), np.uint8)
    index[order] = np.arange(1, len(order) + 1)
    return ["", *(text(found[at]) for at in order)], index[inverse.reshape(-1)]


def text(code: bytes) -> str:
    """A code as every database can hold it."""
    cleaned_code: str = cleaned(bytes(code).decode("ascii", "replace"))
    return cleaned_code


def fingerprint(first_ns: NDArray[np.int64]) -> str:
    """Equal when the same packets begin connections, in the same order."""
    return hashlib.sha256(np.ascontiguousarray(first_ns, "<i8").tobytes()).hexdigest()


def before(capture: Capture) -> EarlierReport | None:
    """What the next report will be compared with: the report that is there, or, where that had to make way
    for a new one, what was kept of it.
    """
    report = Report.objects.filter(capture=capture).first()
    if report is not None:
        return taken(report)
    return EarlierReport.objects.filter(capture=capture, changes__isnull=True).first()


def keep(report: Report) -> None:
    """Keeps the verdicts of a report that will be gone before the next one is there."""
    found = taken(report)
    if found is None:
        EarlierReport.objects.filter(capture=report.capture_id).delete()
    else:
        found.save()


def codes_of(earlier: EarlierReport) -> NDArray[np.uint8]:
    """For each compared connection its index of `codes`."""
    indexes: NDArray[np.uint8] = np.frombuffer(zlib.decompress(bytes(earlier.verdicts)), np.uint8)
    return indexes


def had(earlier: EarlierReport, code: str, count: int) -> NDArray[np.bool_]:
    """Which of today's `count` connections had this verdict before. All are False when the numbers of then
    mean other connections.
    """
    out = np.zeros(count, np.bool_)
    if (earlier.changes or {}).get("same") and code in earlier.codes:
        indexes = codes_of(earlier)[:count]
        out[: len(indexes)] = indexes == earlier.codes.index(code)
    return out


def changes(earlier: EarlierReport, rows: NDArray[np.void], quality: list[str]) -> dict[str, Any]:
    """What differs in today's connections (CONNECTION_DTYPE) and quality codes.

    same: connections have the same numbers as before, so that each was compared; else only totals were.
    changed: how many verdicts differ. compared: connections looked at. connections: all, then and now.
    pairs: {was, now, count, first}; `first` holds numbers of connections. totals: {code, was, now}, of the
    codes whose counts differ. came, went: quality codes.
    """
    codes, now = packed(rows["verdict"][:MOST_CONNECTIONS])
    was = codes_of(earlier)
    same = fingerprint(rows["first_ns"]) == earlier.fingerprint and len(was) == len(now)
    pairs, changed = _pairs(earlier.codes, was, codes, now, rows["id"]) if same else ([], 0)
    return {
        "same": same,
        "changed": changed,
        "compared": len(now),
        "connections": [earlier.connections, len(rows)],
        "pairs": pairs,
        "totals": _totals(earlier.codes, was, codes, now),
        "came": [code for code in quality if code not in earlier.quality],
        "went": [code for code in earlier.quality if code not in quality],
    }


def _pairs(
    was_codes: list[str],
    was: NDArray[np.uint8],
    now_codes: list[str],
    now: NDArray[np.uint8],
    ids: NDArray[np.int32],
) -> tuple[list[dict[str, Any]], int]:
    """Each pair of different verdicts with its connections, most frequent first; and how many in all."""
    renamed = np.asarray([now_codes.index(code) if code in now_codes else MOST_CODES for code in was_codes])
    at = np.flatnonzero(renamed[was] != now)
    both = was[at].astype(np.int64) * (MOST_CODES + 1) + now[at]
    found, counts = np.unique(both, return_counts=True)
    pairs = []
    for one in np.argsort(-counts, kind="stable")[:MOST_PAIRS].tolist():
        old, new = divmod(int(found[one]), MOST_CODES + 1)
        first = ids[at[np.flatnonzero(both == found[one])[:FIRST]]].tolist()
        pairs.append(
            {"was": was_codes[old], "now": now_codes[new], "count": int(counts[one]), "first": first}
        )
    return pairs, len(at)


def _totals(
    was_codes: list[str], was: NDArray[np.uint8], now_codes: list[str], now: NDArray[np.uint8]
) -> list[dict[str, Any]]:
    """How many connections have each verdict, then and now, where that differs."""
    then = dict(zip(was_codes, np.bincount(was, minlength=len(was_codes)).tolist(), strict=True))
    today = dict(zip(now_codes, np.bincount(now, minlength=len(now_codes)).tolist(), strict=True))
    return [
        {"code": code, "was": then.get(code, 0), "now": today.get(code, 0)}
        for code in dict.fromkeys([*was_codes, *now_codes])
        if then.get(code, 0) != today.get(code, 0)
    ]
