"""House rules of the test run: a skip is seen, under CI it is a failure, and the outcome can be added up.

What the tests of a room share stands in the conftest.py of that room.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest

os.environ.setdefault("REPLAYBOOK_STRICT_RULES", "1")  # a rule that fails is an error here
ROOT = Path(__file__).resolve().parent
SHARED = ROOT.parent / "shared"
COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def may_skip(reason: str) -> bool:
    """Holds outside CI, and for the shared captures where they are not at hand."""
    under_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return not under_ci or (reason.startswith("needs ../shared") and not SHARED.is_dir())


def judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turns a skip that is not allowed into a failure with the skip's reason."""
    if not report.skipped or hasattr(report, "wasxfail") or not isinstance(report.longrepr, tuple):
        return
    file, line, reason = report.longrepr
    reason = reason.removeprefix("Skipped: ")
    if not may_skip(reason):
        report.outcome = "failed"
        report.longrepr = f"{file}:{line}: skipped under CI, where nothing may be: {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """After each phase of a test."""
    report = yield
    judge(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """After each file was read: a whole file can skip itself."""
    report = yield
    judge(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes the counts of this run where bin/test adds up its runs."""
    if tally := os.environ.get("REPLAYBOOK_TALLY"):
        counts = {name: len(terminalreporter.stats.get(name, [])) for name in COUNTED}
        Path(tally).write_text(json.dumps(counts))
