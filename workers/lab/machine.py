"""The machine: QEMU with one processor of counted instructions, no network, no disk, and three I/O ports.

`-icount shift=0,sleep=off`: an instruction takes a nanosecond of the guest's time, and while the guest waits
its clock jumps to the next timer. So a run does not depend on how fast this host is, and waiting costs
nothing.
"""

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workers.lab.limits import MACHINE_LIMITS, MachineLimits

log = logging.getLogger(__name__)

PROGRAM = "qemu-system-x86_64"
LAUNCH = Path(__file__).resolve().parent.parent / "launch.py"
MEMORY_MB = 256
# What a run depends on beside kernel and files; it is part of an image's id. No name here stands for
# "whatever this QEMU has": the processor is named with its version.
MACHINE = (
    "-M", "microvm,x-option-roms=off,rtc=off,isa-serial=on", "-cpu", "qemu64-v1,+arat",
    "-m", str(MEMORY_MB), "-smp", "1",
    "-accel", "tcg,tb-size=128", "-icount", "shift=0,sleep=off",
    "-device", "pvpanic,ioport=0x505", "-device", "isa-debug-exit,iobase=0x501,iosize=1", "-action",
    "panic=pause",
    "-no-reboot", "-nodefaults", "-no-user-config", "-display", "none",
)  # fmt: skip
SECCOMP = ("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny")
KERNEL_LINE = (
    "console=ttyS0 panic=-1 reboot=t nokaslr tsc=reliable mitigations=off quiet nowatchdog "
    "random.trust_cpu=off random.trust_bootloader=off audit=0 selinux=0 apparmor=0 "
    "psi=0 cgroup_disable=memory"  # both look at their figures every two seconds
)
READABLE = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/sys/devices/system",
)
RESTORES_WITHIN = 60  # seconds; it is one on an idle machine
WANTED = {"limits", "no_new_privs", "no_network", "files"}  # of what workers/launch.py can take away
NOBODY = 65534  # Debian's user without files; only where we are root


_said: set[str] = set()  # what the kernel does not grant is said once a process


class MachineError(Exception):
    """QEMU did not do what it was asked; the text says what it said."""


@dataclass
class Machine:
    """A running QEMU, our ends of its two sockets, and where it writes its complaints."""

    process: "subprocess.Popen[bytes]"
    ports: socket.socket  # what the guest writes to its port
    control: socket.socket  # QMP
    waiting: bytes = b""

    def ask(self, command: str, *, send: int | None = None, **arguments: Any) -> Any:
        """One QMP command; what it returned. ``send`` is a file that goes along with it.

        Raises:
            MachineError: when QEMU refuses or is gone.
        """
        line = json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n"
        try:
            if send is None:
                self.control.sendall(line)
            else:
                socket.send_fds(self.control, [line], [send])
        except OSError:
            raise MachineError("QEMU has ended.") from None
        while True:
            answer = self.hear()
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise MachineError(f"QEMU refused {command}: {answer['error'].get('desc', '')}")

    def hear(self) -> dict[str, Any]:
        """The next QMP message: an answer or an event."""
        while b"\n" not in self.waiting:
            try:
                data = self.control.recv(65536)
            except TimeoutError:
                raise MachineError("QEMU does not answer.") from None
            except OSError:
                data = b""
            if not data:
                raise MachineError("QEMU has ended.")
            self.waiting += data
        line, self.waiting = self.waiting.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def hear_until(self, event: str) -> None:
        """Waits for an event."""
        while self.hear().get("event") != event:
            pass

    def stopped_by_guest(self) -> bool:
        """True when QEMU has told by now that its guest had it stopped; does not wait."""
        self.control.setblocking(False)
        with contextlib.suppress(OSError):
            self.waiting += self.control.recv(65536)
        *lines, self.waiting = self.waiting.split(b"\n")
        return any(json.loads(line).get("event") == "GUEST_PANICKED" for line in lines)

    def wait_until_restored(self) -> None:
        """Returns when the snapshot has been read."""
        self.control.settimeout(RESTORES_WITHIN)
        until = time.monotonic() + RESTORES_WITHIN
        while (state := self.ask("query-status")["status"]) == "inmigrate":
            if time.monotonic() > until:
                raise MachineError(f"QEMU has not read the snapshot after {RESTORES_WITHIN} seconds.")
            time.sleep(0.01)
        if state not in ("paused", "guest-panicked", "prelaunch", "postmigrate"):
            raise MachineError(f"QEMU did not take the snapshot: {state}")

    def end(self) -> None:
        """Kills it with everything in its group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.ports, self.control, self.process.stderr, self.process.stdout):
            if stream is not None:
                stream.close()

    def said(self) -> str:
        """The last line that QEMU wrote on standard error, once it has ended."""
        text = self.process.stderr.read() if self.process.stderr else b""
        lines = text.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


def installed() -> str | None:
    """Path of the program; None where QEMU is not installed."""
    return shutil.which(PROGRAM)


def version() -> str:
    """QEMU's version, such as 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)."""
    program = installed()
    if program is None:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    first = said.splitlines()[0] if said else ""
    return first.removeprefix("QEMU emulator version ").strip()


@contextlib.contextmanager
def started(
    words: list[str], files: tuple[int, ...], limits: MachineLimits = MACHINE_LIMITS
) -> Iterator[Machine]:
    """A machine that has answered; it is ended when the block is left.

    `words` are added to the flags, `files` are open files that QEMU inherits.
    """
    machine = start(words, files, limits)
    try:
        machine.hear()  # the greeting
        note(machine)
        machine.ask("qmp_capabilities")
        yield machine
    finally:
        machine.end()


def note(machine: Machine) -> None:
    """Says once in the log what the kernel did not grant the launcher, which wrote it before QEMU began."""
    assert machine.process.stdout is not None
    line = os.read(machine.process.stdout.fileno(), 4096).partition(b"\n")[0]
    missing = WANTED - set(json.loads(line)["confined"])
    if missing - _said:
        _said.update(missing)
        log.warning(
            "The lab's machine runs without %s: the kernel does not grant it.", ", ".join(sorted(missing))
        )


def start(words: list[str], files: tuple[int, ...], limits: MachineLimits) -> Machine:
    """QEMU in a process group of its own, with no rights that it does not need."""
    program = installed()
    if program is None:
        raise MachineError("QEMU is not installed.")
    ports, its_ports = socket.socketpair()
    control, its_control = socket.socketpair()
    talk = (
        "-chardev", f"socket,id=out,fd={its_ports.fileno()}", "-device",
        "isa-debugcon,iobase=0xe9,chardev=out",
        "-chardev", f"socket,id=qmp,fd={its_control.fileno()}", "-mon", "chardev=qmp,mode=control",
    )  # fmt: skip
    with its_ports, its_control:
        process = subprocess.Popen(
            [*launcher(limits), program, *MACHINE, *SECCOMP, *talk, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/", "TMPDIR": "/nonexistent"},
            pass_fds=(its_ports.fileno(), its_control.fileno(), *files),
            start_new_session=True,
        )
    return Machine(process, ports, control)


def launcher(limits: MachineLimits) -> list[str]:
    """Takes rights and resources away before QEMU starts (workers/launch.py)."""
    wishes = {
        "parent": os.getpid(),
        "limits": asdict(limits),
        "listable": [],
        "readable": list(READABLE),
        "writable": ["/dev/null"],
        "user": NOBODY if os.getuid() == 0 else None,
    }
    return [sys.executable, "-I", "-S", str(LAUNCH), json.dumps(wishes)]
