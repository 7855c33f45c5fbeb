"""What a reader of a format gives, and how it reads: never past the end, never by a length that lies."""

from dataclasses import dataclass

LARGEST_SIDE = 8000  # pixels
MOST_PIXELS = 32_000_000  # a browser holds four bytes of each in memory
MOST_PARTS = 100_000  # of one file: chunks, segments, blocks


class Spoiled(Exception):
    """The file is cut, or not what it says that it is."""


class TooBig(Exception):
    """More pixels than a page can show."""


@dataclass(frozen=True)
class Picture:
    """A picture without anything else in its file."""

    media_type: str  # image/png and so on
    width: int  # pixels, as it is shown
    height: int
    data: bytes


class Bytes:
    """Bytes that are read from front to back. Raises Spoiled where they end early."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at
        self.parts = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self.at + count
        if count < 0 or end > len(self.data):
            raise Spoiled("It ends early.")
        found = self.data[self.at : end]
        self.at = end
        return found

    def number(self, count: int, order: str = "big") -> int:
        """The next bytes as a number."""
        found = self.take(count)
        return int.from_bytes(found, "little" if order == "little" else "big")

    def next_part(self) -> None:
        """Counts a part of the file; raises Spoiled where there are more than any picture has."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Spoiled("It has too many parts.")

    @property
    def is_at_end(self) -> bool:
        """Nothing is left."""
        return self.at >= len(self.data)


def sized(width: int, height: int) -> tuple[int, int]:
    """The size, if a page can show it. Raises Spoiled without a size, TooBig."""
    if width < 1 or height < 1:
        raise Spoiled("It has no size.")
    if width > LARGEST_SIDE or height > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise TooBig(f"{width} × {height}")
    return width, height
