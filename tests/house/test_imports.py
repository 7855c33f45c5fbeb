"""Imports run downstream only; see [tool.importlinter] in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.house.tree import PURE_ROOMS, ROOMS, ROOT, diagnosis_folders

LINT = Path(sys.executable).with_name("lint-imports")


def test_all_contracts_are_kept():
    done = subprocess.run([LINT, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contract_of_independence_covers_every_diagnosis():
    graph = grimp.build_graph("diagnoses", cache_dir=None)
    covered = graph.find_matching_modules("diagnoses.*.rule")
    assert covered == {f"diagnoses.{folder.name}.rule" for folder in diagnosis_folders()}
    assert covered, "there are no diagnoses at all"


def test_a_broken_contract_would_be_seen(tmp_path):
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").touch()
    for code, words in (("one", "from diagnoses.two import rule"), ("two", "import django")):
        (tmp_path / "diagnoses" / code).mkdir()
        (tmp_path / "diagnoses" / code / "__init__.py").touch()
        (tmp_path / "diagnoses" / code / "rule.py").write_text(words + "\n")
    (tmp_path / "packets" / "facts.py").write_text("import kb\n")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    done = subprocess.run([LINT, "--no-cache", "--no-logo"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Contracts: 0 kept, 3 broken." in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_can_be_imported_without_django(room):
    words = f"import sys; sys.modules['django'] = sys.modules['celery'] = None; import {room}"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
