"""A replay at the command line: no database, no queue; the same lab, the same diagnosis, the same judge."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from experiments import artefacts, verdicts
from experiments.artefacts import Broken, RunFolder
from experiments.comparison.difference import Difference
from experiments.comparison.identity import first_difference
from experiments.images import Image
from experiments.shipped import Shipped
from experiments.verdicts import Verdict
from workers import confined
from workers.confined import Beat
from workers.lab.run import Ran, run
from workers.lab.sentences import no_image
from workers.outcomes import Finished


class NotReplayed(Exception):
    """There is no result; the text is one sentence."""


@dataclass(frozen=True)
class Replayed:
    """What a replay showed."""

    run: RunFolder
    verdicts: tuple[Verdict, ...]
    wall_s: float
    cpu_s: float  # of the machine
    identical: bool | None  # to the recording of this image; None where there is none
    difference: Difference | None

    @property
    def held(self) -> bool:
        """True when every expectation that applies to this kernel held, and one did."""
        told = [verdict.held for verdict in self.verdicts if verdict.held is not None]
        return bool(told) and all(told)


@contextmanager
def replay(
    experiment: Shipped, image: Image, changes: Mapping[str, int], beat: Beat = lambda progress: True
) -> Iterator[Replayed]:
    """Replays in a folder that is gone when the block is left.

    Raises:
        NotReplayed: when the lab refused, or the run was stopped.
    """
    with tempfile.TemporaryDirectory(prefix="replaybook-run-") as scratch:
        folder = Path(scratch, "run")
        folder.mkdir()
        if not (image_folder(image) / "image.json").is_file():
            raise NotReplayed(no_image(image.id)[0])
        ran = run(experiment.text, experiment.name, changes, image_folder(image), folder, beat)
        if not isinstance(ran, Ran):
            raise NotReplayed(getattr(ran, "en", "The run was cancelled."))
        try:
            found = artefacts.read(folder)
        except Broken as broken:
            raise NotReplayed(f"The run's folder is not complete: {broken}") from None
        told = verdicts.judge(experiment.with_numbers(changes), found, reports(found, Path(scratch)))
        verdicts.write(folder, told)
        recorded = recording(experiment, image, changes)
        difference = first_difference(recorded, folder) if recorded else None
        identical = difference is None if recorded else None
        yield Replayed(found, told, ran.wall_s, ran.cpu_s, identical, difference)


def image_folder(image: Image) -> Path:
    """Where an image lies."""
    return Path(settings.LAB_ROOT) / "images" / image.id


def reports(found: RunFolder, scratch: Path) -> dict[str, dict[str, Any]]:
    """The diagnosis of each capture, from the same confined program that reads a customer's."""
    return {
        one.vantage: diagnosed(found.path / one.file, scratch / f"report-{number}")
        for number, one in enumerate(found.manifest.captures)
    }


def diagnosed(capture: Path, into: Path) -> dict[str, Any]:
    """{"findings": […]}: those of connections, then those of the capture itself."""
    into.mkdir()
    outcome = confined.run(capture, into)
    if not isinstance(outcome, Finished):
        raise NotReplayed(f"{capture.name} could not be diagnosed. {getattr(outcome, 'en', '')}".strip())
    found = json.loads((into / "findings.en.json").read_bytes())
    return {"findings": found + json.loads((into / "capture.en.json").read_bytes())["quality"]}


def recording(experiment: Shipped, image: Image, changes: Mapping[str, int]) -> Path | None:
    """The run folder that counts as recorded: the product's, or the first replay on this machine."""
    digest = experiment.digest_with(changes)
    for folder in (*experiment.recordings(), local(digest, image)):
        try:
            told = json.loads((folder / "run.json").read_bytes())
        except (OSError, ValueError):
            continue
        if told.get("image") == image.id and told.get("declaration") == digest:
            return folder
    return None


def local(digest: str, image: Image) -> Path:
    """Where this machine keeps what it recorded itself."""
    return Path(settings.LAB_ROOT) / "recordings" / f"{digest[:20]}-{image.id[:20]}"


def keep(done: Replayed, digest: str, image: Image) -> None:
    """The first replay on an image becomes its recording, if everything held."""
    place = local(digest, image)
    if done.held and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=place.parent))
        shutil.copytree(done.run.path, beside, dirs_exist_ok=True)
        beside.chmod(0o755)
        beside.replace(place)


def save(done: Replayed, into: Path) -> None:
    """Replaces a recording by this run."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(done.run.path, into)
