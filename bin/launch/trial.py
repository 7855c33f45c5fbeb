"""The product started for a short while on a data folder of its own: for pictures and for tests."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from launch import ROOT

READY = re.compile(r"^Replaybook is ready: (\S+)/$")
LINK = re.compile(r"^Sign in once, within 15 minutes: (\S+)$")
LAST = "Ctrl-C stops everything."


@dataclass
class Trial:
    """A started product: `url` without a final slash, `link` empty where none was printed."""

    process: "subprocess.Popen[str]"
    data: Path
    url: str = ""
    link: str = ""
    said: list[str] = field(default_factory=list)
    _lines: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)

    def listen(self) -> None:
        """Collects what it says, in a thread of its own."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            self._lines.put(self.said[-1])
        self._lines.put(None)

    def wait_until_ready(self, seconds: float) -> None:
        """Returns when the URL has been printed. Raises RuntimeError with all it said when it was not."""
        until = time.monotonic() + seconds
        while (line := self._next(until)) != LAST:
            if line is None:
                raise RuntimeError("The product did not start:\n" + "\n".join(self.said))
            self.url = m[1] if (m := READY.match(line)) else self.url
            self.link = m[1] if (m := LINK.match(line)) else self.link

    def wait_for(self, words: str, seconds: float) -> str:
        """The next line that contains `words`. Raises RuntimeError when none comes."""
        until = time.monotonic() + seconds
        while (line := self._next(until)) is not None:
            if words in line:
                return line
        raise RuntimeError(f"It never said {words!r}:\n" + "\n".join(self.said))

    def _next(self, until: float) -> str | None:
        try:
            return self._lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Asks it to stop, as Ctrl-C does; returns its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=15)


@contextlib.contextmanager
def started(
    data: Path, *options: str, environment: Mapping[str, str] | None = None, seconds: float = 60.0
) -> Iterator[Trial]:
    """The product on a free port, with the given options of bin/up; stopped at the end.

    What the person's own environment says about databases and brokers does not reach it; `environment` does.
    """
    ours = ("REPLAYBOOK_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    inherited |= {"REPLAYBOOK_DATA": str(data), "PYTHONPATH": str(ROOT / "bin")}
    command = [sys.executable, "-m", "launch", "--port", "0", "--no-input", "--no-lab", *options]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=inherited | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    trial = Trial(process, data)
    listener = threading.Thread(target=trial.listen, daemon=True)
    listener.start()
    try:
        trial.wait_until_ready(seconds)
        yield trial
    finally:
        if process.poll() is None:
            trial.stop()
        listener.join(timeout=5)
