"""gzip, bzip2, xz, zstandard and lz4: expanded as they are read, never beyond what the budget allows."""

import bz2
import lzma
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

import lz4.frame
import zstandard

from packets.errors import CaptureError
from packets.formats.limits import GIB, MIB, Limits
from packets.formats.reading import Reading
from packets.formats.stream import Stream
from packets.formats.window import Fill

# xz -9 needs 65 MiB and zstd --ultra 128 MiB to expand; more is asked for by attacks only.
_MOST_MEMORY = 128 * MIB
_STEP = 256 * 1024  # bytes expanded at once
_FAULTS = (zlib.error, lzma.LZMAError, zstandard.ZstdError, OSError, EOFError, RuntimeError, ValueError)


@dataclass
class Budget:
    """What all layers of one file may expand to and hold together.

    ``read``: bytes of the file taken so far.
    """

    limits: Limits
    read: Callable[[], int]
    spent: int = 0
    members: int = 0
    entries: int = 0

    def spend(self, length: int) -> None:
        """Raises CaptureError ``bomb`` when the expanded bytes pass the limit of size or of ratio."""
        self.spent += length
        if self.spent > self.limits.most_expanded:
            size = f"{self.limits.most_expanded / GIB:.1f} GiB"
            raise CaptureError(
                "bomb",
                f"The compressed file expands to more than {size}, the limit; expand and split it, then "
                f"upload the pieces.",
                f"圧縮ファイルが上限の{size}を超えて展開されます。手元で展開し、分割してアップロードしてください。",
            )
        if self.spent > max(self.limits.free_expansion, self.limits.most_ratio * self.read()):
            raise CaptureError(
                "bomb",
                f"The compressed file expands more than {self.limits.most_ratio} times, as only a "
                f"decompression bomb does; "
                "if it is a real capture, upload it uncompressed.",
                f"圧縮ファイルが{self.limits.most_ratio}倍を超えて展開されます（展開爆弾の疑い）。"
                "本物のキャプチャなら、展開してからアップロードしてください。",
            )

    def member(self) -> bool:
        """Count one more file in an archive; False when it is one too many."""
        self.members += 1
        return self.members <= self.limits.most_members

    def entry(self) -> bool:
        """Count one more entry of an archive, whatever it is; False when it is one too many."""
        self.entries += 1
        return self.entries <= self.limits.most_entries


class Decompressor(Protocol):
    """As bz2, lzma and lz4.frame have it."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed data was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether more compressed bytes are needed before more comes out."""

    @property
    def unused_data(self) -> bytes:
        """What was read beyond the end."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Up to ``max_length`` more expanded bytes."""


