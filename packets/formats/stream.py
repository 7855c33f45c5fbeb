"""A stream of bytes whose beginning can be looked at, and into which unused bytes can be put back."""

from packets.formats.window import Fill

_PIECE = 64 * 1024


class Stream:
    """Bytes from ``fill``, with what was looked at or put back served first."""

    def __init__(self, fill: Fill) -> None:
        self._fill, self._held, self.ended = fill, b"", False

    def head(self, length: int) -> bytes:
        """The next bytes, up to ``length``, left in place; fewer only at the end of the stream."""
        while len(self._held) < length and not self.ended:
            self._held += self._more(length - len(self._held))
        return self._held[:length]

    def _more(self, length: int) -> bytes:
        buffer = bytearray(length)
        read = self._fill(memoryview(buffer))
        self.ended = not read
        return bytes(buffer[:read])

    def read(self, length: int) -> bytes:
        """The next bytes, taken; fewer only at the end of the stream. For small lengths."""
        taken = self.head(length)
        self._held = self._held[len(taken) :]
        return taken

    def piece(self) -> bytes:
        """Some next bytes, taken; none only at the end of the stream."""
        return self.read(len(self._held)) if self._held else self._more(_PIECE)

    def put_back(self, unused: bytes) -> None:
        """Let these bytes be the next ones again."""
        self._held = unused + self._held

    def fill(self, view: memoryview) -> int:
        """Next bytes into the view; how many, 0 at the end."""
        if not self._held:
            return self._fill(view)
        length = min(len(view), len(self._held))
        view[:length] = self.read(length)
        return length

    def skip(self, length: int) -> None:
        """Step over bytes, or to the end of the stream."""
        while length > 0:
            taken = len(self.read(min(length, _PIECE)))
            if not taken:
                return
            length -= taken


class Part(Stream):
    """The next ``length`` bytes of a stream, as a stream of its own."""

    def __init__(self, whole: Stream, length: int) -> None:
        super().__init__(self._part)
        self._whole, self.left = whole, length

    def _part(self, view: memoryview) -> int:
        if not self.left:
            return 0
        read = self._whole.fill(view[: self.left])
        self.left -= read
        return read
