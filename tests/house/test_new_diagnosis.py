"""bin/new-diagnosis makes a folder that only needs to be filled in."""

import ast
import subprocess
import tomllib

import pytest

from tests.house.test_diagnosis_folders import FULL_SET
from tests.house.tree import ROOT

CAPTURES = {"fires.pcap", "stays_quiet.pcap"}  # made from experiment.toml


def new_diagnosis(code, folder):
    command = [ROOT / "bin" / "new-diagnosis", code, "--into", folder]
    return subprocess.run(command, capture_output=True, text=True)


def test_it_makes_every_file_but_the_captures(tmp_path):
    done = new_diagnosis("zero_window", tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "zero_window"
    assert {path.name for path in made.iterdir()} == FULL_SET - CAPTURES - {"expected.json"}
    assert ast.parse((made / "rule.py").read_text())
    assert tomllib.loads((made / "experiment.toml").read_text())["name"] == "zero_window"
    for table in tomllib.loads((made / "words.toml").read_text()).values():
        assert set(table) == {"en", "ja"}


def test_every_sentence_the_new_rule_says_has_its_words(tmp_path):
    new_diagnosis("zero_window", tmp_path)
    tree = ast.parse((tmp_path / "zero_window" / "rule.py").read_text())
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
    ]
    words = tomllib.loads((tmp_path / "zero_window" / "words.toml").read_text())
    assert {call.args[0].value for call in calls} == set(words)


def test_its_experiment_can_be_played_at_once(tmp_path):
    new_diagnosis("zero_window", tmp_path)
    from experiments.scripted.__main__ import main

    assert main([str(tmp_path / "zero_window")]) == 0
    assert {path.name for path in (tmp_path / "zero_window").iterdir()} >= CAPTURES


def test_it_never_touches_a_diagnosis_that_exists(tmp_path):
    new_diagnosis("zero_window", tmp_path)
    done = new_diagnosis("zero_window", tmp_path)
    assert (done.returncode, done.stderr) == (1, "There is a diagnosis zero_window already.\n")


@pytest.mark.parametrize("code", ["ZeroWindow", "zero-window", "../zero", "zero__window", "1st", ""])
def test_a_name_that_is_no_code_is_refused(tmp_path, code):
    done = new_diagnosis(code, tmp_path)
    assert done.returncode == 2
    assert not list(tmp_path.iterdir())