class Deflate:
    """zlib's decompressor in the form of the others. ``bits``: 31 for gzip, -15 for a member of a zip."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)
        self._tail, self.needs_input = b"", True

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Up to ``max_length`` more expanded bytes."""
        expanded = self._inner.decompress(self._tail + data, max_length)
        self._tail = self._inner.unconsumed_tail
        self.needs_input = not self._tail and len(expanded) < max_length
        return expanded

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed data was reached."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """What was read beyond that end."""
        return self._inner.unused_data


class Expanded:
    """A stream that is the expansion of another; it ends early, with a note, where the compressed data is
    damaged.
    """

    def __init__(
        self, below: Stream, make: Callable[[], Decompressor], magic: bytes, budget: Budget, reading: Reading
    ) -> None:
        self._below, self._make, self._magic = below, make, magic  # no magic: a single member (zip)
        self._budget, self._reading = budget, reading
        self._inner = make()
        self.done = False

    def fill(self, view: memoryview) -> int:
        """Expanded bytes into the view; how many, 0 at the end. Raises CaptureError on a bomb."""
        while not self.done:
            try:
                expanded = self._next(min(len(view), _STEP))
            except _FAULTS:
                return self._fault("damaged")
            if expanded:
                self._budget.spend(len(expanded))
                view[: len(expanded)] = expanded
                return len(expanded)
        return 0

    def _next(self, length: int) -> bytes:
        if self._inner.eof:
            self._next_member()
            return b""
        data = b""
        if self._inner.needs_input:
            data = self._below.piece()
            if not data:
                self._fault("cut")
                return b""
        return self._inner.decompress(data, length)

    def _next_member(self) -> None:
        """gzip, bzip2, xz and lz4 files may be several, one behind the other, with zeros between."""
        self._below.put_back(self._inner.unused_data or b"")  # lz4 says None
        self.done = not self._magic
        while not self.done:
            head = self._below.head(16)
            self.done = not head
            if head.startswith(self._magic):
                self._inner = self._make()
                return
            if head and any(head):
                self.done = True
                note_garbage(self._reading, self._budget)
            self._below.skip(len(head) - len(head.lstrip(b"\0")))

    def _fault(self, kind: str) -> int:
        self.done = True
        note_fault(self._reading, self._budget, kind)
        return 0


class Zstandard:
    """The same for zstandard, whose library wants to pull its input."""

    def __init__(self, below: Stream, budget: Budget, reading: Reading) -> None:
        self._below, self._budget, self._reading = below, budget, reading
        inner = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY)
        # The library's reader is unknown to Python's garbage collector: if it held this object, neither of
        # them, nor the window that they fill, would ever be let go.
        pulled = cast(IO[bytes], weakref.proxy(self))
        self._reader: Any = inner.stream_reader(pulled, read_across_frames=True, closefd=False)
        self.done = False

    def read(self, length: int) -> bytes:
        """Some compressed bytes, for the library; it takes what it gets."""
        return self._below.piece()

    def fill(self, view: memoryview) -> int:
        """Expanded bytes into the view; how many, 0 at the end. Raises CaptureError on a bomb."""
        if self.done:
            return 0
        try:
            length = int(self._reader.readinto(view[:_STEP]))
        except _FAULTS:
            note_fault(self._reading, self._budget, "damaged")
            length = 0
        self.done = not length
        self._budget.spend(length)
        return length


def note_fault(reading: Reading, budget: Budget, kind: str) -> None:
    """The compressed data ended before its end, or cannot be expanded."""
    at = budget.read()
    en = "is cut off" if kind == "cut" else "is damaged, or its checksum is wrong,"
    ja = "途中で切れています" if kind == "cut" else "壊れているか、チェックサムが合いません"
    reading.truncated |= kind == "cut"
    text = {
        "en": f"The compressed data {en} before byte {at:,} of the file; what could be expanded is read.",
        "ja": f"圧縮データがファイルの{at:,}バイト目までの間で{ja}。展開できた部分だけを読みました。",
    }
    reading.note(f"compressed_{kind}", text, byte=at)


def note_garbage(reading: Reading, budget: Budget) -> None:
    """There is more behind the compressed data, which is none."""
    text = {
        "en": "Behind the end of the compressed data the file holds other bytes, which were left unread.",
        "ja": "圧縮データの終わりの後ろに余分なバイトがあり、読まずに残しました。",
    }
    reading.note("trailing_garbage", text, byte=budget.read())


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=_MOST_MEMORY)


_ZSTD = b"\x28\xb5\x2f\xfd"
_CODECS: dict[bytes, tuple[str, Callable[[], Decompressor]]] = {
    b"\x1f\x8b\x08": ("gzip", lambda: Deflate(31)),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
    b"\xfd7zXZ\0": ("xz", _xz),
    b"\x04\x22\x4d\x18": ("lz4", lz4.frame.LZ4FrameDecompressor),
}


def expand(stream: Stream, budget: Budget, reading: Reading) -> tuple[str, Fill] | None:
    """The name of the compression and the expanded bytes; None when the stream is not compressed in a known
    way.
    """
    head = stream.head(8)
    if head.startswith(_ZSTD):
        return "zstd", Zstandard(stream, budget, reading).fill
    for magic, (name, make) in _CODECS.items():
        if head.startswith(magic):
            return name, Expanded(stream, make, magic, budget, reading).fill
    return None
