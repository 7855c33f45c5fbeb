"""Reading structures whose lengths cannot be trusted."""


class Unreadable(Exception):
    """Bytes that are announced are not there, or contradict themselves. Never leaves this package."""


class Cursor:
    """Reads big-endian numbers and vectors (RFC 8446 section 3.4) from the front.

    A vector that claims more than there is gives what there is, and raises at its end: so what stands in a
    message before it was cut is still read.
    """

    __slots__ = ("_at", "_data", "_missing")

    def __init__(self, data: bytes, missing: int = 0) -> None:
        self._data, self._at, self._missing = data, 0, missing

    def more(self) -> bool:
        """Whether bytes are left. Raises Unreadable when they should be, but are not."""
        if self._at < len(self._data):
            return True
        if self._missing:
            raise Unreadable
        return False

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, all of them."""
        start, self._at = self._at, self._at + size
        if self._at > len(self._data):
            raise Unreadable
        return self._data[start : self._at]

    def number(self, width: int) -> int:
        """The next ``width`` bytes as a number."""
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> "Cursor":
        """What follows behind its length of ``width`` bytes."""
        size = self.number(width)
        start, self._at = self._at, min(self._at + size, len(self._data))
        return Cursor(self._data[start : self._at], size - (self._at - start))

    def rest(self) -> bytes:
        """All bytes that are left."""
        start, self._at = self._at, len(self._data)
        return self._data[start:]
