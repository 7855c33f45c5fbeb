"""JPEG (ITU-T T.81): segments that begin with FF and a marker; behind a scan's header come its bytes."""

from kb.pictures.form import Bytes, Picture, Spoiled, sized

START, END, SCAN, APP0, APP1, APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15, but for three other markers
# Tables (DHT, DAC, DQT, DRI), scans, Adobe's word on colours. Left out: EXIF, XMP, ICC, comments.
KEPT = FRAMES | {0xC4, 0xCC, 0xDB, 0xDD, SCAN, APP0, APP14}
JFIF = b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"  # version 1.2, square pixels, no thumbnail
ORIENTATION = 0x0112  # the one thing in EXIF that belongs to the picture: which way is up


def read(data: bytes) -> Picture:
    """The picture, cleaned. Raises Spoiled or TooBig."""
    source, out = Bytes(data, 2), [b"\xff\xd8"]
    size: tuple[int, int] | None = None
    turned, scans = 1, 0
    while (marker := next_marker(source)) != END:
        content = source.take(source.number(2) - 2)
        if marker == APP1 and content.startswith(b"Exif\0\0"):
            turned = turned if size else orientation(content[6:])
        if marker in FRAMES:
            size = frame(content)
            out += [segment(APP1, exif(turned))] if turned > 1 else []
        if marker in KEPT:
            out.append(segment(marker, as_kept(marker, content)))
        if marker == SCAN:
            scans += 1
            out.append(scanned(source))
    if size is None or not scans:
        raise Spoiled("It holds no picture.")
    width, height = size if turned < 5 else size[::-1]
    return Picture("image/jpeg", width, height, b"".join([*out, b"\xff\xd9"]))


def next_marker(source: Bytes) -> int:
    """The marker of the next segment; any number of FF may stand before it."""
    source.next_part()
    if source.number(1) != 0xFF:
        raise Spoiled("A marker is missing.")
    marker = source.number(1)
    while marker == 0xFF:
        marker = source.number(1)
    if marker < 0xC0 or marker == START or 0xD0 <= marker <= 0xD7:
        raise Spoiled("A marker is in a place where it cannot be.")
    return marker


def frame(content: bytes) -> tuple[int, int]:
    """Width and height of a frame's header."""
    if len(content) < 6:
        raise Spoiled("Its header ends early.")
    return sized(int.from_bytes(content[3:5]), int.from_bytes(content[1:3]))


def as_kept(marker: int, content: bytes) -> bytes:
    """A segment without its thumbnail and its free words."""
    if marker == APP0:
        return JFIF
    return content[:12] if marker == APP14 else content


def segment(marker: int, content: bytes) -> bytes:
    """With its marker and length."""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


def scanned(source: Bytes) -> bytes:
    """The bytes of a scan, to the next marker that is no restart and no stuffed zero."""
    begin, at, data = source.at, source.at, source.data
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Spoiled("It ends early.")
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            source.at = at
            return data[begin:at]
        at += 2


def orientation(tiff: bytes) -> int:
    """From 1 (as it is) to 8, as EXIF's first directory says; 1 when it says nothing that can be read."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        source = Bytes(tiff, 4)
        source.at = source.number(4, order)
        for _ in range(source.number(2, order)):
            tag, kind, count = source.number(2, order), source.number(2, order), source.number(4, order)
            value = source.number(2, order)
            source.take(2)
            if (tag, kind, count) == (ORIENTATION, 3, 1):
                return value if 1 <= value <= 8 else 1
    except Spoiled:
        return 1
    return 1


def exif(turned: int) -> bytes:
    """EXIF that holds the orientation and nothing else."""
    entry = ORIENTATION.to_bytes(2) + (3).to_bytes(2) + (1).to_bytes(4) + turned.to_bytes(2) + bytes(2)
    return b"Exif\0\0MM\0*" + (8).to_bytes(4) + (1).to_bytes(2) + entry + bytes(4)
