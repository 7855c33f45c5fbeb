"""Through compression and archives to the streams that may be captures."""

from collections.abc import Iterator
from dataclasses import dataclass

from packets.errors import CaptureError
from packets.formats import archives, compressed
from packets.formats.archives import Member
from packets.formats.compressed import Budget
from packets.formats.reading import Reading
from packets.formats.stream import Stream


@dataclass(frozen=True)
class Found:
    """A stream that is neither compressed nor an archive."""

    stream: Stream
    layers: tuple[str, ...]  # what it was wrapped in, outermost first: ("tar", "gzip")
    member: str | None  # its printable name in the innermost archive


def unpacked(found: Found, budget: Budget, reading: Reading) -> Iterator[Found]:
    """All streams within a stream, in file order; each must be used before the next is asked for.

    Raises CaptureError ``nested`` when the layers are more than a person would wrap around a capture.
    """
    if len(found.layers) > reading.limits.most_nesting:
        raise _nested(reading.limits.most_nesting)
    inner = compressed.expand(found.stream, budget, reading)
    members = None if inner else _members(found.stream, budget, reading)
    if inner:
        name, fill = inner
        yield from unpacked(Found(Stream(fill), (*found.layers, name), found.member), budget, reading)
    elif members:
        name, content = members
        yield from _each(content, (*found.layers, name), budget, reading)
    else:
        yield found


def _each(
    members: Iterator[Member], layers: tuple[str, ...], budget: Budget, reading: Reading
) -> Iterator[Found]:
    for member in archives.counted(members, budget, reading):
        yield from unpacked(Found(member.stream, layers, member.name), budget, reading)


def _members(stream: Stream, budget: Budget, reading: Reading) -> tuple[str, Iterator[Member]] | None:
    head = stream.head(512)
    if archives.is_zip(head):
        return "zip", archives.zip_members(stream, budget, reading)
    if archives.is_tar(head):
        return "tar", archives.tar_members(stream, budget, reading)
    return None


def _nested(most: int) -> CaptureError:
    return CaptureError(
        "nested",
        f"The file is compressed or archived more than {most} times over, as only an attack on readers is; "
        f"unpack it first.",
        f"圧縮・アーカイブが{most}重を超えています（読み取り側への攻撃の疑い）。展開してからアップロードしてください。",
    )
