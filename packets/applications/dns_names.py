"""Names in DNS messages (RFC 1035 sections 3.1 and 4.1.4), with compression that ends."""

from packets.applications.cursor import Unreadable
from packets.applications.text import fitted, shown

_POINTER, _LABEL = 0xC0, 0x3F
MOST_OCTETS = 255  # of a name on the wire, RFC 1035 section 2.3.4
MOST_TEXT = 253  # the same without the length of the first label and the root
# A name has at most 127 labels; no writer points more than once or twice. Go's resolver stops at ten.
MOST_JUMPS = 32


def skip_name(data: bytes, at: int) -> int:
    """Where the name at ``at`` ends, as it stands there; its pointer is not followed."""
    start = at
    while at < len(data):
        size = data[at]
        if size >= _POINTER:
            return _within(data, at + 2)
        if size > _LABEL or at - start > MOST_OCTETS:
            raise Unreadable
        at += 1 + size
        if not size:
            return at
    raise Unreadable


def name_at(data: bytes, at: int) -> bytes:
    """The name at ``at`` as text: labels joined by dots; a dot inside a label is ``\\x2e``, the root "."."""
    labels: list[bytes] = []
    octets, jumps, start = 1, 0, at
    while size := data[_within(data, at + 1) - 1]:
        if size >= _POINTER:
            start = at = _target(data, at, start)
            jumps += 1
        else:
            labels.append(_label(data, at, size))
            at += 1 + size
            octets += 1 + size
        if jumps > MOST_JUMPS or octets > MOST_OCTETS:
            raise Unreadable
    return fitted(b".".join(labels) or b".", MOST_TEXT)


def _label(data: bytes, at: int, size: int) -> bytes:
    if size > _LABEL:
        raise Unreadable
    label = data[at + 1 : _within(data, at + 1 + size)]
    return shown(label, 4 * _LABEL).replace(b".", b"\\x2e")


def _target(data: bytes, at: int, start: int) -> int:
    """Where a pointer leads: always to before the part of the name that it stands in, never in a circle."""
    where = (data[at] & _LABEL) << 8 | data[_within(data, at + 2) - 1]
    if where >= start:
        raise Unreadable
    return where


def _within(data: bytes, at: int) -> int:
    if at > len(data):
        raise Unreadable
    return at
