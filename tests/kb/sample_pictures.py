"""Small pictures of each kind, with everything in them that must not stay."""

import struct
import zlib

SECRET = b"secret-35.6812N-139.7671E"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 2, height: int = 3, *, more: bytes = b"", pixels: bytes | None = None) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x20\x40\x60" * width for _ in range(height)) if pixels is None else pixels
    parts = [chunk(b"IHDR", header), more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def chatty_png() -> bytes:
    more = chunk(b"tEXt", b"Comment\0" + SECRET) + chunk(b"eXIf", b"II*\0" + SECRET)
    more += chunk(b"iCCP", b"Camera\0\0" + SECRET) + chunk(b"gAMA", struct.pack(">I", 45455))
    return png(more=more) + b"<script>" + SECRET


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def exif(turned: int) -> bytes:
    """Orientation in the first directory, and a place in clear."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, turned, 0)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4) + SECRET


def jpeg(width: int = 4, height: int = 2, *, turned: int = 1) -> bytes:
    """A grey picture of one scan; its tables are the least that the form asks for."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    codes = bytes([1] + [0] * 15)
    return b"".join(
        [
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\x01\x01\0\0\x48\0\x48\x01\x01" + SECRET[:3]),
            segment(0xE1, exif(turned)),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01" + SECRET),
            segment(0xFE, SECRET),
            segment(0xDB, b"\0" + bytes([1] * 64)),
            segment(0xC0, frame),
            segment(0xC4, b"\0" + codes + b"\0"),
            segment(0xC4, b"\x10" + codes + b"\0"),
            segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            b"\x3f\xff\x00\x12\xff\xd0\x55",
            b"\xff\xd9" + SECRET,
        ]
    )


def gif(width: int = 3, height: int = 2, *, inner: tuple[int, int] | None = None) -> bytes:
    w, h = inner or (width, height)
    return b"".join(
        [
            b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6),
            b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0",
            b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\0",
            b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0",
            b"\x21\xf9\x04\0\x0a\0\0\0",
            b"\x2c" + struct.pack("<HHHHB", 0, 0, w, h, 0) + b"\x02\x02\x44\x01\0",
            b"\x3b" + SECRET,
        ]
    )


def riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def webp(width: int = 5, height: int = 7) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    lossless = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0\0\0"
    frame = bytes(16) + riff(b"VP8L", lossless) + riff(b"XMP ", SECRET)
    parts = [
        riff(b"VP8X", bytes([0b00111110, 0, 0, 0]) + sides),
        riff(b"ICCP", SECRET),
        riff(b"ANIM", bytes(6)),
        riff(b"ANMF", frame),
        riff(b"EXIF", SECRET),
        riff(b"XMP ", SECRET),
        riff(b"ABCD", SECRET),
    ]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body + SECRET
