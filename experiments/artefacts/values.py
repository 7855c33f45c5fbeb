"""A run as its folder tells it: values, all of them checked (reading.py makes them).

Times are integers in nanoseconds of virtual time, 0 = the recording begins.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from experiments.artefacts.broken import Broken
from packets import capture
from packets.capture import Capture, CaptureError

Counters = dict[str, dict[str, tuple[int, int]]]


@dataclass(frozen=True)
class CaptureFile:
    """One capture of the run."""

    vantage: str  # as declared: "client", "fw:client", "client:lo"
    file: str  # inside the run folder: "captures/fw-client.pcap"
    packets: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """run.json: what was run, on what."""

    experiment: str
    declaration: str  # digest of the declaration and its chosen parameters
    parameters: dict[str, int]
    image: str
    kernel: str  # as uname -r says: "6.1.0-50-cloud-amd64"
    date: datetime  # of virtual second 0, UTC
    virtual_s: float
    hosts: dict[str, tuple[str, ...]]  # all addresses of each, its own first
    captures: tuple[CaptureFile, ...]

    def capture(self, vantage: str) -> CaptureFile | None:
        """The capture of a vantage; None when nothing was recorded there."""
        return next((one for one in self.captures if one.vantage == vantage), None)


@dataclass(frozen=True)
class StepResult:
    """What became of one step."""

    name: str
    host: str
    run: str
    type: str
    into: str
    at_ns: int
    began_ns: int | None
    ended_ns: int | None  # None: it was still running at the end, or never is a command
    exit: int | None  # 128 + n when signal n ended it
    output: str  # whatever the guest wrote: never to be shown as it is
    cut: bool  # there was more output


@dataclass(frozen=True)
class StateChange:
    """A TCP socket went from one state to another."""

    at_ns: int
    host: str
    socket: str  # "s1": the same for all changes of one socket
    local: str  # "10.0.1.1:40000"
    remote: str
    family: int
    before: str  # "from" in the file
    after: str  # "to" in the file
    program: str

    @property
    def ports(self) -> tuple[int, int]:
        """Local and remote port."""
        return int(self.local.rpartition(":")[2]), int(self.remote.rpartition(":")[2])


@dataclass(frozen=True)
class RunFolder:
    """A run folder that was read."""

    path: Path
    manifest: Manifest
    steps: tuple[StepResult, ...]
    sockets: tuple[StateChange, ...]  # in the order of their times
    counters: Counters  # host -> name -> (at the beginning, at the end); only those that changed
    _read: dict[str, Capture] = field(default_factory=dict, compare=False, repr=False)

    def capture(self, vantage: str) -> Capture:
        """The packets of a vantage, read when they are first asked for.

        Raises:
            Broken: when there is no such capture, or it cannot be read.
        """
        if vantage not in self._read:
            self._read[vantage] = self._captured(vantage)
        return self._read[vantage]

    def _captured(self, vantage: str) -> Capture:
        told = self.manifest.capture(vantage)
        if not told:
            raise Broken(f"Nothing was recorded at {vantage!a}.", f"{vantage!a} では何も記録されていません。")
        try:
            found = capture.read(self.path / told.file)
        except CaptureError as problem:
            raise Broken(
                f"{told.file}: {problem.text['en']}", f"{told.file}: {problem.text['ja']}"
            ) from problem
        if found.packet_count != told.packets or found.truncated:
            raise Broken(
                f"{told.file} holds at most {found.packet_count} whole packets, not {told.packets}.",
                f"{told.file} の完全なパケットは多くても {found.packet_count} 個ですが、"
                f"run.json では {told.packets} 個です。",
            )
        return found
