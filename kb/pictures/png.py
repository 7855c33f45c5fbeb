"""PNG (W3C PNG, third edition): a signature, then chunks of length, type, data and CRC."""

import struct
import zlib

from kb.pictures.form import Bytes, Picture, Spoiled, sized

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The picture itself. Left out: texts, times, EXIF, ICC profiles (they name devices), animation.
KEPT = frozenset(
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"]
)
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # a pixel, by colour type
STEP = 1 << 16  # bytes inflated at a time


def read(data: bytes) -> Picture:
    """The picture, cleaned. Raises Spoiled or TooBig."""
    source, out = Bytes(data, len(SIGNATURE)), [SIGNATURE]
    size, inflated = (0, 0), Inflated(0)
    kind = b""
    while kind != b"IEND":
        kind, content = chunk(source)
        if (kind == b"IHDR") is not (len(out) == 1):
            raise Spoiled("Its header is not where it should be.")
        if kind == b"IHDR":
            size, inflated = header(content)
        if kind == b"IDAT":
            inflated.add(content)
        if kind in KEPT:
            out += [struct.pack(">I", len(content)), kind, content, struct.pack(">I", crc(kind, content))]
    inflated.end()
    return Picture("image/png", *size, b"".join(out))


def chunk(source: Bytes) -> tuple[bytes, bytes]:
    """Type and data of the next chunk."""
    source.next_part()
    length, kind = source.number(4), source.take(4)
    content = source.take(length)
    if source.number(4) != crc(kind, content):
        raise Spoiled("A checksum is wrong.")
    return kind, content


def crc(kind: bytes, content: bytes) -> int:
    """Of a chunk."""
    return zlib.crc32(content, zlib.crc32(kind))


def header(content: bytes) -> tuple[tuple[int, int], "Inflated"]:
    """Width and height, and what the pixels may inflate to."""
    if len(content) != 13:
        raise Spoiled("Its header has another length.")
    width, height, depth, colour, method, filters, interlace = struct.unpack(">IIBBBBB", content)
    if colour not in SAMPLES or depth not in (1, 2, 4, 8, 16) or method or filters or interlace > 1:
        raise Spoiled("Its header is unknown.")
    size = sized(width, height)
    row = (width * SAMPLES[colour] * depth + 7) // 8 + 1
    # Seven passes of an interlaced picture have at most so many rows and rounded bytes more.
    return size, Inflated(row * height + (16 * (width + height) if interlace else 0))


class Inflated:
    """Looks how much the pixels inflate to, without keeping them: more than the picture has is a bomb."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.stream = zlib.decompressobj()

    def add(self, content: bytes) -> None:
        """The next compressed bytes."""
        while content and not self.stream.eof:
            try:
                self.left -= len(self.stream.decompress(content, STEP))
            except zlib.error as error:
                raise Spoiled("Its pixels are spoiled.") from error
            if self.left < 0:
                raise Spoiled("It holds more pixels than it says.")
            content = self.stream.unconsumed_tail

    def end(self) -> None:
        """Raises Spoiled when the pixels end early."""
        if not self.stream.eof:
            raise Spoiled("It ends early.")
