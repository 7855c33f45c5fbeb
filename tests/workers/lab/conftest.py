"""The images of the lab, which bin/test builds once, before the tests."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.workers.lab import declaring
from workers.lab import machine
from workers.lab.limits import RUN_LIMITS
from workers.lab.run import Result, run


@pytest.fixture(scope="session")
def lab_images() -> dict[str, Path]:
    """Folders of the newest images, by series of kernel."""
    if machine.installed() is None:
        pytest.skip("needs QEMU")
    root = os.environ.get("REPLAYBOOK_TEST_LAB")
    if not root:
        pytest.skip("needs images of the lab (REPLAYBOOK_TEST_LAB names their folder)")
    told = [(json.loads(path.read_text()), path.parent) for path in Path(root).glob("images/*/image.json")]
    if not told:
        pytest.skip(f"needs images of the lab, and there are none in {root}")
    return {image["series"]: folder for image, folder in sorted(told, key=lambda each: each[0]["built"])}


@pytest.fixture(scope="session")
def lab_image(lab_images: dict[str, Path]) -> Path:
    """Folder of the image with the older kernel."""
    return lab_images[min(lab_images, key=lambda series: [int(part) for part in series.split(".")])]


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """An empty folder for a run."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


Play = Callable[..., Result]


@pytest.fixture
def play(lab_image: Path, into: Path) -> Play:
    """Runs a declaration on the image, into `into`."""

    def plays(text: str, beat=lambda progress: True, limits=RUN_LIMITS, **parameters: int) -> Result:
        return run(text, declaring.NAME, parameters, lab_image, into, beat, limits)

    return plays


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="replaybook-lab-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
