"""Ends what is left of the product when the supervisor itself is killed.

The kernel tells each child of its parent's death (PR_SET_PDEATHSIG), and nearly always that is enough. A
child that is only starting may miss it, one that is stopped or hangs does not act on it: then this small
process does, by force.
"""

import contextlib
import os
import secrets
import signal
import time
from pathlib import Path

MARK = "REPLAYBOOK_RUN"  # the variable by which it knows the processes of this run
GRACE = 5.0  # seconds in which they may end by themselves, as they are asked to
FORCE = 5.0  # seconds in which new ones are still looked for
LOOK_EVERY = 0.2  # seconds


def hire() -> dict[str, str]:
    """Starts the undertaker; returns the variable that every process of this run must have.

    Call it before files and sockets are opened: it is a copy of this process.
    """
    mark = secrets.token_hex(8)
    watched, _held = os.pipe()  # the other end closes when this process ends, in whatever way
    child = os.fork()
    if child == 0:
        leave_family()
        settle(watched)
        wait_for_the_end(watched)
        bury(mark)
        os._exit(0)
    os.waitpid(child, 0)
    os.close(watched)
    return {MARK: mark}


def leave_family() -> None:
    """Becomes nobody's child, in a session of its own: Ctrl-C and the supervisor's cleaning pass it by."""
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def settle(watched: int) -> None:
    """Keeps nothing open but the pipe: a reader of the supervisor's output shall see its end."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.closerange(3, watched)
    os.closerange(watched + 1, os.sysconf("SC_OPEN_MAX"))


def wait_for_the_end(watched: int) -> None:
    """Returns when the supervisor is gone."""
    while os.read(watched, 1):
        pass


def bury(mark: str) -> None:
    """Gives the processes of the run a moment, then ends those that are left."""
    begun = time.monotonic()
    while (left := marked(mark)) and time.monotonic() - begun < GRACE + FORCE:
        if time.monotonic() - begun > GRACE:
            for number in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(number, signal.SIGKILL)
        time.sleep(LOOK_EVERY)


def marked(mark: str) -> set[int]:
    """The ids of the processes that carry the mark; ended ones that nobody waited for have none any more."""
    found, wanted = set(), f"{MARK}={mark}".encode()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found
