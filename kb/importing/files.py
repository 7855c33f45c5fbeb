"""What came to be imported: files by name, out of a zip, a folder or alone. Nothing is unpacked to disk here,
and a name is never used as a path.
"""

import hashlib
import os
import re
import secrets
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import IO

from django.conf import settings

from kb.importing import told
from kb.importing.told import Fate, Told
from kb.uploads import Received
from packets.formats.limits import FREE_EXPANSION, MOST_RATIO

PIECE = 1 << 18  # bytes read at a time
LONGEST_NAME = 1000  # characters
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar")
TOOLS = re.compile(r"(^|/)(\.|__MACOSX/|Thumbs\.db$|desktop\.ini$)")  # of Git, macOS and Windows
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound
SPOILED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Unreadable(Exception):
    """The bytes of a file end early, or their check sum is wrong."""


@dataclass(frozen=True)
class Bounds:
    """How much one import takes."""

    files: int = 20_000
    directory: int = 8 << 20  # bytes of a zip's list of files, which is read at once
    unpacked: int = 10**10  # bytes


WIDE = Bounds(files=2_000_000, directory=1 << 30, unpacked=1 << 42)  # for who runs the installation


@dataclass(frozen=True)
class File:
    """One of them: its name with slashes, its size in bytes, and a way to its bytes."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]

    def pieces(self) -> Iterator[bytes]:
        """The bytes; never more than were announced. Raises Unreadable."""
        try:
            with self.open() as source:
                left = self.size
                while left and (piece := source.read(min(PIECE, left))):
                    left -= len(piece)
                    yield piece
        except SPOILED as error:
            raise Unreadable(str(error)) from error
        if left:
            raise Unreadable("shorter than announced")

    def read(self) -> bytes:
        """All of it; for files whose size was looked at. Raises Unreadable."""
        return b"".join(self.pieces())


@dataclass
class Files:
    """Files by name, in their order, and what was said of others."""

    bounds: Bounds = field(default_factory=Bounds)
    found: dict[str, File] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    unpacked: int = 0  # bytes

    def add(self, file: File, packed: int | None = None) -> bool:
        """Keeps the file or says why not; False when no more are taken. `packed`: its bytes in a zip."""
        if len(self.found) >= self.bounds.files or self.unpacked + file.size > self.bounds.unpacked:
            self.told.append(told.refused(file.name, told.FULL))
            return False
        why = self.trouble(file, packed)
        if why is None:
            self.found[file.name] = file
            self.unpacked += file.size
        else:
            self.told.append(why)
        return len(self.told) < self.bounds.files

    def trouble(self, file: File, packed: int | None) -> Told | None:
        """Why a file is not taken."""
        why = wrong_name(file.name)
        if why is None and file.name in self.found:
            why = told.TWICE
        if why is None and packed is not None and is_bomb(file.size, packed):
            why = told.BOMB
        if why is None and TOOLS.search(file.name):
            return told.told(Fate.SKIPPED, file.name, told.HIDDEN)
        return told.refused(file.name, why) if why else None


def wrong_name(name: str) -> told.Both | None:
    """Why a name is not taken for one: it lies about where the file is, or cannot be one."""
    if not name or len(name) > LONGEST_NAME or any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in name):
        return told.ODD_NAME
    if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
        return told.OUTSIDE
    return told.NESTED if name.lower().endswith(ARCHIVES) else None


def is_bomb(size: int, packed: int) -> bool:
    """Whether it grows beyond reason."""
    return size > FREE_EXPANSION and size > packed * MOST_RATIO


# ---- where they come from


def from_folder(folder: Path, files: Files) -> None:
    """Every plain file below the folder; links are named and not followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            shown = path.relative_to(folder).as_posix()
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                files.told.append(told.refused(shown, told.LINK))
            elif not files.add(File(shown, found.st_size, _opening(path))):
                return


def _opening(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def from_file(path: Path, name: str, files: Files) -> None:
    """One file by itself. Of a folder that was chosen in a browser its name holds the way to it."""
    files.add(File(name.replace("\\", "/"), path.stat().st_size, _opening(path)))


class _Listed(FileIO):
    """A zip whose list of files is read only up to a size: zipfile asks for all of it in one call."""

    most = Bounds.directory

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:  # the last bytes of the file, where the list is announced
            size = PIECE
        if size > max(self.most, PIECE):
            raise zipfile.BadZipFile("the list of files is too long")
        return super().read(size) or b""


def open_zip(path: Path, bounds: Bounds) -> zipfile.ZipFile | None:
    """The zip, to be closed by the caller; None when it is none that can be read."""
    source = _Listed(path)
    source.most = bounds.directory
    try:
        return zipfile.ZipFile(source)
    except (*SPOILED, ValueError, IndexError):
        source.close()
        return None


def from_zip(opened: zipfile.ZipFile, files: Files) -> None:
    """Every member that is a file."""
    for info in opened.infolist():
        name = _name_of(info)
        if name.endswith("/"):
            continue
        why = _trouble_of(info)
        if why is not None:
            files.told.append(told.refused(name, why))
        elif not files.add(File(name, info.file_size, _member(opened, info)), info.compress_size):
            return


def _name_of(info: zipfile.ZipInfo) -> str:
    """With slashes, also where Windows wrote it. Without the flag for UTF-8 zipfile reads code page 437,
    which old zips from Japan do not mean.
    """
    name = info.orig_filename
    if not info.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437")
        for encoding in ("utf-8", "cp932"):
            with suppress(UnicodeDecodeError):
                name = raw.decode(encoding)
                break
    return name.replace("\\", "/")


def _trouble_of(info: zipfile.ZipInfo) -> told.Both | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return told.LINK
    if info.flag_bits & 1:
        return told.LOCKED
    return None if info.compress_type in METHODS else told.METHOD


def _member(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: opened.open(info)


# ---- to where they go


def received(file: File, name: str) -> Received:
    """The file as one that was uploaded: on disk in the incoming folder, and hashed. Raises Unreadable."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    part, digest = folder / f"{secrets.token_hex(16)}.part", hashlib.sha256()
    try:
        with open(part, "xb") as target:
            for piece in file.pieces():
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Received(part, name, file.size, digest.hexdigest())
