"""verdicts.json of a run folder: written after a run, read for its page."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from experiments.artefacts import Broken
from experiments.artefacts.folder import VERDICTS
from experiments.artefacts.nodes import Node, load
from experiments.declaration.values import Text
from experiments.verdicts.judging import JUDGES
from experiments.verdicts.values import Frames, Verdict

KEYS = ("text", "kind", "held", "evidence", "frames", "row")
LARGEST = 64 * 1024**2  # bytes
LONGEST = 100_000  # characters of a sentence
MOST_FRAMES = 2**24


def to_json(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """What the file holds."""
    return [
        {
            "text": one.text,
            "kind": one.kind,
            "held": one.held,
            "evidence": one.evidence,
            "frames": {vantage: list(numbers) for vantage, numbers in one.frames.items()},
            "row": one.row,
        }
        for one in verdicts
    ]


def write(folder: Path, verdicts: Iterable[Verdict]) -> None:
    """Write the verdicts into the run folder, in the place of earlier ones."""
    text = json.dumps(to_json(verdicts), ensure_ascii=False, indent=1) + "\n"
    (folder / VERDICTS).write_text(text, "utf-8")


def read(folder: Path) -> tuple[Verdict, ...]:
    """The verdicts of a run folder.

    Raises:
        Broken: when there are none, or they are not as they must be.
    """
    return tuple(_verdict(node) for node in load(folder / VERDICTS, LARGEST).items(1000))


def _verdict(node: Node) -> Verdict:
    said = node.record(KEYS)
    held = said["held"]
    return Verdict(
        text=_text(said["text"]),
        kind=said["kind"].one_of(JUDGES),
        held=None if held.value is None else held.flag(),
        evidence=_text(said["evidence"]),
        frames=_frames(said["frames"]),
        row=said["row"].whole(0, 10**6),
    )


def _text(node: Node) -> Text:
    return {language: said.text(LONGEST) for language, said in node.record(("en", "ja")).items()}


def _frames(node: Node) -> Frames:
    return {
        Node(vantage, node.place).text(21): tuple(one.whole(1, 2**32) for one in numbers.items(MOST_FRAMES))
        for vantage, numbers in node.table().items()
    }


__all__ = ["Broken", "read", "to_json", "write"]
