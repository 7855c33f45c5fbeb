"""The steps: commands on terminals, at their times."""

import fcntl
import os
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass, field
from typing import Any

from workers.lab.guest.host import Host, run_and_leave, spared

COLUMNS, ROWS = 100, 30
ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "TERM": "xterm",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "OPENSSL_CONF": "/dev/null",
}
PIECE = 4096  # bytes read at once


@dataclass
class Terminal:
    """A step that was started: its process, and the master's side of its terminal."""

    index: int  # of the step
    background: bool
    pid: int
    master: int
    began: int
    ended: int | None = None
    status: int | None = None
    open: bool = True


@dataclass
class Stage:
    """All terminals of a run, on the clock of the recording (nanoseconds of CLOCK_MONOTONIC)."""

    zero: int
    hosts: dict[str, Host]
    steps: list[dict[str, Any]]
    most_output: int  # bytes of all terminals; what comes after is read and dropped
    terminals: dict[int, Terminal] = field(default_factory=dict)
    events: list[tuple[int, int, bytes]] = field(default_factory=list)  # ns, step, output
    heard: int = 0
    cut: set[int] = field(default_factory=set)

    def now(self) -> int:
        """Nanoseconds since the recording began."""
        return time.monotonic_ns() - self.zero

    def begin(self, index: int) -> None:
        """Does a step: starts its command, or types its text into a running one."""
        step = self.steps[index]
        if step["run"]:
            self.terminals[index] = self.start(index, step)
            return
        target = self.terminals.get(step["into"])
        if target is not None and target.open:
            os.write(target.master, step["type"].encode())

    def start(self, index: int, step: dict[str, Any]) -> Terminal:
        """Forks into the host; there the command gets a terminal of its own."""
        master, slave = os.openpty()
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        began = self.now()
        pid = os.fork()
        if pid == 0:
            os.close(master)
            run_and_leave(lambda: lead(self.hosts[step["host"]], slave, step["run"]))
        os.close(slave)
        os.set_blocking(master, False)
        return Terminal(index, step["background"], pid, master, began)

    def wait_until(self, when: int) -> None:
        """Listens to all terminals until that time."""
        while (left := when - self.now()) > 0:
            self.listen(left)

    def listen(self, most: int) -> None:
        """Waits for output or an end of a process, at most so many nanoseconds."""
        poll = select.poll()
        masters = {terminal.master: terminal for terminal in self.terminals.values() if terminal.open}
        for master in masters:
            poll.register(master, select.POLLIN)
        # Rounded up, or the last millisecond would be spent in a busy loop.
        for master, _ in poll.poll(most // 1_000_000 + 1):
            self.read(masters[master])
        self.reap()

    def read(self, terminal: Terminal) -> None:
        """Takes what the terminal has; an error is its end."""
        try:
            data = os.read(terminal.master, PIECE)
        except BlockingIOError:
            return
        except OSError:  # EIO: nobody has the other side open any more
            data = b""
        if not data:
            terminal.open = False
            os.close(terminal.master)
            self.wait(terminal)
        elif self.heard + len(data) > self.most_output:
            self.cut.add(terminal.index)
        else:
            self.heard += len(data)
            self.events.append((self.now(), terminal.index, data))

    def reap(self) -> None:
        """Notes the ends of processes whose terminal somebody else still holds open."""
        for terminal in self.terminals.values():
            if terminal.ended is None:
                self.wait(terminal, os.WNOHANG)

    def wait(self, terminal: Terminal, flags: int = 0) -> None:
        """Notes how and when the command ended."""
        if terminal.ended is not None:
            return
        pid, status = os.waitpid(terminal.pid, flags)
        if pid:
            terminal.ended, terminal.status = self.now(), os.waitstatus_to_exitcode(status)

    def busy(self) -> bool:
        """True while a command runs that somebody waits for."""
        return any(terminal.ended is None and not terminal.background for terminal in self.terminals.values())

    def close(self) -> None:
        """Ends what still runs. Its end is not part of the recording."""
        for terminal in self.terminals.values():
            if terminal.ended is None:
                os.kill(terminal.pid, signal.SIGKILL)

    def report(self) -> list[dict[str, Any]]:
        """What became of each step, in their order."""
        return [self.outcome(index) for index in range(len(self.steps))]

    def outcome(self, index: int) -> dict[str, Any]:
        """Times in nanoseconds; exit status as a shell says it, 128 + n for signal n."""
        terminal = self.terminals.get(index)
        if terminal is None:
            return {"began": None, "ended": None, "exit": None, "cut": False}
        status = terminal.status
        code = 128 - status if status is not None and status < 0 else status
        return {"began": terminal.began, "ended": terminal.ended, "exit": code, "cut": index in self.cut}


def lead(host: Host, slave: int, command: str) -> None:
    """Enters the host and waits for the command, to pass on its status."""
    host.enter()
    pid = os.fork()
    if pid == 0:
        run_and_leave(lambda: become(slave, command))
    os.close(slave)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os._exit(status if status >= 0 else 128 - status)


def become(slave: int, command: str) -> None:
    """The command, on its terminal."""
    spared(False)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (0, 1, 2):
        os.dup2(slave, number)
    os.closerange(3, 256)
    os.chdir("/root")
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.execve("/bin/bash", ["bash", "-c", command], ENVIRONMENT)  # noqa: S606 - what the reader would type
