"""Recordings that come with the product: each becomes a run, and its captures enter by the one door."""

import logging
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from experiments import runs, shipped
from experiments.models import Recording, Run
from experiments.shipped import Shipped
from kb import intake, reports, uploads
from kb.models import Capture
from kb.streams import TooMuch, read_object

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """What a loading did, in recordings."""

    new: int = 0
    known: int = 0
    unusable: int = 0  # of an earlier declaration, or spoiled; the log says which


def load() -> Loaded:
    """Loads what was recorded of each shipped experiment. Loading again changes nothing."""
    done = [load_one(one, folder) for one in shipped.every() for folder in one.recordings()]
    return Loaded(done.count("new"), done.count("known"), done.count("unusable"))


def load_one(experiment: Shipped, folder: Path) -> str:
    """Loads one: new, known, or unusable."""
    try:
        told = read_object(folder / "run.json")
        if told["declaration"] != experiment.digest:
            raise ValueError("it was recorded of another wording of the declaration")
        if Run.objects.filter(
            reason=Run.Reason.RECORDED, digest=experiment.digest, image=told["image"]
        ).exists():
            return "known"
        record(experiment, folder, told, read_object(folder / "verdicts.json", list))
    except (OSError, ValueError, KeyError, TypeError, TooMuch) as error:
        log.error("The recording %s of %s cannot be used: %r", folder.name, experiment.name, error)
        return "unusable"
    return "new"


def record(experiment: Shipped, folder: Path, told: dict[str, Any], verdicts: list[dict[str, Any]]) -> None:
    """Copies the folder, and makes its run; it takes the place of a recording that was made here."""
    copy = Path(settings.MEDIA_ROOT) / runs.FOLDER / f"recorded-{secrets.token_hex(8)}"
    shutil.copytree(folder, copy)
    for path in (copy, *copy.rglob("*")):  # anybody may read what is shipped, only we what is kept
        path.chmod(0o700 if path.is_dir() else 0o600)
    reports.flush(copy)
    captures = taken_in(experiment, copy)
    with transaction.atomic():
        run = Run(
            experiment=experiment.name,
            digest=experiment.digest,
            declaration=experiment.text,
            parameters=experiment.numbers({}),
            as_declared=True,
            image=str(told["image"]),
            kernel=str(told["kernel"]),
            reason=Run.Reason.RECORDED,
        )
        runs.write(run, runs.Result(copy, float(told["virtual_s"]), None, verdicts, captures, None))
        Recording.objects.update_or_create(digest=run.digest, image=run.image, defaults={"run": run})


def taken_in(experiment: Shipped, folder: Path) -> dict[str, Capture]:
    """The captures, by vantage point; they are diagnosed when a worker has time."""
    return {
        vantage.name: intake.accept(
            uploads.copied(folder / "captures" / vantage.file, f"{experiment.name}-{vantage.file}"), team=None
        ).capture
        for vantage in experiment.experiment.captures
    }
