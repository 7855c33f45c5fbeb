"""Whether two runs are the same, byte by byte, and if not, the first thing in which they differ."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.comparison.difference import Difference, difference
from experiments.comparison.documents import documents_differ
from experiments.comparison.frames import captures_differ, first_differing_byte
from experiments.comparison.terminals import terminals_differ
from experiments.comparison.words import SECOND
from packets.errors import printable

MADE_AFTERWARDS = "verdicts.json"  # judged from the rest, perhaps by a newer program
ORDER = ("captures/", "steps.json", "terminals/", "sockets.json", "counters.json", "run.json")
LARGEST = 64_000_000  # bytes of a file in which the first difference is looked for
ONLY_HERE = {"en": "the file is only here", "ja": "こちらにしかないファイルです"}
ONLY_THERE = {"en": "the file is only there", "ja": "もう一方にしかないファイルです"}
UNREADABLE = {"en": "the file cannot be read", "ja": "読み取れないファイルです"}
OTHER_BYTES = {"en": "other bytes", "ja": "バイト列が異なります"}


def first_difference(one: Path, other: Path) -> Difference | None:
    """What differs first between two run folders: captures, steps, terminals, sockets, counters, run.json.

    None: every artefact is the same, byte by byte. A file that is missing or broken is a difference too.
    """
    names = sorted(_files(one) | _files(other), key=lambda name: (_rank(name), name))
    return next((found for name in names if (found := _file_differs(name, one, other))), None)


def _files(folder: Path) -> set[str]:
    """Names of the files in a folder. What a link points to is no part of a run."""
    plain = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix() for path in plain} - {MADE_AFTERWARDS}


def _rank(name: str) -> int:
    return next((rank for rank, prefix in enumerate(ORDER) if name.startswith(prefix)), len(ORDER))


def _file_differs(name: str, one: Path, other: Path) -> Difference | None:
    here, there = (_content(folder / name) for folder in (one, other))
    shown = printable(name)
    if here is None or there is None:
        only = {(True, False): ONLY_THERE, (False, True): ONLY_HERE}
        return difference(shown, only.get((here is None, there is None), UNREADABLE))
    if here == there:
        return None
    if max(len(here), len(there)) > LARGEST:
        return difference(shown, OTHER_BYTES)
    return _inside(shown, here, there, _starts(one, other))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else None
    except OSError:
        return None


def _inside(name: str, one: bytes, other: bytes, starts: tuple[int, int] | None) -> Difference:
    if name.endswith(".pcap"):
        return captures_differ(name, one, other, starts)
    if name.endswith(".cast"):
        return terminals_differ(name, one, other)
    return (_document(name, one, other) if name.endswith(".json") else None) or _bytes(name, one, other)


def _document(name: str, one: bytes, other: bytes) -> Difference | None:
    try:
        return documents_differ(name, json.loads(one), json.loads(other))
    except (ValueError, RecursionError):  # no JSON: then the bytes have to say it
        return None


def _bytes(name: str, one: bytes, other: bytes) -> Difference:
    at = first_differing_byte(one, other)
    line = one.count(b"\n", 0, at) + 1
    return difference(name, OTHER_BYTES, {"en": f"line {line}", "ja": f"{line} 行目"})


def _starts(one: Path, other: Path) -> tuple[int, int] | None:
    """The virtual second 0 of both runs, as their run.json say; None where one does not."""
    here, there = (_start(folder) for folder in (one, other))
    return None if here is None or there is None else (here, there)


def _start(folder: Path) -> int | None:
    try:
        said: Any = json.loads(_content(folder / "run.json") or b"null")
        return int(datetime.fromisoformat(said["date"]).timestamp()) * SECOND
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, OSError):
        return None


__all__ = ["Difference", "first_difference"]
