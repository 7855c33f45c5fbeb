"""Small declarations for the lab's tests, and what is asked of the folders and processes of their runs."""

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from workers.lab.machine import PROGRAM

ROOT = Path(__file__).resolve().parents[3]
NAME = "attempt"
HEAD = """
name = "attempt"
title.en = "Attempt"
title.ja = "試み"
claim.en = "Nothing gets out."
claim.ja = "何も外に出ません。"
date = "2026-01-15T09:00:00Z"
"""
END = """
[[expect]]
no_packets = { at = "CAPTURE", filter = "icmp" }
"""
ALONE = """
[hosts.guest]
[record]
captures = ["guest:lo"]
"""
PAIR = """
[parameters.port]
value = 8000
from = 1
to = 65535
says.en = "The server's port."
says.ja = "サーバーのポート。"

[hosts.client]
[hosts.server]
[[links]]
path = ["client", "server"]
delay = "5ms"
[record]
captures = ["client", "server"]
"""


def alone(*commands: str, seconds: int = 1, **programs: str) -> str:
    """One host, these commands one after the other, a second between; `programs` are files NAME.py."""
    files = "".join(f"[hosts.guest.files]\n{quoted(programs)}" if programs else "")
    steps = (step("guest", number * seconds, command) for number, command in enumerate(commands, 1))
    return HEAD + ALONE.replace("[record]", f"{files}[record]") + "".join(steps) + ended("guest:lo")


def pair() -> str:
    """A connection to a port that listens: the server says hello, and random bytes."""
    serving = "python3 serve.py {port}"
    asking = "exec 3<>/dev/tcp/{server}/{port}; cat <&3; echo $RANDOM; date +%s.%N"
    files = quoted({"serve": SERVE})
    return (
        HEAD
        + PAIR.replace("[hosts.server]", f"[hosts.server]\n[hosts.server.files]\n{files}")
        + step("server", 1, serving)
        + step("client", 2, asking)
        + ended("client")
    )


SERVE = """
import os, socket, sys
with socket.create_server(("", int(sys.argv[1]))) as listening:
    connected, _ = listening.accept()
    connected.sendall(b"hello " + os.urandom(4).hex().encode() + b"\\n")
    connected.close()
"""


def quoted(programs: dict[str, str]) -> str:
    """Lines of a table of files."""
    return "".join(f'"{name}.py" = {json.dumps(text)}\n' for name, text in programs.items())


def step(host: str, at: int, command: str) -> str:
    """An entry of [[step]]; its braces are the shell's unless they are placeholders of `pair`."""
    return f'\n[[step]]\nat = "{at}s"\non = "{host}"\nrun = {json.dumps(command)}\n'


def ended(capture: str) -> str:
    """The expectation that every declaration needs."""
    return END.replace("CAPTURE", capture)


def outputs(folder: Path) -> list[str]:
    """What each step said."""
    return [each["output"] for each in steps(folder)]


def steps(folder: Path) -> list[dict[str, Any]]:
    """What became of each step."""
    found: list[dict[str, Any]] = json.loads((folder / "steps.json").read_bytes())
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def machines(parent: int | None = None) -> list[int]:
    """QEMU processes whose parent is that process, by default this one."""
    parent = os.getpid() if parent is None else parent
    return [pid for pid in children(parent) if PROGRAM in name_of(pid)]


def children(parent: int) -> Iterable[int]:
    """Processes whose parent it is."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and status(int(entry.name)).get("PPid") == str(parent):
            yield int(entry.name)


def name_of(pid: int) -> str:
    """Its command line's first word; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    except OSError:
        return ""


def status(pid: int) -> dict[str, str]:
    """Its /proc/PID/status; empty when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def alive(pid: int) -> bool:
    """True while it runs; what waits for its parent's wait() does not."""
    return status(pid).get("State", "Z")[0] not in "ZX"


def within(seconds: float, happened: Callable[[], Any]) -> Any:
    """Looks until it has happened, at most so long; what it gave last."""
    until = time.monotonic() + seconds
    while not (found := happened()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


# A program of the guest that talks to the machine's ports as the agent does (workers/lab/guest/ports.py).
PORTS = r"""
import ctypes, json, mmap, os, sys, time
libc = ctypes.CDLL(None)
assert libc.iopl(3) == 0
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes.fromhex("4889d1 4889fa fc f36e c3"))
kind = ctypes.CFUNCTYPE(None, ctypes.c_ulong, ctypes.c_char_p, ctypes.c_ulong)
out = kind(ctypes.addressof(ctypes.c_char.from_buffer(code)))

def send(data, port=0xE9):
    out(port, data, len(data))

def say(**values):
    send(json.dumps(values).encode() + b"\n")

def give(name, data):
    say(file=name, bytes=len(data))
    send(data)
"""
