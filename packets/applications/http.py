"""One direction of an HTTP/1 stream (RFC 9112), line by line; bodies are passed over by their length."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from packets.applications.http_lines import first_line, header
from packets.applications.limits import ApplicationLimits
from packets.applications.reader import NOT_MINE, joined
from packets.applications.tables import Span, Table

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)  # 15 digits stay below 2^63
_NEXT = b"HTTP/1."  # where a body should be: the response before had none, it answers HEAD

_Step = Callable[[bytes, Span], int]  # a line, and when it arrived; bytes to pass over after it, or NOT_MINE


class HttpReader:
    """Reads heads and the sizes of chunks."""

    __slots__ = (
        "_body", "_fields", "_head", "_limits", "_notes", "_place", "_skipping", "_span",
        "_step", "_table", "between", "kept", "wanted",
    )  # fmt: skip

    def __init__(
        self, place: tuple[int, int], table: Table, limits: ApplicationLimits, notes: Counter[str]
    ) -> None:
        self._place, self._table, self._limits, self._notes = place, table, limits, notes
        self._fields: dict[str, Any] = {}
        self._span: Span | None = None
        self._head = 0  # bytes of the head so far
        self._body = 0  # bytes of the body that follows
        self._skipping = False  # the rest of a line that is too long
        self._step: _Step = self._first
        self.between, self.wanted, self.kept = False, 1, 0

    def take(self, data: bytearray, span: Span) -> int:
        """See Reader: one line, or the body."""
        if self._body:
            return self._pass_body(data)
        end = data.find(b"\n") + 1
        if not end and len(data) <= self._limits.most_line and not self._skipping:
            self.wanted = len(data) + 1
            return 0
        self.wanted = 1
        return self._line(data, end, span)

    def _line(self, data: bytearray, end: int, span: Span) -> int:
        """A line, or what there is of one that is too long: its first bytes count, the others are dropped."""
        size = end or len(data)
        known, self._skipping = self._skipping, not end
        self._head += size
        self.kept = self._head
        if self._head > self._limits.most_head:
            self._notes["http_long_head"] += 1
            return self._give_up(span)
        if known:
            return size
        more = self._step(bytes(data[: min(size, self._limits.most_line)]).rstrip(b"\r\n"), span)
        return more if more < 0 else size + more

    def _first(self, line: bytes, span: Span) -> int:
        if not line:  # RFC 9112 section 2.2: empty lines before a message
            return 0
        fields = first_line(line)
        if fields is None:
            return self._malformed(span)
        self._fields, self._span, self._step = fields, span, self._header
        return 0

    def _header(self, line: bytes, span: Span) -> int:
        self._span = joined(self._span, span)
        if not line:
            return self._end_of_head()
        if not header(line, self._fields):
            return self._malformed(span)
        return 0

    def _end_of_head(self) -> int:
        fields = self._fields
        self._write(whole=True)
        if fields.get("version", b"") >= b"2":
            self._notes["http_2"] += 1
            return NOT_MINE
        if fields.get("chunked"):
            self._restart(self._chunk)
            return 0
        return self._begin_body(fields.get("content_length", -1), fields.get("status", 0))

    def _begin_body(self, length: int, status: int) -> int:
        """How messages end: RFC 9112 section 6.3. The answer to HEAD is told by what follows."""
        self._restart(self._first)
        if status == 101 or (length < 0 and status >= 200 and status not in (204, 304)):
            return NOT_MINE  # another protocol, or all until the close
        self.between = length <= 0 or status in (204, 304) or 100 <= status < 200
        if not self.between:
            self._body = length
            self.wanted = min(length, len(_NEXT)) if status else 1
        return 0

    def _pass_body(self, data: bytearray) -> int:
        length, self._body = self._body, 0
        expected, self.wanted, self.between = self.wanted, 1, True
        if expected == len(_NEXT) and data.startswith(_NEXT):
            return 0
        return length

    def _chunk(self, line: bytes, span: Span) -> int:
        found = _CHUNK.fullmatch(line)
        if not found:
            return self._malformed(span)
        self._head = 0
        size = int(found[1], 16)
        if size:
            return size + 2
        self._step = self._trailer
        return 0

    def _trailer(self, line: bytes, span: Span) -> int:
        if not line:
            self._restart(self._first)
            self.between = True
        return 0

    def _malformed(self, span: Span) -> int:
        self._notes["http_malformed"] += 1
        return self._give_up(span)

    def _give_up(self, span: Span | None) -> int:
        """No message goes on from here. What is known of one is written."""
        if span:
            self._span = joined(self._span, span)
        self._write(whole=False)
        self._restart(self._first)
        return NOT_MINE

    def _write(self, whole: bool) -> None:
        if self._fields and self._span:
            self._table.add(*self._place, self._span, self._fields | {"whole": whole})
        self._fields, self._span = {}, None

    def _restart(self, step: _Step) -> None:
        self._step, self._head, self.kept, self._skipping = step, 0, 0, False

    def cut(self, data: bytearray, span: Span | None) -> int:
        """See Reader."""
        if self._body:
            return self._pass_body(bytearray())
        if self._step == self._first and data:
            self._fields = first_line(bytes(data[: self._limits.most_line]).rstrip(b"\r\n")) or {}
        self._give_up(span)
        self.wanted = 1
        return 0
