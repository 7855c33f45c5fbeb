"""zip and tar as streams of members: nothing is sought, nothing unpacked to disk, names are shown and never
used.

Sources: PKWARE's APPNOTE 6.3.10; POSIX.1-2017 pax (ustar), GNU tar's base-256 numbers.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from packets.errors import printable
from packets.formats.compressed import Budget, Deflate, Expanded
from packets.formats.reading import Reading
from packets.formats.stream import Part, Stream

_LOCAL, _DESCRIPTOR = b"PK\x03\x04", b"PK\x07\x08"
_ZIP = (_LOCAL, b"PK\x05\x06")  # the second: an archive without members
_ENCRYPTED, _SIZES_BEHIND = 1, 8  # flags
_STORED, _DEFLATED = 0, 8  # methods
_IN_EXTRA = 0xFFFFFFFF  # the size stands in the zip64 extra field
_RECORD = 512  # bytes of a tar's header and the unit of its data


@dataclass(frozen=True)
class Member:
    """A file in an archive; its bytes are to be read before the next member is asked for."""

    name: str  # printable
    stream: Stream


@dataclass(frozen=True)
class _Local:
    """A local file header of a zip."""

    name: str
    flags: int
    method: int
    crc: int
    size: int  # compressed


def is_zip(head: bytes) -> bool:
    """The first bytes of a zip, an empty one too."""
    return head.startswith(_ZIP)


def is_tar(head: bytes) -> bool:
    """A header record whose checksum is right (any tar since 1979 has it)."""
    if len(head) < _RECORD or not head[0]:
        return False
    told = _octal(head[148:156])
    return told is not None and told == sum(head[:148]) + 8 * 32 + sum(head[156:_RECORD])


def zip_members(stream: Stream, budget: Budget, reading: Reading) -> Iterator[Member]:
    """The members that can be read, in file order; each must be used up before the next (what is left is
    skipped).
    """
    while stream.head(4) == _LOCAL and _may_go_on(budget.entry(), reading):
        local = _local(stream)
        readable = not local.flags & _ENCRYPTED and local.method in (_STORED, _DEFLATED)
        behind = bool(local.flags & _SIZES_BEHIND) and not local.size
        if behind and not (readable and local.method == _DEFLATED):
            _unreadable(local, reading)  # where it ends cannot be known
            return
        if not readable and local.size:
            if not _may_go_on(budget.member(), reading):
                return
            _unreadable(local, reading)
            stream.skip(local.size)
        elif not local.name.endswith("/"):
            yield from _data(stream, local, behind, budget, reading)
        else:
            stream.skip(local.size)


def _local(stream: Stream) -> _Local:
    head = stream.read(30).ljust(30, b"\0")
    flags, method, crc, size, _, name_length, extra_length = struct.unpack_from("<HH4x3IHH", head, 6)
    name, extra = stream.read(name_length), stream.read(extra_length)
    if size == _IN_EXTRA:
        size = _zip64_size(extra)
    return _Local(printable(name), flags, method, crc, size)


def _zip64_size(extra: bytes) -> int:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1 and length >= 16 and at + 20 <= len(extra):
            return int(struct.unpack_from("<Q", extra, at + 12)[0])
        at += 4 + length
    return _IN_EXTRA


def _data(stream: Stream, local: _Local, behind: bool, budget: Budget, reading: Reading) -> Iterator[Member]:
    whole = stream if behind else Part(stream, local.size)
    raw = whole
    if local.method == _DEFLATED:
        raw = Stream(Expanded(whole, lambda: Deflate(-15), b"", budget, reading).fill)
    checked = _Checked(raw)
    member = Stream(checked.fill)
    yield Member(local.name, member)
    while member.piece():
        pass
    crc = local.crc
    if isinstance(whole, Part):
        stream.skip(whole.left)
    if local.flags & _SIZES_BEHIND:
        crc = _descriptor(stream)
    if crc != checked.crc:
        _wrong_sum(local.name, reading)


class _Checked:
    """Bytes that pass, and the CRC-32 of those that have."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self.crc = stream, 0

    def fill(self, view: memoryview) -> int:
        length = self._stream.fill(view)
        self.crc = zlib.crc32(view[:length], self.crc)
        return length


def _descriptor(stream: Stream) -> int:
    """Step over the data descriptor, whose sizes have 4 or (zip64) 8 bytes; returns its CRC-32."""
    if stream.head(4) == _DESCRIPTOR:
        stream.read(4)
    head = stream.head(22)
    stream.read(20 if head[12:14] != b"PK" and head[20:22] == b"PK" else 12)
    return int(struct.unpack("<I", head[:4].ljust(4, b"\0"))[0])


def _unreadable(local: _Local, reading: Reading) -> None:
    encrypted = local.flags & _ENCRYPTED
    en = "is encrypted" if encrypted else f"is packed by method {local.method}, which is not read here,"
    ja = "暗号化されている" if encrypted else f"未対応の方式（{local.method}）で圧縮されている"
    text = {
        "en": f"The member “{local.name}” of the zip {en} and was left out.",
        "ja": f"zip内の「{local.name}」は{ja}ため、読みませんでした。",
    }
    reading.note("member_unreadable", text)


def counted(members: Iterator[Member], budget: Budget, reading: Reading) -> Iterator[Member]:
    """The members, as long as they are not too many."""
    for member in members:
        if not _may_go_on(budget.member(), reading):
            return
        yield member


def _may_go_on(counted: bool, reading: Reading) -> bool:
    if not counted and not any(note.code == "too_many_members" for note in reading.notes):
        most = f"{reading.limits.most_members:,}"
        text = {
            "en": f"The archive has more than {most} members; those behind them were left unread.",
            "ja": f"アーカイブのファイルが{most}個を超えているため、残りは読みませんでした。",
        }
        reading.note("too_many_members", text)
    return counted


def _wrong_sum(name: str, reading: Reading) -> None:
    text = {
        "en": f"The checksum of the member “{name}” of the zip is wrong: its data is damaged.",
        "ja": f"zip内の「{name}」のチェックサムが合いません。データが壊れています。",
    }
    reading.note("wrong_checksum", text)


def tar_members(stream: Stream, budget: Budget, reading: Reading) -> Iterator[Member]:
    """The regular files of a tar, in file order; each must be used up before the next (what is left is
    skipped).
    """
    while is_tar(stream.head(_RECORD)) and _may_go_on(budget.entry(), reading):
        head = stream.read(_RECORD)
        size = _number(head[124:136])
        part = Part(stream, size)
        if head[156:157] in (b"0", b"\0", b"7"):
            yield Member(printable(head[:100].split(b"\0")[0]), part)
        # What a reader of the part looked at is gone from the stream already: only ``left`` is still to come.
        stream.skip(part.left + -size % _RECORD)


def _octal(digits: bytes) -> int | None:
    try:
        return int(digits.strip(b" \0") or b"0", 8)
    except ValueError:
        return None


def _number(digits: bytes) -> int:
    if digits[0] & 0x80:  # GNU: base 256
        return int.from_bytes(digits[1:], "big")
    return max(0, _octal(digits) or 0)
