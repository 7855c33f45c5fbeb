"""Every shipped experiment, on each kernel: it shows what it claims, each time by the same bytes."""

import os
import shutil
from pathlib import Path

import pytest

from experiments import images, shipped
from experiments.declaration import Mistakes
from workers import once

NAMES = [one.name for one in shipped.every()]
SERIES = ("6.1", "6.12")


@pytest.fixture
def image(request, settings, lab_images):
    """The image of the kernel that the test names; what this machine recorded itself is left out of it."""
    settings.LAB_ROOT = lab_images[request.param].parent.parent
    return next(one for one in images.every() if one.id == lab_images[request.param].name)


@pytest.fixture(autouse=True)
def _nothing_recorded_here(monkeypatch, tmp_path):
    monkeypatch.setattr(once, "local", lambda digest, image: tmp_path / "nowhere")


_REPEATS: dict[str, bool] = {}  # by image


def repeats_recordings(image):
    """The machine kept in this image is the one of the recordings, as far as the simplest experiment tells.

    A machine that was booted on a very busy host may have been kept a few instructions elsewhere (seen once):
    then all its replays differ from the recordings, and agree with each other.
    """
    if image.id not in _REPEATS:
        with once.replay(shipped.find("handshake"), image, {}) as probe:
            _REPEATS[image.id] = probe.identical in (True, None)
    return _REPEATS[image.id]


# Each experiment is replayed on one kernel, its neighbour in the alphabet on the other: that saves minutes of
# every test run. With REPLAYBOOK_EVERY_REPLAY=1 all are replayed on both: after a change of the machine.
EVERY = os.environ.get("REPLAYBOOK_EVERY_REPLAY") == "1"
PAIRS = [
    (name, series)
    for number, name in enumerate(NAMES)
    for place, series in enumerate(SERIES)
    if EVERY or number % len(SERIES) == place
]


@pytest.mark.parametrize(("name", "image"), PAIRS, indirect=["image"])
def test_a_shipped_experiment_shows_what_it_claims_and_twice_the_same_bytes(name, image, tmp_path):
    experiment = shipped.find(name)
    with once.replay(experiment, image, {}) as first:
        failed = [(one.text["en"], one.evidence["en"]) for one in first.verdicts if one.held is False]
        assert not failed
        assert first.held
        assert first.identical in (True, None) or not repeats_recordings(image), first.difference
        if first.identical:  # the recording was the first run, and this was the second
            return
        shutil.copytree(first.run.path, tmp_path / "first")
    with once.replay(experiment, image, {}) as second:
        assert once.first_difference(tmp_path / "first", second.run.path) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_experiment_has_a_recording_of_each_kernel_in_which_all_held(name):
    from experiments import artefacts, verdicts

    experiment = shipped.find(name)
    assert [folder.name for folder in experiment.recordings()] == sorted(SERIES)
    for folder in experiment.recordings():
        manifest = artefacts.read(folder).manifest
        assert manifest.declaration == experiment.digest, "recorded of another wording: manage.py lab record"
        told = [verdict.held for verdict in verdicts.read(folder)]
        assert told
        assert False not in told
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_the_twins_of_a_shipped_experiment_exist(name):
    assert set(shipped.find(name).experiment.twins) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_a_shipped_experiment_may_be_the_least_and_the_largest(name):
    experiment = shipped.find(name)
    for parameter in experiment.experiment.parameters.values():
        for number in (parameter.lowest, parameter.highest):
            try:
                experiment.with_numbers({parameter.name: number})
            except Mistakes as wrong:
                raise AssertionError((parameter.name, number, wrong.mistakes)) from None


def test_something_is_shipped():
    assert len(NAMES) > 10
    assert all((Path(shipped.find(name).folder) / "experiment.toml").is_file() for name in NAMES)
