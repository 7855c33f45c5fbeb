"""GIF (CompuServe, 87a and 89a): a screen, then images and extensions, each a list of blocks."""

from kb.pictures.form import Bytes, Picture, Spoiled, sized

EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B
CONTROL, APPLICATION = 0xF9, 0xFF
LOOP = b"NETSCAPE2.0"  # how often an animation repeats. Left out: comments, plain text, XMP.


def read(data: bytes) -> Picture:
    """The picture, cleaned; an animation stays one. Raises Spoiled or TooBig."""
    source = Bytes(data)
    head = source.take(13)
    size = sized(int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
    out, images = [head, source.take(table(head[10]))], 0
    while (kind := source.number(1)) != TRAILER:
        source.next_part()
        if kind == IMAGE:
            images += 1
            out += [bytes([kind]), image(source, size)]
        elif kind == EXTENSION:
            out.append(extension(source))
        else:
            raise Spoiled("A block is unknown.")
    if not images:
        raise Spoiled("It holds no picture.")
    return Picture("image/gif", *size, b"".join([*out, bytes([TRAILER])]))


def table(flags: int) -> int:
    """Bytes of the colour table that follows."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def image(source: Bytes, screen: tuple[int, int]) -> bytes:
    """One image: its place, its colours, its pixels. It may not be larger than the screen."""
    place = source.take(9)
    left, top, width, height = (int.from_bytes(place[at : at + 2], "little") for at in (0, 2, 4, 6))
    if left + width > screen[0] or top + height > screen[1]:
        raise Spoiled("An image is larger than the picture.")
    return place + source.take(table(place[8])) + source.take(1) + blocks(source)


def extension(source: Bytes) -> bytes:
    """The extension, if the picture needs it; else nothing."""
    label = source.number(1)
    content = blocks(source)
    loop = label == APPLICATION and content[1:12] == LOOP and len(content) == 17
    control = label == CONTROL and len(content) == 6
    return bytes([EXTENSION, label]) + content if loop or control else b""


def blocks(source: Bytes) -> bytes:
    """A list of blocks with the empty one that ends it."""
    begin = source.at
    while (length := source.number(1)) > 0:
        source.next_part()
        source.take(length)
    return source.data[begin : source.at]
