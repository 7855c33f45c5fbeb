"""Write the result of an analysis into a folder, in the pieces that pages and the API read later."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from diagnoses.headline import headline
from diagnoses.judge import Verdicts
from diagnoses.objects import (
    RULES,
    capture_object,
    connection_objects,
    connections_table,
    finding_object,
    json_list,
)
from diagnoses.words import LANGUAGES
from packets.capture import Capture


def write(folder: Path, capture: Capture, verdicts: Verdicts) -> None:
    """Write all pieces; ``folder`` exists."""
    table = connections_table(capture, verdicts)
    for language in LANGUAGES:
        _json(folder / f"capture.{language}.json", capture_object(capture, verdicts, language))
        _text(
            folder / f"findings.{language}.json",
            json_list(finding_object(f, language) for f in verdicts.findings),
        )
    _text(folder / "connections.json", json_list(connection_objects(table)))
    np.save(folder / "connections.npy", table, allow_pickle=False)
    np.save(folder / "packets.npy", capture.packets, allow_pickle=False)
    _json(folder / "hosts.json", capture.addresses)
    _json(folder / "summary.json", _summary(capture, verdicts))


def _summary(capture: Capture, verdicts: Verdicts) -> dict[str, Any]:
    first = headline(capture, verdicts)
    return {
        "headline": first.text,
        "severity": first.severity,
        "rules": RULES,
        "notes": [note.text for note in capture.notes],
        "lanes": {"first_ns": capture.first_ns, "duration_ns": capture.duration_ns},
    }


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")


def _text(path: Path, pieces: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(pieces)
