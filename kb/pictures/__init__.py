"""Pictures that strangers send: recognised by their bytes, and copied without what is not the picture.

Only known parts of a file are copied, so that places (GPS), names of cameras and of people, comments,
thumbnails and whatever stands behind the end stay out. Nothing is decoded: that is the browser's work.
"""

from collections.abc import Callable

from kb.pictures import gif, jpeg, png, webp
from kb.pictures.form import LARGEST_SIDE, MOST_PIXELS, Picture, Spoiled, TooBig

Read = Callable[[bytes], Picture]

_BY_HEAD: tuple[tuple[bytes, int, Read], ...] = (  # the bytes, where they stand, and who reads the rest
    (png.SIGNATURE, 0, png.read),
    (b"\xff\xd8\xff", 0, jpeg.read),
    (b"GIF87a", 0, gif.read),
    (b"GIF89a", 0, gif.read),
    (b"WEBP", 8, webp.read),
)


def reader_of(head: bytes) -> Read | None:
    """Who reads a file that begins so (16 bytes are enough); None when it is no picture of ours."""
    return next((read for mark, at, read in _BY_HEAD if head[at : at + len(mark)] == mark), None)


def read(data: bytes) -> Picture | None:
    """The picture in these bytes, cleaned; None when they are none. Raises Spoiled or TooBig."""
    found = reader_of(data[:16])
    return found(data) if found else None


__all__ = ["LARGEST_SIDE", "MOST_PIXELS", "Picture", "Spoiled", "TooBig", "read", "reader_of"]
