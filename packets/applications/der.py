"""As much of DER (X.690) as the outside of a certificate needs."""

from collections.abc import Iterator

from packets.applications.cursor import Unreadable

SEQUENCE, SET, OID, OCTETS, BOOLEAN = 0x30, 0x31, 0x06, 0x04, 0x01
MOST_ELEMENTS = 256  # of one sequence; a certificate has ten, its list of names sometimes a hundred

Element = tuple[int, bytes]  # tag, contents


def element(data: bytes, at: int = 0) -> tuple[Element, int]:
    """The element at ``at``, and where the next begins. Only definite lengths below 16 MiB, as DER wants."""
    if at + 2 > len(data):
        raise Unreadable
    tag, size, start = data[at], data[at + 1], at + 2
    if size >= 0x80:
        width = size & 0x7F
        if not 1 <= width <= 3 or start + width > len(data):
            raise Unreadable
        size = int.from_bytes(data[start : start + width], "big")
        start += width
    if start + size > len(data):
        raise Unreadable
    return (tag, data[start : start + size]), start + size


def elements(data: bytes) -> Iterator[Element]:
    """The elements that stand one behind the other in ``data``, the first MOST_ELEMENTS of them."""
    at = 0
    for _ in range(MOST_ELEMENTS):
        if at == len(data):
            return
        found, at = element(data, at)
        yield found


def inside(data: bytes, tag: int) -> bytes:
    """The contents of the element that ``data`` begins with, which must have this tag."""
    (found, contents), _ = element(data)
    if found != tag:
        raise Unreadable
    return contents
