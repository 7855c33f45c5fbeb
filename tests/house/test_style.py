"""ruff and mypy find nothing; their settings, each with its reason, stand in pyproject.toml."""

import re
import subprocess
import sys

from tests.house.tree import ROOT, files, place


def test_ruff_finds_nothing():
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_nothing():
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_shell_programs_are_well_formed():
    shells = [path for path in files() if path.read_bytes()[:20].startswith(b"#!/usr/bin/env bash")]
    shells += [path for path in files() if path.suffix == ".sh"]
    assert len(shells) >= 4
    for path in shells:
        done = subprocess.run(["bash", "-n", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_every_ignore_says_why():
    bare = re.compile(r"#\s*(type:\s*ignore|noqa)(\[[\w, -]+\]|: ?[A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*)?\s*$")
    found = [
        f"{place(path)}:{number}"
        for path in files()
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert not found, f"an ignore without its reason: {found}"
