"""Runs the program that reads a capture, with as few rights and resources as it needs.

Its output is not trusted. Why a program of its own: bytes from strangers are parsed there. If they crash it,
or make it eat memory, only this one run ends, with one sentence; the worker goes on.
"""

import contextlib
import json
import logging
import os
import re
import selectors
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kb.streams import only_plain_files
from packets import compiled
from workers import reasons
from workers.outcomes import LIMITS, Cancelled, Finished, Killed, Limits, Outcome, Refused

log = logging.getLogger(__name__)

BASE = Path(__file__).resolve().parent.parent
LAUNCH = Path(__file__).with_name("launch.py")
DIAGNOSES = (sys.executable, "-P", "-B", "-m", "diagnoses")
WANTED = {"limits", "no_new_privs", "no_network", "files"}

LINE = 64 * 1024  # bytes of one progress line, longer ones are dropped
LINES = 64 * 1024 * 1024  # bytes of standard output in all: hours of honest progress
TAIL = 8 * 1024  # bytes kept of standard error
CODES = 20  # codes of one progress line, further ones are dropped
LOOK_EVERY = 0.2  # seconds between two looks at memory and time
BEAT_EVERY = 1.0  # seconds between two heartbeats, and so at most from a cancel to its effect

CODE = re.compile(r"[a-z0-9_]{1,40}")
Beat = Callable[[dict[str, Any]], bool]

_said: set[str] = set()  # what the kernel does not grant is said once a process


def wanted(progress: dict[str, Any]) -> bool:
    """The beat of a run whose result is always wanted."""
    return True


def run(
    capture: Path,
    into: Path,
    beat: Beat = wanted,
    limits: Limits = LIMITS,
    program: tuple[str, ...] = DIAGNOSES,
    beside: Path | None = None,
) -> Outcome:
    """Runs `program CAPTURE --into INTO` to its end, calling `beat(last progress line)` every second.

    `into` exists and is empty. When `beat` returns False the program is killed. `beside`: another capture to
    compare the first with; the program may read that, too.
    """
    also = (beside,) if beside else ()
    more = ("--beside", str(beside)) if beside else ()
    child = Child(start(capture, into, limits, (*program, *more), also), into, limits)
    try:
        return child.watch(beat)
    finally:
        child.end()


