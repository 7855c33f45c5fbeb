"""WebP (RFC 9649): RIFF chunks of type, length and data, padded to even lengths."""

from kb.pictures.form import Bytes, Picture, Spoiled, sized

# Left out: EXIF, XMP, colour profiles, the unknown.
KEPT = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"])
IN_A_FRAME = frozenset([b"VP8 ", b"VP8L", b"ALPH"])
FLAGS = 0b00010010  # of VP8X: alpha and animation; not profile, EXIF, XMP
FRAME_HEADER = 16  # bytes of ANMF before its own chunks


def read(data: bytes) -> Picture:
    """The picture, cleaned. Raises Spoiled or TooBig."""
    length = Bytes(data, 4).number(4, "little")
    if length + 8 > len(data):
        raise Spoiled("It ends early.")
    source, out = Bytes(data[: length + 8], 12), []
    size: tuple[int, int] | None = None
    while not source.is_at_end:
        kind, content = chunk(source)
        if size is None:
            size = size_of(kind, content)
        if kind in KEPT:
            out.append(made(kind, as_kept(kind, content)))
    if size is None or not any(part[:4] in (b"VP8 ", b"VP8L", b"ANMF") for part in out):
        raise Spoiled("It holds no picture.")
    body = b"WEBP" + b"".join(out)
    return Picture("image/webp", *size, b"RIFF" + len(body).to_bytes(4, "little") + body)


def chunk(source: Bytes) -> tuple[bytes, bytes]:
    """Type and data of the next chunk."""
    source.next_part()
    kind, length = source.take(4), source.number(4, "little")
    content = source.take(length)
    if length % 2 and not source.is_at_end:
        source.take(1)
    return kind, content


def made(kind: bytes, content: bytes) -> bytes:
    """A chunk."""
    return kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def as_kept(kind: bytes, content: bytes) -> bytes:
    """The chunk's data without what is left out of the file."""
    if kind == b"VP8X":
        return bytes([content[0] & FLAGS]) + content[1:]
    if kind != b"ANMF":
        return content
    source, inside = Bytes(content, FRAME_HEADER), [content[:FRAME_HEADER]]
    while not source.is_at_end:
        name, data = chunk(source)
        inside += [made(name, data)] if name in IN_A_FRAME else []
    return b"".join(inside)


def size_of(kind: bytes, content: bytes) -> tuple[int, int]:
    """Width and height, from the first chunk of the file."""
    source = Bytes(content)
    if kind == b"VP8X":
        source.take(4)
        return sized(source.number(3, "little") + 1, source.number(3, "little") + 1)
    if kind == b"VP8L" and source.number(1) == 0x2F:
        bits = source.number(4, "little")
        return sized((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and source.take(6)[3:] == b"\x9d\x01\x2a":
        return sized(source.number(2, "little") & 0x3FFF, source.number(2, "little") & 0x3FFF)
    raise Spoiled("It does not begin with a picture.")
