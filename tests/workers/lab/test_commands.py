"""manage.py replay and manage.py lab where nothing can be replayed: one clear sentence, and exit status 2."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from experiments import shipped
from tests import laboratory
from workers import once
from workers.lab.image.build import CannotBuild
from workers.management.commands import lab as lab_command
from workers.once import NotReplayed

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def qemu(tmp_path, monkeypatch):
    """A PATH with nothing but a QEMU that does nothing; without it when told so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    program = folder / "qemu-system-x86_64"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def declared(monkeypatch, tmp_path):
    return laboratory.declare(monkeypatch, tmp_path)


def refused(*words: str) -> str:
    """The one sentence of a command that cannot do what was asked."""
    with pytest.raises(CommandError) as reason:
        call_command(*words, stdout=io.StringIO())
    assert reason.value.returncode == 2
    assert "\n" not in str(reason.value)
    return str(reason.value)


NAME = laboratory.NAME


@pytest.mark.parametrize(
    "words", [("replay", NAME), ("lab", "record"), ("lab", "record", NAME), ("lab", "build")]
)
def test_without_qemu_it_is_said_how_to_install_it(words, qemu):
    qemu.unlink()
    assert "apt-get install qemu-system-x86" in refused(*words)


@pytest.mark.parametrize("words", [("replay", NAME), ("lab", "record"), ("lab", "record", NAME)])
def test_without_an_image_it_is_said_how_to_make_one(words, qemu):
    assert "manage.py lab build" in refused(*words)


def test_in_a_process_of_its_own_it_is_one_line_and_status_2(tmp_path):
    environment = os.environ | {"PATH": str(tmp_path), "REPLAYBOOK_DATA": str(tmp_path / "data")}
    for words in (["replay", "no_such_experiment"], ["lab", "record"], ["lab", "build"]):
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert done.stdout == ""
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert done.stderr.startswith("CommandError: ")


@pytest.mark.parametrize("command", ["replay", "lab record"])
def test_an_unknown_experiment_is_named_with_those_there_are(command, qemu):
    laboratory.image()
    for name in ("no_such", "../shipped", "connect_timeout/", ""):
        said = refused(*command.split(), name or "x")
        assert said == f"no experiment is called '{name or 'x'}'; there are {NAME}."


def test_a_replay_needs_a_name(qemu):
    assert refused("replay") == f"name an experiment; there are {NAME}."


def test_an_unknown_image_is_named_with_those_there_are(qemu):
    image = laboratory.image("6.1")
    assert refused("replay", NAME, "--image", "5.10") == (
        f"no image is called '5.10'; there are {image.short} (Linux 6.1)."
    )


@pytest.mark.parametrize(
    "pair",
    [
        "x=1",
        "syn_retries",
        "syn_retries=",
        "syn_retries=five",
        "syn_retries=--5",
        "syn_retries=-",
        "syn_retries=1.5",
        "syn_retries=1=2",
        "syn_retries= 1",
        "syn_retries=５",
        "syn_retries=" + "9" * 5000,
        "=1",
        "",
    ],
)
def test_what_changes_no_number_is_refused(pair, qemu):
    laboratory.image()
    assert "write NAME=VALUE, names: syn_retries." in refused("replay", NAME, f"--set={pair}")


@pytest.mark.parametrize("value", [-1, 9, 10**14])
def test_a_number_out_of_bounds_is_refused(value, qemu):
    laboratory.image()
    assert refused("replay", NAME, f"--set=syn_retries={value}") == "syn_retries is from 0 to 8."


def test_a_list_needs_neither_qemu_nor_an_image(qemu):
    qemu.unlink()
    out = io.StringIO()
    call_command("replay", "--list", stdout=out)
    assert out.getvalue().split()[0] == NAME
    out = io.StringIO()
    call_command("replay", "--list", "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["title"] == "Connect timeout"
    out = io.StringIO()
    call_command("lab", "images", "--json", stdout=out)
    assert json.loads(out.getvalue()) == []


def test_images_are_listed(qemu):
    image = laboratory.image("6.12")
    out = io.StringIO()
    call_command("lab", "images", stdout=out)
    assert out.getvalue() == f"{image.short}  Linux 6.12.0-50-cloud-amd64  QEMU 7.2.22\n"


def test_a_replay_that_was_stopped_says_why(qemu, monkeypatch):
    laboratory.image()

    def stopped(*words):
        raise NotReplayed("The run was stopped after 180 seconds, the most that a run may take.")

    monkeypatch.setattr(once, "replay", stopped)
    assert refused("replay", NAME).startswith("The run was stopped after 180 seconds")


def test_what_could_not_be_recorded_is_named(qemu, monkeypatch):
    laboratory.image("6.1")

    def stopped(*words):
        raise NotReplayed("It did not start.")

    monkeypatch.setattr(once, "replay", stopped)
    out = io.StringIO()
    with pytest.raises(CommandError, match=f"not recorded: {NAME} on Linux 6.1"):
        call_command("lab", "record", stdout=out)
    assert out.getvalue() == f"{NAME}, Linux 6.1: It did not start.\n"


def test_a_machine_that_does_not_start_is_a_sentence_too(qemu, settings):
    image = laboratory.image()
    folder = settings.LAB_ROOT / "images"
    (folder / image.id[:12]).rename(folder / image.id)
    assert refused("replay", NAME).startswith("The lab's machine could not be started.")


def test_an_image_that_was_removed_meanwhile_is_a_sentence_too(qemu, settings, monkeypatch):
    image = laboratory.image()
    monkeypatch.setattr(once, "image_folder", lambda image: settings.LAB_ROOT / "images" / "gone")
    assert f"The image {image.id[:12]} is not on this server any more." in refused("replay", NAME)


def test_the_series_that_are_up_to_date_are_not_built_again(qemu, monkeypatch):
    monkeypatch.setattr(lab_command, "outdated", lambda root: ["6.12"])
    asked = []
    monkeypatch.setattr(
        lab_command.builder, "build_all", lambda root, series, say: asked.append(series) or []
    )
    call_command("lab", "build", "--missing", stdout=io.StringIO())
    call_command("lab", "build", "--kernel", "6.1", stdout=io.StringIO())
    call_command("lab", "build", stdout=io.StringIO())
    assert asked == [["6.12"], ["6.1"], ["6.1", "6.12"]]


def test_a_build_that_fails_says_why(qemu, monkeypatch):
    def failed(root, series, say):
        raise CannotBuild("apt did not answer within 600 seconds.")

    monkeypatch.setattr(lab_command.builder, "build_all", failed)
    assert refused("lab", "build") == "apt did not answer within 600 seconds."


def test_experiments_are_found_by_their_whole_name_only():
    assert shipped.find(NAME) is not None
    assert shipped.find(NAME[:5]) is None
