"""How the bytes of an upload get to disk: never held in memory, hashed on the way, nothing left behind.

The order matters. Whoever calls `receive` has settled who asks, before anything touched request.POST or
request.FILES: Django reads the body at the first touch, and its CSRF check is one.
"""

import errno
import hashlib
import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError

from kb.outcomes import BadForm, BrokenOff, DiskFull, NoFile, NotAccepted, TooLarge

FORM_ROOM = 1_000_000  # bytes of a request that are not the capture: boundaries, headers, other fields
CHUNK = 1 << 20  # bytes read and written at a time
LONGEST_NAME = 255  # characters
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Received:
    """A whole file in the incoming folder, not yet a capture."""

    path: Path
    name: str  # as the sender calls it: any characters, up to 255, NFC
    size: int  # bytes
    sha256: str  # hexadecimal


class RefuseFiles(FileUploadHandler):
    """In place on every page that takes no files: stops reading at the first one."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises StopUpload."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never gets that far."""

    def file_complete(self, file_size: int) -> None:
        """Never gets that far."""


class WholeNames(MultiPartParser):
    """Keeps a file's name as it was sent: a label here, never a path. Django cuts it at slashes."""

    def sanitize_file_name(self, file_name: str) -> str:
        """The name in NFC; what no database can hold is replaced."""
        name = unicodedata.normalize("NFC", file_name).replace("\0", "\ufffd")
        return name.encode("utf-8", "replace").decode()[:LONGEST_NAME]


class StreamToDisk(FileUploadHandler):
    """Writes each file of a form to the incoming folder, in chunks."""

    chunk_size = CHUNK

    def __init__(self, request: HttpRequest | None, *, folder: Path, limit: int) -> None:
        super().__init__(request)
        self.folder = folder
        self.limit = limit
        self.received: list[Received] = []
        self.trouble: NotAccepted | None = None
        self.file: IO[bytes] | None = None
        self.written = 0  # bytes, of all files of this form

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 - Django's own name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> tuple[Any, Any] | None:
        """Parses the form with WholeNames, which calls the other methods."""
        handlers: list[FileUploadHandler] = [_Inner(self)]
        return WholeNames(META, input_data, handlers, encoding).parse()

    def begin(self, name: str) -> None:
        """Opens a new file."""
        self.name = name
        self.size = 0
        self.digest = hashlib.sha256()
        self.part = self.folder / f"{secrets.token_hex(16)}.part"
        with self.watched():
            self.folder.mkdir(parents=True, exist_ok=True)
            opened = os.open(self.part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self.file = os.fdopen(opened, "wb", buffering=0)

    def write(self, data: bytes) -> None:
        """Adds one chunk."""
        self.written += len(data)
        if self.written > self.limit:
            self.stop(TooLarge.than(self.limit))
        self.digest.update(data)
        self.size += len(data)
        assert self.file is not None
        with self.watched():
            self.file.write(data)

    def end(self) -> None:
        """The file is whole: makes sure that it is on disk, not only in memory."""
        assert self.file is not None
        with self.watched():
            os.fsync(self.file.fileno())
            self.file.close()
        self.file = None
        self.received.append(Received(self.part, self.name, self.size, self.digest.hexdigest()))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """A full disk stops the upload; every other error is a surprise."""
        try:
            yield
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self.stop(DiskFull.now())

    def stop(self, trouble: NotAccepted) -> None:
        """Raises StopUpload, and remembers why."""
        self.trouble = trouble
        raise StopUpload(connection_reset=True)

    def discard(self) -> None:
        """Removes what was not accepted; a file that became a capture has been moved away by then."""
        if self.file is not None:
            self.file.close()
            self.file = None
            self.part.unlink(missing_ok=True)
        for received in self.received:
            received.path.unlink(missing_ok=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """The base class asks for it; the inner parser does this."""

    def file_complete(self, file_size: int) -> None:
        """The base class asks for it; the inner parser does this."""


class _Inner(FileUploadHandler):
    """What the inner parser calls. The outer one must be another object, or it would start itself again."""

    chunk_size = CHUNK

    def __init__(self, outer: StreamToDisk) -> None:
        super().__init__()
        self.outer = outer

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self.outer.begin(file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.outer.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:
        self.outer.end()
        # Without a name it counts as none, and without a file Django fails where it closes too many of them.
        return UploadedFile(file=BytesIO(), name="taken", size=file_size)

    def upload_interrupted(self) -> None:
        self.outer.trouble = BrokenOff.now()


def copied(file: Path, name: str) -> Received:
    """A file of our own as a received one: a copy in the incoming folder, on disk and hashed."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(16)}.part"
    shutil.copyfile(file, part)
    with open(part, "r+b") as copy:
        os.fsync(copy.fileno())
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
    return Received(part, name, part.stat().st_size, digest)


def announced(request: HttpRequest) -> int:
    """The body's length in bytes as its header says; -1 without a length."""
    length = str(request.META.get("CONTENT_LENGTH") or "")
    return int(length) if length.isdecimal() else -1


def prepare(request: HttpRequest) -> NotAccepted | None:
    """Puts StreamToDisk in place, reading nothing yet; doing so again changes nothing.

    Returns what can be refused by the headers alone.
    """
    if isinstance(request.upload_handlers[0], StreamToDisk):
        return None
    length = announced(request)
    if request.content_type != "multipart/form-data" or length <= 0:
        return NoFile.in_form()
    if length > settings.UPLOAD_LIMIT + FORM_ROOM:
        return TooLarge.than(settings.UPLOAD_LIMIT)
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    if length > shutil.disk_usage(folder).free:
        return DiskFull.now()
    request.upload_handlers = [StreamToDisk(request, folder=folder, limit=settings.UPLOAD_LIMIT)]
    return None


@contextmanager
def receive(request: HttpRequest) -> Iterator[list[Received] | NotAccepted]:
    """Reads the body of a prepared request, to its end or to the first trouble.

    On leaving, every file that has not been accepted is removed.
    """
    handler = request.upload_handlers[0]
    assert isinstance(handler, StreamToDisk)
    try:
        yield read(request, handler)
    finally:
        handler.discard()


def read(request: HttpRequest, handler: StreamToDisk) -> list[Received] | NotAccepted:
    """The files of the form, or why there are none."""
    try:
        files = request.FILES
    except UnreadablePostError:
        return handler.trouble or BrokenOff.now()
    except (MultiPartParserError, BadRequest, SuspiciousOperation):
        return handler.trouble or BadForm.now()
    if handler.trouble:
        return handler.trouble
    return handler.received if "file" in files else NoFile.in_form()
