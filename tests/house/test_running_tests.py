"""bin/test and .ci/run: skips, sums, and the words that go to pytest."""

import json
import os
import subprocess
import sys

import pytest

from tests.house.tree import ROOT

TESTS = """
import pytest
def test_that_passes(): pass
def test_that_is_skipped(): pytest.skip({reason!r})
@pytest.mark.skipif(True, reason={reason!r})
def test_that_is_marked(): pass
@pytest.mark.xfail(strict=True)
def test_that_fails_as_expected(): assert False
"""


@pytest.fixture
def run(tmp_path):
    """Runs a small test file under the conftest.py of this repository: run(reason of its skips, CI)."""

    def run_it(reason: str, ci: str, words: str = TESTS) -> tuple[int, str, dict[str, int]]:
        project = tmp_path / "project"
        project.mkdir(exist_ok=True)
        (project / "conftest.py").write_text((ROOT / "conftest.py").read_text())
        (project / "test_it.py").write_text(words.format(reason=reason))
        tally = tmp_path / "tally.json"
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-p",
                "no:django",
                "-p",
                "no:cacheprovider",
                "--rootdir",
                project,
                project,
            ],
            env={"PATH": os.environ["PATH"], "CI": ci, "REPLAYBOOK_TALLY": str(tally)},
            cwd=project,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, json.loads(tally.read_text())

    return run_it


def test_a_skip_is_a_failure_under_ci_and_says_its_reason(run):
    status, said, counts = run("needs chromium", "true")
    assert status == 1
    assert "skipped under CI, where nothing may be: needs chromium" in said
    assert counts["failed"] + counts["error"] == 2
    assert counts["passed"] == counts["xfailed"] == 1


def test_a_skip_is_a_skip_for_a_person(run):
    status, _, counts = run("needs chromium", "")
    assert status == 0
    assert counts["skipped"] == 2


def test_a_file_that_skips_itself_is_a_failure_under_ci(run):
    words = "import pytest\npytest.skip({reason!r}, allow_module_level=True)"
    assert run("needs chromium", "true", words)[0] != 0
    assert run("needs chromium", "", words)[0] == 5  # nothing was run


def test_tests_of_the_shared_captures_may_be_skipped_where_there_are_none(run):
    status, _, counts = run("needs ../shared/captures", "true")
    assert status == 0
    assert counts["skipped"] == 2


def test_they_may_not_be_skipped_where_the_captures_are(run, tmp_path):
    (tmp_path / "shared").mkdir()
    assert run("needs ../shared/captures", "true")[0] == 1


@pytest.mark.parametrize(
    ("runs", "seconds", "line"),
    [
        ([{"passed": 3}], "1.5", " 3 passed in 1.50s "),
        ([{"passed": 3, "skipped": 1}, {"passed": 2}], "75", " 5 passed, 1 skipped in 75.00s (0:01:15) "),
        ([{"passed": 3, "failed": 1}, {"error": 2}], "2", " 1 failed, 3 passed, 2 error in 2.00s "),
        ([{"passed": 3}, None], "2", " 3 passed, 1 error in 2.00s "),
        ([{}], "2", " no tests ran in 2.00s "),
    ],
)
def test_the_closing_line_adds_up_all_runs(tmp_path, runs, seconds, line):
    files = [tmp_path / f"{number}.json" for number in range(len(runs))]
    for file, counts in zip(files, runs, strict=True):
        if counts is not None:
            file.write_text(json.dumps(counts))
    command = [sys.executable, ROOT / "bin" / "closing_line.py", seconds, *files]
    assert subprocess.run(command, capture_output=True, text=True).stdout.strip().strip("=") == line


def test_the_entry_points_can_be_executed():
    for name in ("bin/up", "bin/test", "bin/picture", "bin/new-diagnosis", ".ci/run"):
        assert os.access(ROOT / name, os.X_OK), name
