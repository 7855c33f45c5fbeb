"""bin/environment.sh: when .venv is made, made anew, and left alone."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def project(tmp_path):
    """A project without any requirements, whose environment is made in a second or two."""
    folder = tmp_path / "a project"
    (folder / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "bin" / "environment.sh", folder / "bin")
    (folder / "requirements.txt").write_text("")
    (folder / "requirements-test.txt").write_text("-r requirements.txt\n")
    return folder


def bash(project: Path, words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'. "$0"/bin/environment.sh; {words}', project],
        env={"PATH": path or f"{Path(sys.executable).resolve().parent}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_it_is_made_once_and_made_anew_when_the_requirements_change(project):
    first = bash(project, "make_environment product")
    assert first.stdout == "Making the Python environment in .venv …\n", first.stderr
    (project / ".venv" / "left over").touch()
    assert bash(project, "make_environment product").stdout == ""
    (project / "requirements.txt").write_text("# changed\n")
    assert bash(project, "make_environment product").stdout == first.stdout
    assert not (project / ".venv" / "left over").exists()


def test_the_test_tools_are_added_to_it_and_the_product_does_not_mind(project):
    made = bash(project, "make_environment product; make_environment test")
    assert made.stdout.splitlines()[1:] == ["Adding the test tools to .venv …"], made.stderr
    assert bash(project, "make_environment product; make_environment test").stdout == ""
    (project / "requirements-test.txt").write_text("-r requirements.txt\n# changed\n")
    assert bash(project, "make_environment product").stdout == ""
    assert bash(project, "tools_have_changed").returncode == 0


def test_an_interrupted_installation_is_made_anew(project):
    (project / "requirements.txt").write_text("no-such-thing @ file:///no/such/thing.whl\n")
    failed = bash(project, "make_environment product")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("pip could not install requirements.txt")
    assert (project / ".venv" / "bin" / "python").exists()
    assert bash(project, "environment_is_current product").returncode == 1


def test_a_moved_project_gets_a_new_environment(project):
    bash(project, "make_environment product")
    assert bash(project, "environment_is_current product").returncode == 0
    moved = project.rename(project.with_name("elsewhere"))
    assert bash(moved, "environment_is_current product").returncode == 1


def test_without_python_and_without_root_one_sentence_names_the_packages(project, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "cat", "cut", "dirname", "sha256sum", "flock"):
        (tools / name).symlink_to(shutil.which(name))
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    found = bash(project, "make_environment product", path=str(tools))
    assert found.returncode == 1
    assert len(found.stderr.splitlines()) == 1
    assert "please install the Debian packages python3 and python3-venv" in found.stderr


def pins(name: str) -> set[str]:
    """The lines of a requirements file, as name==version."""
    lines = [line.split("#")[0].split(";")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    lines = [line for line in lines if line and line != "-r requirements.txt"]
    loose = [line for line in lines if not re.search(r"^[\w.-]+(\[\w+\])?==[\w.]+$", line)]
    assert not loose, f"{name} does not pin {loose}"
    return {
        normal(line.partition("==")[0].partition("[")[0]) + "==" + line.partition("==")[2] for line in lines
    }


def test_every_installed_package_is_pinned():
    installed = {normal(found.name) + "==" + found.version for found in metadata.distributions()}
    tools = {found for found in installed if found.split("==")[0] in {"pip", "setuptools", "wheel"}}
    assert installed - tools <= pins("requirements.txt") | pins("requirements-test.txt")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
