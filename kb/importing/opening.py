"""What a person hands over, a folder, zips or single files, as files by name."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kb.importing import files, told
from kb.importing.files import Bounds, Files


@contextmanager
def opened(given: Iterable[tuple[Path, str]], bounds: Bounds) -> Iterator[Files]:
    """Paths with the names that their senders gave them; readable until the end of the block."""
    found = Files(bounds)
    with ExitStack() as kept:
        for path, name in given:
            if path.is_dir():
                files.from_folder(path, found)
            elif is_zip(path, name):
                _zip(path, name, found, kept)
            else:
                files.from_file(path, name, found)
        yield found


def is_zip(path: Path, name: str) -> bool:
    """By its first bytes, or its name."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06") or name.lower().endswith(".zip")


def _zip(path: Path, name: str, found: Files, kept: ExitStack) -> None:
    made = files.open_zip(path, found.bounds)
    if not isinstance(made, zipfile.ZipFile):
        found.told.append(told.refused(name, told.NO_ZIP))
        return
    kept.enter_context(made)
    if made.fp is not None:
        kept.callback(made.fp.close)  # what was handed to it open, it leaves open
    files.from_zip(made, found)
