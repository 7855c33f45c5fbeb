"""What the lab can do now, and what to do when it can do nothing."""

import json
import os
import time
from pathlib import Path

import pytest
from django.conf import settings

from experiments import lab_state
from tests import laboratory


@pytest.fixture(autouse=True)
def with_qemu(monkeypatch):
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: f"/usr/bin/{name}")


def building(**more) -> Path:
    told = {"step": 2, "of": 5, "what_en": "Booting", "what_ja": "起動中", "seconds": 12.5, **more}
    path = Path(settings.LAB_ROOT) / "building.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told))
    return path


def test_with_qemu_and_an_image_it_is_ready():
    laboratory.image()
    assert lab_state.now().is_ready


def test_without_qemu_it_says_what_to_install(monkeypatch):
    laboratory.image()
    monkeypatch.setattr(lab_state.shutil, "which", lambda name: None)
    state = lab_state.now()
    assert (state.name, state.is_ready) == ("no QEMU", False)
    assert all("apt-get install qemu-system-x86" in state.sentence(lang) for lang in ("en", "ja"))


def test_without_an_image_it_says_what_to_run():
    state = lab_state.now()
    assert state.name == "no image"
    assert all("manage.py lab build" in state.sentence(lang) for lang in ("en", "ja"))


def test_while_the_first_image_is_made_it_says_how_far():
    building()
    state = lab_state.now()
    assert state.name == "building"
    assert (state.building.step, state.building.of, state.building.what("ja")) == (2, 5, "起動中")


def test_while_a_further_image_is_made_it_stays_ready():
    laboratory.image()
    building()
    state = lab_state.now()
    assert state.is_ready
    assert state.building is not None


def test_a_build_that_died_is_not_waited_for():
    path = building()
    old = time.time() - lab_state.GIVEN_UP_AFTER - 1
    os.utime(path, (old, old))
    assert lab_state.now().name == "no image"


@pytest.mark.parametrize("text", ["", "[]", '{"step": "x"}'])
def test_a_build_that_says_nonsense_is_no_build(text):
    building().write_text(text)
    assert lab_state.now().name == "no image"
