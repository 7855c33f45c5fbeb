"""A host: namespaces of network, name, mounts and processes, with a first process that keeps them alive."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000  # linux/sched.h
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
OWN = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET
MS_NOSUID, MS_REC, MS_PRIVATE = 2, 16384, 1 << 18  # linux/mount.h
SPACES = ("net", "uts", "ipc", "mnt", "pid")  # pid last: it is for children only
SCRATCH = b"size=16m"  # of a host's /root and /tmp: a full disk is the host's own

libc = ctypes.CDLL(None, use_errno=True)


class Host:
    """A running host. ``pid`` is that of its first process, as the guest counts."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.name: str = plan["name"]
        self.plan = plan
        self.pid = begin(self.name)
        self.spaces = [os.open(f"/proc/{self.pid}/ns/{space}", os.O_RDONLY) for space in SPACES]

    def inside(self, work: Callable[[], None]) -> int:
        """Does the work in a child that is inside the host, and waits. The exit status, 1 for an
        exception.
        """
        pid = os.fork()
        if pid == 0:
            run_and_leave(lambda: self.enter_and(work))
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def enter_and(self, work: Callable[[], None]) -> None:
        """Enters all namespaces of the host, then works."""
        self.enter()
        os.chdir("/root")
        work()

    def enter(self) -> None:
        """This process becomes one of the host's; its children get process numbers of the host."""
        for space in self.spaces:
            check(libc.setns(space, 0), "setns")

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """In this block the agent itself talks through the host's interfaces."""
        own = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            check(libc.setns(self.spaces[SPACES.index("net")], 0), "setns")
            yield
        finally:
            check(libc.setns(own, 0), "setns")
            os.close(own)

    def read(self, path: str) -> bytes:
        """A file below /proc as the host's first process sees it, such as net/snmp."""
        return Path(f"/proc/{self.pid}", path).read_bytes()

    def shell(self, command: str, text: bytes = b"") -> tuple[int, bytes]:
        """Runs a command at the host's shell and waits for it: exit status and output."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            run_and_leave(lambda: self.become(command, text, writing))
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            output = pipe.read(64 * 1024)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), output

    def become(self, command: str, text: bytes, output: int) -> None:
        """Ends as the command's status."""
        spared(False)
        self.enter()
        os.chdir("/root")
        done = subprocess.run(
            ["/bin/bash", "-c", command], input=text, stdout=output, stderr=output, check=False
        )
        os._exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def begin(name: str) -> int:
    """Starts the first process of a new host, and waits until everything is in place."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        run_and_leave(lambda: become_host(name, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.read()
    os.waitpid(pid, 0)
    if not first:
        raise OSError(f"the host {name} could not be made")
    return int(first)


def become_host(name: str, ready: int) -> None:
    """The child makes the namespaces; its own child is their process 1."""
    check(libc.unshare(OWN | CLONE_NEWPID), "unshare")
    libc.sethostname(name.encode(), len(name))
    waiting, done = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(waiting)
        check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
        check(libc.mount(b"proc", b"/proc", b"proc", 0, None), "proc")
        check(libc.mount(b"sysfs", b"/sys", b"sysfs", 0, None), "sysfs")
        for place in (b"/root", b"/tmp", b"/run"):
            check(libc.mount(b"tmpfs", place, b"tmpfs", MS_NOSUID, SCRATCH), place.decode())
        os.write(done, b"1")
        os.closerange(3, 256)
        reap_for_ever()
    os.close(done)
    if os.read(waiting, 1):
        os.write(ready, str(pid).encode())


def reap_for_ever() -> NoReturn:
    """Process 1 inherits every orphan of its host."""
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    os.setsid()
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            signal.pause()


def run_and_leave(work: Callable[[], None]) -> NoReturn:
    """What a forked child does: the work, then out, past everything that its parent has open."""
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def spared(by_all_means: bool) -> None:
    """Whether this process and its children are the last that the kernel ends when memory runs out."""
    Path("/proc/self/oom_score_adj").write_text("-1000" if by_all_means else "0")


def check(result: int, what: str) -> None:
    """Raises for a failed call of libc."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
