"""Experiments as readers see them: wordings that were approved here, and below them the product's files."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max

from experiments import shipped
from experiments.declaration import Mistakes, read
from experiments.models import Wording
from experiments.shipped import Shipped
from kb.bundle import Entry
from kb.importing.above import WRITTEN

log = logging.getLogger(__name__)


def every() -> list[Shipped]:
    """All of them, by name. One small query, however many there are."""
    files = {one.name: one for one in shipped.every()}
    over = {one.name: one for one in _worded(*_newest()) if not _says_the_same(one, files.get(one.name))}
    return [one for _, one in sorted({**files, **over}.items())]


def find(name: str) -> Shipped | None:
    """The experiment of this name."""
    file = shipped.find(name)
    over = next((one for one in _worded(*_newest()) if one.name == name), None)
    return file if over is None or _says_the_same(over, file) else over


def file_digest(name: str) -> str:
    """Of the product's file of that name as it is now; empty when there is none."""
    file = shipped.find(name)
    return file.digest if file else ""


def files() -> Iterator[Entry]:
    """Declarations and recordings, for an export."""
    for one in every():
        base = f"experiments/{one.name}"
        if one.wording is not None:
            yield Entry(f"{base}/experiment.toml", one.text.encode())
            # By it an import knows what was written there: the rest comes with a release.
            yield Entry(f"{base}/{WRITTEN}", json.dumps({"format": 1, "digest": one.digest}).encode())
            continue
        for path in sorted(one.folder.rglob("*")):
            if path.is_file():
                yield Entry(f"{base}/{path.relative_to(one.folder).as_posix()}", path)


def _says_the_same(over: Shipped, file: Shipped | None) -> bool:
    """The product's file again: then its recordings are, too."""
    return file is not None and file.text == over.text


def _newest() -> tuple[datetime | None, int]:
    """When the last approval was, and how many are approved: every approval changes it."""
    approved = Wording.objects.filter(state=Wording.State.APPROVED)
    told = approved.order_by().aggregate(newest=Max("reviewed"), count=Count("pk"))
    return told["newest"], told["count"]


@lru_cache(maxsize=4)
def _worded(newest: datetime | None, count: int) -> tuple[Shipped, ...]:
    """What is approved, read once for each approval."""
    if not count:
        return ()
    rows = Wording.objects.filter(state=Wording.State.APPROVED).order_by("experiment")
    return tuple(one for row in rows if (one := of_wording(row)) is not None)


def of_wording(row: Wording) -> Shipped | None:
    """One; what an earlier version took and this one does not is passed over with a line in the log."""
    try:
        experiment = read(row.text, name=row.experiment)
    except Mistakes as error:
        log.error("The approved wording %s of %s cannot be read: %s", row.uid, row.experiment, error)
        return None
    return Shipped(row.experiment, shipped.folder_of(row.experiment), row.text, experiment, row.pk)
