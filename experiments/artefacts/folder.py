"""The files of a run folder: which there may be, and what is in them as a whole."""

import hashlib
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from experiments.artefacts.broken import Broken
from experiments.declaration.shown import shown

VERDICTS = "verdicts.json"  # made from the rest, afterwards
JSON = ("run.json", "steps.json", "sockets.json", "counters.json")
HOST = "[a-z][a-z0-9]{0,9}"
NAMES = re.compile(rf"(?:captures/{HOST}(?:-{HOST})?[.]pcap|terminals/{HOST}[.]cast)")
LARGEST = 256 * 1024**2  # bytes of any file
PIECE = 1024**2


def files(folder: Path) -> dict[str, str]:
    """The sha256 of every artefact that two runs of the same experiment must share, by its name in the
    folder; verdicts.json is none of them.

    Raises:
        Broken: when something in the folder is no artefact.
    """
    return {name: sha256(folder / name) for name in artefacts(folder) if name != VERDICTS}


def artefacts(folder: Path) -> list[str]:
    """The names of all files in the folder, in order; none of them is a link or has another name."""
    try:
        found = sorted(_below(folder))
    except OSError as problem:
        raise Broken("The run folder cannot be read.", "実行フォルダーを読み込めません。") from problem
    for name in found:
        if name not in JSON and name != VERDICTS and not NAMES.fullmatch(name):
            raise _foreign(name)
    return found


def _below(folder: Path) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.name in ("captures", "terminals") and stat.S_ISDIR(entry.lstat().st_mode):
            yield from (f"{entry.name}/{_plain_file(inner)}" for inner in entry.iterdir())
        else:
            yield _plain_file(entry)


def _plain_file(path: Path) -> str:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):  # a link could lead anywhere, and a pipe never ends
        raise _foreign(path.name)
    if status.st_size > LARGEST:
        raise Broken(
            f"{shown(path.name)} is longer than {LARGEST} bytes.",
            f"{shown(path.name)} は {LARGEST} バイトを超えています。",
        )
    return path.name


def _foreign(name: str) -> Broken:
    return Broken(
        f"{shown(name)} does not belong in a run folder.",
        f"{shown(name)} は実行フォルダーに置けるものではありません。",
    )


def sha256(path: Path) -> str:
    """Of a file's bytes, in hex."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError as problem:
        raise Broken(
            f"{shown(path.name)} cannot be read.", f"{shown(path.name)} を読み込めません。"
        ) from problem
    return digest.hexdigest()
