"""Write the result of an analysis into a folder, in the pieces that pages and the API read later."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnoses import overview
from diagnoses.case import Case
from diagnoses.headline import headline
from diagnoses.judge import Verdicts
from diagnoses.objects import (
    RULES,
    Lines,
    capture_object,
    connections_json,
    finding_object,
    json_list,
)
from diagnoses.words import LANGUAGES
from packets.capture import Capture
from packets.columns import CONNECTION_DTYPE, PACKET_DTYPE

if TYPE_CHECKING:
    from diagnoses.two_points import Comparison

_PIECE = 131_072  # packets written at a time: 20 MB


def write(folder: Path, capture: Capture, verdicts: Verdicts, comparison: "Comparison | None" = None) -> None:
    """Write all pieces; ``folder`` exists. A comparison with another capture is ``beside.LANGUAGE.json``."""
    lines, case = Lines(capture, verdicts), Case(capture)
    summary = overview.lines(case, verdicts)
    for language in LANGUAGES:
        _json(folder / f"capture.{language}.json", capture_object(capture, verdicts, language))
        _text(
            folder / f"findings.{language}.json",
            json_list(finding_object(f, language) for f in verdicts.findings),
        )
        _text(folder / f"overview.{language}.json", json_list(overview.objects(case, summary, language)))
    if comparison:
        from diagnoses.two_points.objects import beside_object

        for language in LANGUAGES:
            _json(folder / f"beside.{language}.json", beside_object(comparison, language))
    _text(folder / "connections.json", connections_json(lines))
    connections = (lines.rows(table) for table in lines.stretches())
    _rows(folder / "connections.npy", CONNECTION_DTYPE, capture.connections, connections)
    _rows(folder / "packets.npy", PACKET_DTYPE, capture.packet_count, _packets(capture))
    _json(folder / "hosts.json", list(capture.addresses))
    _json(folder / "summary.json", _summary(capture, verdicts))


def _summary(capture: Capture, verdicts: Verdicts) -> dict[str, Any]:
    first = headline(capture, verdicts)
    return {
        "headline": first.text,
        "severity": first.severity,
        "rules": RULES,
        "notes": [*(note.text for note in capture.notes), *verdicts.notes()],
        "lanes": {"first_ns": capture.first_ns, "duration_ns": capture.duration_ns},
    }


def _packets(capture: Capture) -> Iterator[NDArray[np.void]]:
    """All packets in the order of (connection, frame)."""
    for first in range(0, capture.packet_count, _PIECE):
        yield capture.packet_rows(first, min(first + _PIECE, capture.packet_count))


def _rows(path: Path, dtype: np.dtype[Any], count: int, pieces: Iterator[NDArray[np.void]]) -> None:
    """Write a table in the format of numpy.save without holding it whole."""
    head = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (count,)}
    with path.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, head)
        for piece in pieces:
            out.write(piece.data)


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def _text(path: Path, pieces: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(pieces)
