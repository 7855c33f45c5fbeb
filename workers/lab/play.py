"""One run: a machine restored from its snapshot, watched until it has told everything or passed a limit."""

import contextlib
import json
import logging
import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workers.confined import resident
from workers.lab import machine, sentences
from workers.lab.channel import Channel, Malformed, files_of
from workers.lab.limits import MACHINE_LIMITS, RUN_LIMITS, MachineLimits, RunLimits
from workers.lab.machine import Machine, MachineError
from workers.outcomes import Cancelled, Killed, Refused

log = logging.getLogger(__name__)

PIECE = 256 * 1024  # bytes read at once
LOOK_EVERY = 0.2  # seconds between two looks at the limits
BEAT_EVERY = 0.5  # seconds between two heartbeats: a cancel takes effect within them

Beat = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Told:
    """Everything that was asked for, as the guest sent it: not believed yet, only bounded."""

    files: dict[str, bytes]
    wall_s: float
    cpu_s: float  # of QEMU


Played = Told | Refused | Killed | Cancelled


@dataclass
class Watch:
    """A run under way."""

    running: Machine
    channel: Channel
    beat: Beat
    limits: RunLimits
    progress: dict[str, Any] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    beaten: float = 0.0

    def until_the_end(self) -> Killed | Cancelled | None:
        """Listens until the guest has said its last word. What stopped it before, if something did."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.running.ports, selectors.EVENT_READ)
            while not self.channel.ended:
                if selector.select(LOOK_EVERY):
                    data = self.running.ports.recv(PIECE)
                    if not data:
                        return self.gone()
                    self.channel.hear(data)
                if stopped := self.passed() or self.unwanted():
                    return stopped
        return None

    def passed(self) -> Killed | None:
        """The limit that was passed, of those that the kernel does not watch; or the end of the guest."""
        if time.monotonic() - self.started > self.limits.wall_s:
            return Killed(*sentences.wall_time(self.limits.wall_s))
        if resident(self.running.process.pid) > self.limits.resident:
            return Killed(*sentences.memory(self.limits.resident))
        if self.running.stopped_by_guest():
            return sentences.crashed()
        if self.progress.get("at_ns", 0) > self.limits.virtual_s * 10**9:
            return Killed(*sentences.virtual_time(self.limits.virtual_s))
        return None

    def unwanted(self) -> Cancelled | None:
        """Beats when it is time, and says when nobody wants the result any more."""
        now = time.monotonic()
        if now - self.beaten < BEAT_EVERY:
            return None
        self.beaten = now
        return None if self.beat(dict(self.progress)) else Cancelled()

    def gone(self) -> Killed:
        """QEMU has ended before its guest was done."""
        status = self.running.process.wait()
        log.warning("QEMU ended with status %s: %s", status, self.running.said())
        return sentences.ended(status)


def play(
    image: Path,
    plan: dict[str, Any],
    beat: Beat = lambda progress: True,
    limits: RunLimits = RUN_LIMITS,
    machine_limits: MachineLimits = MACHINE_LIMITS,
) -> Played:
    """Plays a plan on an image (a folder with `state`). `beat` gets {"at_ns", "step"}; False from it ends the
    run.
    """
    channel = Channel(files_of(capture["file"] for capture in plan["captures"]), limits.sent)
    started = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            running = stack.enter_context(restored(image, plan, machine_limits))
            watch = Watch(running, channel, beat, limits)
            channel.tell = watch.progress.update
            stopped = watch.until_the_end()
            spent = cpu_seconds(running.process.pid)
        return stopped or told(channel, time.monotonic() - started, spent)
    except Malformed as problem:
        log.warning("The guest's answer was not understood: %s", problem)
        return Killed(*sentences.malformed())
    except MachineError as problem:
        log.warning("The machine: %s", problem)
        return Killed(*sentences.no_machine(str(problem)), again=True)


@contextlib.contextmanager
def restored(image: Path, plan: dict[str, Any], limits: MachineLimits) -> Any:
    """The image's machine, running again, with the plan in its firmware configuration."""
    letter = os.memfd_create("plan")
    state = os.open(image / "state", os.O_RDONLY)
    try:
        with os.fdopen(os.dup(letter), "wb") as file:
            file.write(json.dumps(plan, separators=(",", ":")).encode())
        words = [
            "-fw_cfg", f"name=opt/replaybook/plan,file=/proc/self/fd/{letter}",
            "-serial", "null", "-incoming", f"fd:{state}", "-S",
        ]  # fmt: skip
        with machine.started(words, (letter, state), limits) as running:
            running.wait_until_restored()
            running.ask("cont")
            yield running
    finally:
        os.close(letter)
        os.close(state)


def told(channel: Channel, wall_s: float, cpu_s: float) -> Played:
    """What the guest's last word means."""
    if channel.refused:
        return Refused(*sentences.refused(channel.refused))
    if channel.failed:
        log.warning("The agent failed: %s", channel.failed)
        return Killed(*sentences.agent_failed(channel.failed))
    if not channel.complete():
        return Killed(*sentences.malformed())
    return Told(channel.files, wall_s, cpu_s)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process that has not been waited for; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
