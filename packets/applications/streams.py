"""One direction of a TCP connection as its receiver reads it: in order, each byte once, in bounded memory.

Bytes that no reader wants, such as bodies and application data, are passed over: they may be missing, and
cost one comparison a segment.
"""

import math
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from packets.applications.limits import ApplicationLimits
from packets.applications.reader import Reader, joined
from packets.applications.recognise import LOOKED_AT, Kind, recognised
from packets.applications.tables import Span

_UNFINISHED = "unfinished"
_OVERHEAD = 256  # bytes that Python needs around the bytes of a held piece


class Piece(NamedTuple):
    """A segment's bytes; ``length`` counts also those that the snaplen cut off."""

    seq: int
    length: int
    span: Span
    data: bytes


class Stream:
    """Reassembles one direction and hands it to the reader of its protocol.

    States: nothing recognised yet (no reader, not lost) → read by a reader → lost: no message can be followed
    on from here, and the next segment that clearly begins one is waited for.
    """

    __slots__ = (
        "_buffer", "_held", "_kind", "_limits", "_lost", "_notes", "_open", "_pieces", "_reader", "_readers",
        "_span", "next",
    )  # fmt: skip

    def __init__(
        self, limits: ApplicationLimits, notes: Counter[str], open_reader: Callable[[Kind], Reader]
    ) -> None:
        self._limits, self._notes, self._open = limits, notes, open_reader
        self.next = 1  # sequence number of the first byte that is still of interest
        self._buffer = bytearray()  # what lies before it, contiguous, and is not read yet
        self._span: Span | None = None  # when that arrived
        self._pieces: list[Piece] = []  # what lies behind a hole, by sequence number
        self._held = 0  # bytes of that
        self._lost = False
        self._kind = Kind.NONE
        self._reader: Reader | None = None
        self._readers: dict[Kind, Reader] = {}  # a reader of TLS remembers what is encrypted

    @property
    def kept(self) -> int:
        """Bytes of memory that wait for others."""
        return len(self._buffer) + self._held + (self._reader.kept if self._reader else 0)

    @property
    def is_begun(self) -> bool:
        """Whether a message is begun and not complete."""
        return bool(self._buffer) or (self._reader is not None and self._reader.kept > 0)

    def segment(self, piece: Piece) -> None:
        """Take a segment that ends behind ``next``."""
        if piece.seq > self.next and not self._lost:
            self._hold(piece)
            return
        self._join(piece)
        self._join_held()

    def _join_held(self) -> None:
        while self._pieces and (self._lost or self._pieces[0].seq <= self.next):
            piece = self._pieces.pop(0)
            self._held -= len(piece.data) + _OVERHEAD
            if piece.seq + piece.length > self.next:
                self._join(piece)

    def _hold(self, piece: Piece) -> None:
        longest = bisect_right(self._pieces, (piece.seq, math.inf)) - 1
        if longest >= 0 and self._pieces[longest][:2] >= (piece.seq, piece.length):
            return  # sent again while the hole before it is still open
        insort(self._pieces, piece)
        self._held += len(piece.data) + _OVERHEAD
        while len(self._pieces) > self._limits.most_pieces or self._held > self._limits.most_held:
            self._give_up_hole()

    def _give_up_hole(self) -> None:
        """Go on behind the hole, which will not be filled any more."""
        self._cut("hole", self._pieces[0].seq)
        self._join_held()

    def _join(self, piece: Piece) -> None:
        """Take a piece that begins at or before ``next`` and ends behind it, or any piece when lost."""
        end = piece.seq + piece.length
        if self._lost and not self._found_again(piece):
            self.next = end
            return
        fresh = piece.data[self.next - piece.seq :]
        if fresh:
            self._buffer += fresh
            self._span = joined(self._span, piece.span)
            self.next += len(fresh)
            self._read(piece.span)
        if self.next < end:
            if self._lost:
                self.next = end
            else:
                self._cut("cut", end)

    def _found_again(self, piece: Piece) -> bool:
        if piece.seq < self.next or recognised(piece.data[:LOOKED_AT]) in (Kind.NONE, Kind.UNSURE):
            return False
        self.next, self._lost = piece.seq, False
        return True

    def _read(self, latest: Span) -> None:
        """Let the reader take all it can. What it leaves arrived with the latest piece."""
        while self._buffer and (reader := self._reader or self._recognise()):
            if len(self._buffer) < reader.wanted:
                return
            done = reader.take(self._buffer, self._span or latest)
            if done < 0:
                self._change(recognised(bytes(self._buffer[:LOOKED_AT])))
                continue
            self._pass(done, latest)
            if reader.between:
                self._reader = None
            elif not done:
                return

    def _pass(self, size: int, latest: Span) -> None:
        if size:
            self.next += max(size - len(self._buffer), 0)
            del self._buffer[:size]
            self._span = latest if self._buffer else None

    def _recognise(self) -> Reader | None:
        kind = recognised(bytes(self._buffer[:LOOKED_AT]))
        if kind is Kind.UNSURE and len(self._buffer) < LOOKED_AT:
            return None
        if kind in (Kind.NONE, Kind.UNSURE):
            self._notes["not_recognised"] += 1
            self._lose()
            return None
        return self._use(kind)

    def _use(self, kind: Kind) -> Reader:
        reader = self._readers.get(kind)
        if reader is None:
            reader = self._readers[kind] = self._open(kind)
        reader.between = False
        self._kind, self._reader = kind, reader
        return reader

    def _change(self, kind: Kind) -> None:
        """The reader cannot go on: perhaps another can."""
        if kind in (Kind.NONE, Kind.UNSURE, self._kind):
            self._lose()
        else:
            self._use(kind)

    def _cut(self, note: str, behind: int) -> None:
        """The bytes up to ``behind`` are missing for good. If the next unit lies behind them, go on there."""
        begun = self.is_begun
        over = self._reader.cut(self._buffer, self._span) if self._reader else 0
        unit = self.next - len(self._buffer) + over
        follows = over > 0 and unit >= behind
        self._notes[note] += begun or not (follows or note == _UNFINISHED or self.next == 1)
        if follows and self._reader:
            self._buffer.clear()
            self._span, self.next = None, unit
            self._reader = None if self._reader.between else self._reader
        else:
            self._lose()
            self.next = behind

    def _lose(self) -> None:
        self._buffer.clear()
        self._span, self._reader, self._lost = None, None, True

    def give_up(self, note: str) -> None:
        """Read what is there, say under ``note`` what is not complete, and keep nothing."""
        while self._pieces:
            self._give_up_hole()
        self._cut(note, self.next)
