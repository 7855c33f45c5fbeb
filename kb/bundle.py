"""Everything that is written here as one zip that another installation takes in again.

Articles and runbooks as Markdown with front matter, pictures, captures, and what upper rooms add (experiments
with their recordings).

    articles/SLUG.en.md  runbooks/SLUG.ja.md  attachments/UID.png  captures/UID/NAME.pcap  experiments/NAME/…
    manifest.json        what the names cannot hold
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kb.models import Article, Attachment, Capture, Lead, Revision, User
from kb.shipped import unquoted

FORMAT = 1
PIECE = 1 << 18  # bytes that are read of a file at a time
LONGEST_NAME = 100  # characters of a capture's file name in the zip


@dataclass(frozen=True)
class Entry:
    """A file of the zip: its words, or where it lies."""

    path: str
    content: bytes | Path


Part = Callable[[], Iterable[Entry]]
_parts: list[Part] = []


def register(part: Part) -> None:
    """Adds what a room above has to keep; called in AppConfig.ready."""
    _parts.append(part)


def entries(user: User, *, captures: bool) -> Iterator[Entry]:
    """Every file of the export for this person: approved words, and the captures of one's own teams."""
    theirs = Capture.objects.belonging_to(user) if captures else Capture.objects.none()
    articles = Article.objects.prefetch_related("revisions", "leads").order_by("slug")
    yield Entry("manifest.json", manifest(articles, theirs))
    for article in articles:
        yield from texts(article)
    for attachment in Attachment.objects.filter(article__isnull=False).order_by("pk"):
        yield Entry(f"attachments/{attachment_name(attachment)}", attachment.path)
    for capture in theirs.order_by("pk").iterator():
        yield Entry(f"captures/{capture.uid}/{safe_name(capture.name)}", capture.path)
    yield from of_upper_rooms()


def of_upper_rooms() -> Iterator[Entry]:
    """What the rooms above keep: experiments with their recordings."""
    for part in _parts:
        yield from part()


def texts(article: Article) -> Iterator[Entry]:
    """The approved Markdown of each language."""
    folder = "runbooks" if article.is_runbook else "articles"
    for revision in article.revisions.all():
        if revision.state == Revision.State.APPROVED:
            path = f"{folder}/{article.slug}.{revision.language}.md"
            yield Entry(path, markdown(article, revision).encode())


def markdown(article: Article, revision: Revision) -> str:
    """The revision with its front matter, as it is read again by kb.shipped.parse and by the import."""
    leads: list[Lead] = [lead for lead in article.leads.all() if not lead.hidden]
    fields = {
        "title": revision.title,
        "summary": " ".join(revision.summary.split()),
        "tags": ", ".join(article.tags),
        "code": article.code or "",
        "codes": ", ".join(lead.code for lead in leads) if article.is_runbook else "",
    }
    head = "".join(f"{name}: {quoted(value)}\n" for name, value in fields.items() if value)
    return f"---\n{head}---\n\n{revision.body}"


def quoted(value: str) -> str:
    """The value as it is read again: what has quotation marks around it gets another pair."""
    return value if unquoted(value) == value else f'"{value}"'


def manifest(articles: Iterable[Article], captures: QuerySet[Capture]) -> bytes:
    """What the names of the files do not say."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "made": timezone.now().isoformat(timespec="seconds"),
        "articles": {
            article.slug: {"kind": article.kind, "original": article.original, "code": article.code}
            for article in articles
        },
        "attachments": {
            attachment_name(one): {"name": one.name, "article": one.article.slug, "type": one.media_type}
            for one in Attachment.objects.filter(article__isnull=False).select_related("article")
            if one.article
        },
        "captures": {
            one.uid: {"name": one.name, "sha256": one.sha256, "uploaded": one.uploaded_at.isoformat()}
            for one in captures
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def attachment_name(attachment: Attachment) -> str:
    """UID.png, by what the bytes are."""
    return f"{attachment.uid}.{attachment.media_type.rpartition('/')[2]}"


def safe_name(name: str) -> str:
    """A stranger's label as the name of a file: no path, nothing that a shell or file system trips over."""
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in last)
    return kept.strip(".")[-LONGEST_NAME:] or "capture"


class _Pieces(RawIOBase):
    """What zipfile writes, to be taken away at once: a zip that is larger than memory and disk."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """All that was written since the last time."""
        pieces, self.waiting = self.waiting, []
        return b"".join(pieces)


def zipped(found: Iterable[Entry]) -> Iterator[bytes]:
    """The zip, piece by piece. A file that is gone meanwhile is left out; the manifest still names it."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as made:
        for entry in found:
            try:
                yield from _written(made, entry, pieces)
            except FileNotFoundError:
                continue
    yield pieces.taken()


def _written(made: zipfile.ZipFile, entry: Entry, pieces: _Pieces) -> Iterator[bytes]:
    now = timezone.now().timetuple()[:6]
    if isinstance(entry.content, bytes):
        made.writestr(zipfile.ZipInfo(entry.path, now), entry.content, zipfile.ZIP_DEFLATED)
        yield pieces.taken()
        return
    with entry.content.open("rb") as source:  # opened first: what is not there leaves no half entry
        info = zipfile.ZipInfo(entry.path, now)
        with made.open(info, "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                target.write(piece)
                yield pieces.taken()
    yield pieces.taken()