def start(
    capture: Path, into: Path, limits: Limits, program: tuple[str, ...], also: tuple[Path, ...] = ()
) -> "subprocess.Popen[bytes]":
    """The confined program, in a process group of its own."""
    wishes = {
        "parent": os.getpid(),
        "limits": asdict(limits),
        "listable": [str(BASE)],  # importing looks for modules by name
        "readable": [*readable(), *(str(path) for path in (capture, *also))],
        "writable": [str(into), "/dev/null"],
    }
    launcher = (sys.executable, "-I", "-S", str(LAUNCH))
    return subprocess.Popen(
        [*launcher, json.dumps(wishes), *program, str(capture), "--into", str(into)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=into,
        env=environment(into),
        start_new_session=True,
    )


def readable() -> list[str]:
    """Folders that a Python program needs. /etc, the data folder and everybody's home are not among them."""
    paths = {sys.prefix, sys.base_prefix, sysconfig.get_path("stdlib"), os.path.realpath(sys.executable)}
    system = ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/proc/self"]
    rooms = [str(BASE / room) for room in ("packets", "diagnoses")]
    return [*sorted(paths), *system, *rooms, *compiled_kernel().values()]


def compiled_kernel() -> dict[str, str]:
    """The variable that names the folder of the compiled reader; nothing where there is none."""
    kernel = compiled.find()
    return {compiled.ENVIRONMENT: str(kernel.parent)} if kernel else {}


def environment(into: Path) -> dict[str, str]:
    """No secrets: nothing is handed down from the worker's own environment."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(into),
        "TMPDIR": str(into),
        "PYTHONPATH": str(BASE),
        "PYTHONUNBUFFERED": "1",
        "OPENBLAS_NUM_THREADS": "1",  # or NumPy reserves address space for a thread per processor
        "OMP_NUM_THREADS": "1",
    } | compiled_kernel()


@dataclass
class Child:
    """The running program, what it has said so far, and the clock."""

    process: "subprocess.Popen[bytes]"
    into: Path
    limits: Limits
    progress: dict[str, Any] = field(default_factory=dict)
    line: bytearray = field(default_factory=bytearray)
    heard: int = 0  # bytes
    tail: bytes = b""
    started: float = field(default_factory=time.monotonic)
    beaten: float = field(default_factory=time.monotonic)

    def watch(self, beat: Beat) -> Outcome:
        """Listens until the program ends, passes a limit or is no longer wanted."""
        stopped: Outcome | None = None
        with selectors.DefaultSelector() as selector:
            for stream, listen in ((self.process.stdout, self.hear), (self.process.stderr, self.hear_errors)):
                assert stream is not None
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ, listen)
            while self.process.poll() is None and stopped is None:
                self.listen(selector)
                stopped = self.passed() or self.unwanted(beat)
            if stopped is None:
                self.listen(selector)  # what was written just before the end
                stopped = None if beat(self.progress) else Cancelled()
        return stopped or self.verdict(self.process.returncode)

    def listen(self, selector: selectors.BaseSelector) -> None:
        """Waits a moment for output, and takes what there is."""
        if not selector.get_map():  # both pipes were closed: it ends, or runs on in silence
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(LOOK_EVERY)
        for key, _ in selector.select(0 if self.process.poll() is not None else LOOK_EVERY):
            data = os.read(key.fd, LINE)
            key.data(data)
            if not data:
                selector.unregister(key.fileobj)

    def hear(self, data: bytes) -> None:
        """Progress lines: bounded, and whatever is no JSON object is dropped."""
        self.heard += len(data)
        for part in data.splitlines(keepends=True):
            self.line += part
            if len(self.line) > LINE:
                self.line[:] = b"too long"
            if part.endswith(b"\n"):
                self.understand(bytes(self.line))
                self.line.clear()

    def understand(self, line: bytes) -> None:
        """One line of standard output."""
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(said, dict):
            return
        if "confined" in said and not self.progress:
            note(said["confined"])
        else:
            self.progress = only_known(said)

    def hear_errors(self, data: bytes) -> None:
        """Standard error, of which the end is kept."""
        self.tail = (self.tail + data)[-TAIL:]

    def unwanted(self, beat: Beat) -> Cancelled | None:
        """Beats when it is time, and says when nobody wants the result any more."""
        now = time.monotonic()
        if now - self.beaten < BEAT_EVERY:
            return None
        self.beaten = now
        return None if beat(self.progress) else Cancelled()

    def passed(self) -> Killed | None:
        """The limit that the program has passed, of those that the kernel does not watch."""
        if time.monotonic() - self.started > self.limits.wall_s:
            return Killed(*reasons.wall_time(self.limits.wall_s))
        if resident(self.process.pid) > self.limits.resident:
            return Killed(*reasons.memory(self.limits.resident))
        if self.heard > LINES or size_of(self.into) > self.limits.output:
            return Killed(*reasons.output(self.limits.output))
        return None

    def verdict(self, status: int) -> Outcome:
        """By exit status; a negative one is a signal."""
        if size_of(self.into) >= self.limits.output:
            return Killed(*reasons.output(self.limits.output))
        if status == 0:
            return Finished(self.into)
        if status == 2:
            return refusal(self.into)
        if status == -signal.SIGXCPU:
            return Killed(*reasons.cpu_time(self.limits.cpu_s))
        if status < 0:
            return Killed(*reasons.crashed(signal_name(-status)), again=status == -signal.SIGKILL)
        log.warning("The program ended with status %s: %s", status, self.tail.decode("utf-8", "replace"))
        if b"MemoryError" in self.tail.rstrip().rpartition(b"\n")[2]:
            return Killed(*reasons.memory(self.limits.address_space))
        return Killed(*reasons.gave_up(status))

    def end(self) -> None:
        """Kills the whole process group, and waits for the program itself."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def only_known(said: dict[str, Any]) -> dict[str, Any]:
    """The progress that pages show: whole numbers, one word, and a few codes."""
    known: dict[str, Any] = {}
    for name in ("read", "of", "packets", "connections"):
        value = said.get(name)
        if isinstance(value, int) and 0 <= value < 1 << 63:
            known[name] = int(value)
    if said.get("step") in ("read", "connect", "diagnose", "write"):
        known["step"] = said["step"]
    if isinstance(said.get("quality"), list):
        known["quality"] = codes(said["quality"])
    return known


def codes(values: list[Any]) -> list[str]:
    """The codes among the values, each once, bounded. Whether a diagnosis has that code is for the page."""
    good = (value for value in values if isinstance(value, str) and CODE.fullmatch(value))
    return list(dict.fromkeys(good))[:CODES]


def note(granted: Any) -> None:
    """Says once in the log what the kernel did not grant."""
    missing = WANTED - {str(name) for name in granted} if isinstance(granted, list) else WANTED
    if missing - _said:
        _said.update(missing)
        log.warning("Captures are read without %s: the kernel does not grant it.", ", ".join(sorted(missing)))


def refusal(into: Path) -> Refused | Killed:
    """The program's sentence about the file."""
    try:
        only_plain_files(into)
        with (into / "refused.json").open("rb") as file:
            said = json.loads(file.read(LINE))
        return Refused(sentence(said["en"]), sentence(said["ja"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Killed(*reasons.gave_up(2))


def sentence(text: Any) -> str:
    """A text for a page: bounded, on one line."""
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a sentence is needed")
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", "\ufffd").split())[:1000]


def resident(pid: int) -> int:
    """Bytes of anonymous memory, which unlike pages of mapped files cannot be dropped; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def size_of(folder: Path) -> int:
    """Bytes of all files below the folder."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total


def signal_name(number: int) -> str:
    """SIGSEGV and so on."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
