"""Taking away: a capture with all that came of it, and files that no row names."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction

from kb import attachments, kinds
from kb.models import Capture

log = logging.getLogger(__name__)

OLD = 24 * 3600  # seconds; longer than any upload or job takes, so nothing younger is judged


def remove(capture: Capture) -> None:
    """Deletes the capture: rows at once, then the file and every folder of its attempts.

    A worker that is at it notices within a second or two that its row is gone, and removes its own folder.
    """
    uid, file = capture.uid, capture.path
    with transaction.atomic():
        capture.delete()
        transaction.on_commit(lambda: remove_files(uid, file))


def remove_files(uid: str, file: Path) -> None:
    """The capture's file, and the report folders that begin with its uid."""
    file.unlink(missing_ok=True)
    for folder in (Path(settings.MEDIA_ROOT) / "reports").glob(f"{uid}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> int:
    """Removes what crashes have left, once it is a day old. Returns how many files and folders."""
    orphans = [path for path in leftovers(Path(settings.MEDIA_ROOT)) if is_old(path)]
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    if orphans:
        log.info("Removed %s leftovers.", len(orphans))
    return len(orphans)


def leftovers(media: Path) -> Iterator[Path]:
    """Files and folders that no row names."""
    yield from (media / "incoming").glob("*")
    for path in (media / "captures").glob("*"):
        if not Capture.objects.filter(stored=f"captures/{path.name}").exists():
            yield path
    yield from attachments.orphans(media)
    for kind in kinds.every():
        yield from kind.leftovers()


def is_old(path: Path) -> bool:
    """Untouched for a day. What vanished meanwhile is nobody's leftover."""
    try:
        return path.stat().st_mtime < time.time() - OLD
    except FileNotFoundError:
        return False
