"""One direction of DNS over TCP (RFC 1035 section 4.2.2)."""

from collections import Counter

from packets.applications.dns import HEADER, decode
from packets.applications.reader import NOT_MINE
from packets.applications.tables import Span, Table

_PREFIX = 2  # bytes of the length before each message


class DnsReader:
    """Reads messages behind their lengths."""

    __slots__ = ("_most", "_notes", "_place", "_table", "between", "kept", "wanted")

    def __init__(self, place: tuple[int, int], table: Table, most: int, notes: Counter[str]) -> None:
        self._place, self._table, self._most, self._notes = place, table, most, notes
        self.between, self.wanted, self.kept = False, _PREFIX, 0

    def take(self, data: bytearray, span: Span) -> int:
        """See Reader: one message."""
        end = _PREFIX + int.from_bytes(data[:_PREFIX], "big")
        if end < _PREFIX + HEADER.size:
            return NOT_MINE
        self.wanted = end
        if len(data) < end:
            return 0
        self.wanted, self.between = _PREFIX, True
        self._write(bytes(data[_PREFIX:end]), span, whole=True)
        return end

    def cut(self, data: bytearray, span: Span | None) -> int:
        """See Reader."""
        if len(data) < _PREFIX or span is None:
            return 0
        self.wanted, self.between = _PREFIX, True
        self._write(bytes(data[_PREFIX:]), span, whole=False)
        return _PREFIX + int.from_bytes(data[:_PREFIX], "big")

    def _write(self, message: bytes, span: Span, whole: bool) -> None:
        fields = decode(message, whole, self._most, self._notes)
        if fields:
            self._table.add(*self._place, span, fields | {"transport": 1})
