"""The first step of the river: a file, whatever its format and damage, to batches of raw frames in columns.

with open_source(path) as source:
    for batch in source.batches():
        ...
source.notes, source.truncated
"""

import os
import stat
from collections.abc import Iterator
from io import FileIO
from typing import Self

from packets.errors import CaptureError, Note
from packets.formats import foreign, refusals, stretch
from packets.formats.batch import Batch
from packets.formats.compressed import Budget
from packets.formats.limits import Limits
from packets.formats.oddities import counted, member, member_refused
from packets.formats.reading import Comment, Reading, Secret
from packets.formats.stream import Stream
from packets.formats.unpack import Found, unpacked
from packets.formats.window import Window

__all__ = ["Batch", "CaptureError", "Limits", "Note", "Source", "open_source"]

_USUAL = Limits()
# Refusals that concern the whole file, also when they come up in one member of an archive.
_FINAL = ("bomb", "nested", "unreadable")
# Bytes that tell what a file is. Where fewer came out of damaged compression, that damage is the reason.
_FEWEST = 4


def open_source(path: str | os.PathLike[str], limits: Limits = _USUAL) -> "Source":
    """Open a capture of any known format. Raises CaptureError, and nothing else, when it is none."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise refusals.no_file()
        file = FileIO(path)
    except (OSError, ValueError) as problem:  # ValueError: a NUL in the path
        raise refusals.unreadable(problem) from problem
    try:
        return Source(file, status.st_size, limits)
    except BaseException:
        file.close()
        raise


class Source:
    """An opened capture, read once from front to back in bounded memory.

    ``size``: bytes of the file, ``bytes_read``: how many of them were taken so far (both compressed, if it
    is).
    ``format``: such as "pcap", "pcap-ns", "pcapng", "gzip+pcapng", "zip+pcap".
    """

    def __init__(self, file: FileIO, size: int, limits: Limits) -> None:
        self.size, self.bytes_read = size, 0
        self._file, self._limits, self._reading = file, limits, Reading(limits)
        self._captures = self._search()
        self._found, self._window = next(self._captures)
        self.format = "+".join((*self._found.layers, stretch.recognised(self._window) or ""))

    @property
    def notes(self) -> list[Note]:
        """What a person must know about the reading; complete after the last batch."""
        return self._reading.notes

    @property
    def comments(self) -> list[Comment]:
        """What people wrote into the capture; their words, in no language of ours."""
        return self._reading.comments

    @property
    def secrets(self) -> list[Secret]:
        """Keys that the file holds, so that somebody may decrypt. They belong into no report, page or log."""
        return self._reading.secrets

    @property
    def truncated(self) -> bool:
        """Whether the file is cut off: bytes that it announces are missing at its end."""
        return self._reading.truncated

    @property
    def dropped(self) -> int:
        """Packets that the capturing side says it lost (interface statistics of pcapng); 0 also when it says
        nothing.
        """
        return sum(self._reading.dropped.values())

    def batches(self) -> Iterator[Batch]:
        """All frames in file order, once. Raises CaptureError when nothing in it can be used, or it is a
        bomb.
        """
        refused: CaptureError | None = None
        current: tuple[Found, Window] | None = (self._found, self._window)
        while current:
            found, window = current
            try:
                yield from self._read(found, window)
            except CaptureError as problem:
                refused = self._refused(found, problem)
            current = next(self._captures, None)
        if refused and not self._reading.frames:
            raise refused
        self._check_links()
        self.notes.extend(counted(self._reading))

    def _read(self, found: Found, window: Window) -> Iterator[Batch]:
        before = self._reading.frames
        for batch in stretch.read(window, self._reading):
            if found.member and batch.first_frame == before + 1:
                self.notes.append(member(found.member, before))
            if not found.member and self.format != "pcapng":
                self._check_links()  # a pcap file has one link type: no need to read on
            yield batch

    def _refused(self, found: Found, problem: CaptureError) -> CaptureError:
        """One bad member does not spoil an archive."""
        if not found.member or problem.code in _FINAL:
            raise problem
        self.notes.append(member_refused(found.member, problem.text))
        return problem

    def _check_links(self) -> None:
        """Refuse a capture none of whose packets can be decoded."""
        known, seen = self._limits.known_links, self._reading.link_types
        if known is not None and seen and not seen & known:
            raise refusals.unknown_links(seen)

    def _search(self) -> Iterator[tuple[Found, Window]]:
        """The captures in the file: itself, or the members of archives that are some. At least one, or it
        raises.
        """
        budget = Budget(self._limits, lambda: self.bytes_read)
        whole = Found(Stream(self._fill), (), None)
        none, others, archive = True, list[str](), ""
        for found in unpacked(whole, budget, self._reading):
            archive = found.layers[-1] if found.layers else ""
            window = Window(found.stream.fill, self._limits.window)
            if stretch.recognised(window):
                none = False
                yield found, window
            elif found.member is None:
                raise self._refusal(window, found)
            else:
                others.append(found.member)
                self._reading.count("not_a_member")
        if none:
            raise refusals.nothing_inside(archive or "zip/tar", others)

    def _refusal(self, window: Window, found: Found) -> CaptureError:
        head = bytes(window.data[: foreign.HEAD])
        if len(head) < _FEWEST and found.layers and self.notes:
            return refusals.compressed_rubbish(self.notes[-1])
        return foreign.refusal(head, len(window.data) if window.ended else self.size)

    def _fill(self, view: memoryview) -> int:
        try:
            length = self._file.readinto(view) or 0
        except OSError as problem:
            raise refusals.unreadable(problem) from problem
        self.bytes_read += length
        return length

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
