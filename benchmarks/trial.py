"""Trials of captures: each through the public doors, in a process with limits that is used again and again.

with Trials() as trials:
    outcome = trials.of(path)
"""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent
WORKER = Path(__file__).resolve().with_name("trial_worker.py")
SECONDS = 5.0  # of CPU, for a capture through one door
MEGABYTES = 300.0  # resident, above the start
# By the wall clock. A loaded machine gives little CPU, so this only catches a process that waits for ever.
_STANDSTILL = 120.0
_START = 600.0  # compiling included
_FAILURES = ("crash", "hang", "memory", "breach")


@dataclass(frozen=True)
class Outcome:
    """How a capture ended.

    ``kind``: read, refused, or a failure: crash, hang, memory, breach (of the report's contract).
    ``code``: of the refusal; ``detail``: traceback, signal or breach.
    """

    kind: str
    code: str = ""
    detail: str = ""
    seconds: float = 0.0  # CPU, the dearest door
    megabytes: float = 0.0  # resident at most, above the start
    resident: float = 0.0  # MB at the start: what the captures before have left behind
    packets: int = 0
    connections: int = 0
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than it may."""
        return self.kind in _FAILURES

    @property
    def signature(self) -> str:
        """The same for failures that look the same: the exception and the place where it was raised."""
        lines = self.detail.strip().splitlines() or [""]
        places = [line.strip() for line in lines if line.startswith("  File ")]
        where = places[-1].replace(str(ROOT) + "/", "") if places else ""
        said = re.sub(r"\d+(\.\d+)?", "N", lines[-1][:120])  # sizes and times are never the same twice
        return f"{self.kind}: {said} {where}".strip()


class Trials:
    """A worker process, started again whenever it dies. Words go to ``trial_worker.py``."""

    def __init__(self, *words: str, seconds: float = SECONDS, megabytes: float = MEGABYTES) -> None:
        self._command = [sys.executable, str(WORKER), "--seconds", str(seconds), *words]
        self._megabytes = megabytes
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def of(self, path: Path | str) -> Outcome:
        """Try one capture."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(os.fsencode(path) + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return self._died()
        if not _answers(process, _START if self._fresh else _STANDSTILL):
            process.kill()
            process.wait()
            self._process = None
            return Outcome("hang", detail="no answer, and no CPU used: a standstill")
        line = process.stdout.readline()
        self._fresh = False
        return self._outcome(json.loads(line)) if line.endswith(b"\n") else self._died()

    def _outcome(self, found: dict[str, Any]) -> Outcome:
        kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}
        outcome = Outcome(**kept)
        if outcome.megabytes > self._megabytes and not outcome.failed:
            return Outcome(
                "memory", detail=f"{outcome.megabytes:.0f} MB above the start", seconds=outcome.seconds
            )
        return outcome

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1"}
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self._errors,
            )  # fmt: skip
            self._fresh = True
        return self._process

    def _died(self) -> Outcome:
        assert self._process is not None
        status = self._process.wait()
        self._process = None
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace")[-4000:]
        self._errors.truncate(0)
        if status == -signal.SIGPROF:
            return Outcome("hang", detail="more CPU than a capture may cost")
        name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        return Outcome("crash", detail=f"{said}\nthe process died: {name}")

    def close(self) -> None:
        """End the worker."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answers(process: subprocess.Popen[bytes], seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        selector.register(process.stdout, selectors.EVENT_READ)
        return bool(selector.select(seconds))
