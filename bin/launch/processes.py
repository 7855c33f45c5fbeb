"""One process of the product: how it is started, listened to, and ended with all that came of it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
LIBC = ctypes.CDLL(None, use_errno=True)

FILE_PATIENCE = 5.0  # seconds for the file by which others find a service


@dataclass(frozen=True)
class Service:
    """A process to keep running.

    `waits_for` is a file that exists once it is ready; `keeps_open` are descriptors it inherits;
    `when_orphaned` is the signal it gets from the kernel when the supervisor dies; one that runs `once` is
    not started again when it ends.
    """

    name: str
    command: list[str]
    cwd: Path | None = None
    waits_for: Path | None = None
    keeps_open: tuple[int, ...] = ()
    when_orphaned: signal.Signals = signal.SIGTERM
    once: bool = False


@dataclass
class Child:
    """A service as it runs now, in a session of its own so that Ctrl-C reaches only the supervisor."""

    service: Service
    process: "subprocess.Popen[bytes]"
    started: float  # of time.monotonic()
    begun_line: bytes = field(default=b"", repr=False)

    def lives(self) -> bool:
        """Holds while its process runs."""
        return self.process.poll() is None

    def descriptor(self) -> int:
        """Where its output is read."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def lines(self) -> list[str] | None:
        """The whole lines it has written since; None when it has closed its output."""
        try:
            data = os.read(self.descriptor(), 1 << 16)
        except BlockingIOError:
            return []
        if not data:
            return None
        *lines, self.begun_line = (self.begun_line + data).split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]

    def tell(self, number: signal.Signals) -> None:
        """Sends a signal to the process, not to its group: it knows best how to end its own."""
        if self.lives():
            self.process.send_signal(number)

    def end(self) -> None:
        """Ends the process, if it still runs, and its group for certain."""
        self.process.kill()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        """Closes what its output was read from."""
        assert self.process.stdout is not None
        self.process.stdout.close()

    def wait_for_file(self) -> None:
        """Gives it a few seconds for the file by which others find it."""
        until, file = self.started + FILE_PATIENCE, self.service.waits_for
        while file and not file.exists() and self.lives() and time.monotonic() < until:
            time.sleep(0.01)


def start(service: Service, environment: Mapping[str, str]) -> Child:
    """Starts a service; its output can be read without waiting."""
    process = subprocess.Popen(
        service.command,
        cwd=service.cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=service.keeps_open,
        start_new_session=True,
        preexec_fn=tie_to(os.getpid(), service.when_orphaned),  # noqa: PLW1509 - there is one thread
    )
    child = Child(service, process, time.monotonic())
    os.set_blocking(child.descriptor(), False)
    return child


def tie_to(parent: int, last_signal: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel to be told when its parent dies.

    PR_SET_PDEATHSIG fires when the *thread* that started the child ends (prctl(2)): start children from the
    main thread only.
    """

    def tie() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, last_signal)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return tie


def adopt_orphans() -> None:
    """Makes this process the parent of what its children leave behind, instead of init."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans(known: set[int]) -> None:
    """Ends every child that is not among the `known` ids: such as a parser in a session of its own."""
    until = time.monotonic() + 1.0
    while (orphans := own_children() - known) and time.monotonic() < until:
        for number in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(number, os.WNOHANG)
        time.sleep(0.02)


def own_children() -> set[int]:
    """The ids of this process's children, adopted ones included, ended ones until they are waited for."""
    return {int(word) for word in Path("/proc/thread-self/children").read_text().split()}
